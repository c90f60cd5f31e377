"""Completion: what graphql-core does with a resolved value, done with a column of them."""

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any, cast

from graphql import GraphQLAbstractType, GraphQLError, GraphQLObjectType
from graphql.execution.executor import invalid_return_type_error
from graphql.pyutils import is_iterable

from execution.columns import (
    VALUES_ONLY,
    Broken,
    column,
    items_of,
    items_of_async,
    nature,
    natures,
    settled,
)
from execution.compiled import rows_of
from execution.members import class_behind
from execution.nodes import Composite, Leaf, Listing, Shape
from execution.places import ItemPlace, Level, Place
from execution.running import Running

_LISTS = {list, tuple}

Complete = Callable[[Running, Any, Place, list[Any], Sequence[int]], None]


def complete(run: Running, shape: Shape, place: Place, values: list[Any], *, waited: bool = False) -> None:
    """Turns resolved values into what the answer shows of them, and enters the levels below.

    What is `waited` for is not waited for again: an awaitable is then a value like others.
    """
    if isinstance(shape, Leaf):
        written = shape.columns.written(values)
        if written is not None:
            place.fill(written)
            return
    found = natures(values)
    if "awaitable" in found and not waited:
        _when_settled(run, values, functools.partial(complete, run, shape, place, waited=True))
        return
    where = range(len(values)) if found == VALUES_ONLY else _present(run, place, values)
    if where:
        _COMPLETE[type(shape)](run, shape, place, values, where)


def _when_settled(run: Running, values: list[Any], then: Callable[[list[Any]], None]) -> None:
    """Goes on with a column when none of its values must be waited for."""

    async def wait() -> None:
        then(await settled(values))

    if "awaitable" in natures(values):
        run.wait(wait)
    else:
        then(values)


def _present(run: Running, place: Place, values: Sequence[Any]) -> list[int]:
    """The indices of values that are there; failures, and nulls where there may be none, are noted."""
    where = []
    for index, value in enumerate(values):
        kind = nature(type(value))
        if kind == "failure":
            run.fail(place, index, value)
        elif kind != "nothing":
            where.append(index)
        elif not place.nullable:
            run.fail(place, index, _null(place))
    return where


def _null(place: Place) -> TypeError:
    parent, name = place.level.selection.type, place.field.name
    return TypeError(f"Cannot return null for non-nullable field {parent}.{name}.")


def _complete_leaves(run: Running, shape: Leaf, place: Place, values: list[Any], where: Sequence[int]) -> None:
    for index in where:
        try:
            place.put(index, run.executor.complete_leaf_value(shape.type, values[index]))
        except Exception as error:
            run.fail(place, index, error)


def _complete_lists(run: Running, shape: Listing, place: Place, values: list[Any], where: Sequence[int]) -> None:
    found = _at(values, where)
    if _LISTS.issuperset(map(type, found)):
        _enter_lists(run, shape, place, found, where)
        return
    found = [_items(place, value) for value in found]
    _when_settled(run, found, functools.partial(_enter_found_lists, run, shape, place, where))


def _items(place: Place, value: Any) -> Any:
    """The items of a list: as a list, an awaitable of one, or the error because of which there are none."""
    if isinstance(value, list | tuple):
        return value
    if hasattr(value, "__aiter__"):
        return items_of_async(value)
    if is_iterable(value):
        return items_of(value)
    parent, name = place.level.selection.type, place.field.name
    return GraphQLError(f"Expected Iterable, but did not find one for field '{parent}.{name}'.")


def _enter_found_lists(run: Running, shape: Listing, place: Place, where: Sequence[int], found: list[Any]) -> None:
    there: list[int] = []
    lists: list[Sequence[Any]] = []
    broken: list[tuple[int, Exception]] = []
    for index, value in zip(where, found, strict=True):
        if isinstance(value, Exception):
            run.fail(place, index, value)
            continue
        if isinstance(value, Broken):
            broken.append((index, value.error))
            value = value.items
        there.append(index)
        lists.append(value)
    _enter_lists(run, shape, place, lists, there)
    for index, error in broken:
        run.fail(place, index, error, after_items=True)


def _enter_lists(
    run: Running, shape: Listing, place: Place, lists: Sequence[Sequence[Any]], where: Sequence[int]
) -> None:
    """Completes the items of all lists as one column."""
    answers: list[list[Any]] = [[None] * len(items) for items in lists]
    place.spread(where, answers)
    items = list(itertools.chain.from_iterable(lists))
    if items:
        complete(run, shape.item, ItemPlace(place, where, answers, nullable=shape.item.nullable), items)


def _complete_composites(run: Running, shape: Composite, place: Place, values: list[Any], where: Sequence[int]) -> None:
    abstract = shape.type
    if isinstance(abstract, GraphQLObjectType):
        _enter(run, shape, abstract, place, values, where)
        return
    objects = _at(values, where)
    names: list[Any] | None = None if shape.members is None else shape.members.names(objects)
    if names is None:
        resolve, info = abstract.resolve_type or run.executor.type_resolver, run.type_info(place)
        names = column(resolve, len(objects), objects, itertools.repeat(info), itertools.repeat(abstract))
    _when_settled(run, names, functools.partial(_enter_each_type, run, shape, place, values, where))


def _enter_each_type(
    run: Running, shape: Composite, place: Place, values: list[Any], where: Sequence[int], names: list[Any]
) -> None:
    groups: dict[str, list[int]] = {}
    types: dict[str, GraphQLObjectType] = {}
    for index, name in zip(where, names, strict=True):
        if type(name) is not str or name not in types:
            try:
                types[name] = _runtime_type(run, shape, place, values[index], name)
            except Exception as error:
                run.fail(place, index, error)
                continue
        groups.setdefault(name, []).append(index)
    for name, members in groups.items():
        _enter(run, shape, types[name], place, values, members)


def _runtime_type(run: Running, shape: Composite, place: Place, value: Any, name: Any) -> GraphQLObjectType:
    if isinstance(name, Exception):
        raise name
    abstract = cast(GraphQLAbstractType, shape.type)
    return run.executor.ensure_valid_runtime_type(name, abstract, place.field.details, run.type_info(place), value)


def _enter(
    run: Running, shape: Composite, type_: GraphQLObjectType, place: Place, values: list[Any], where: Sequence[int]
) -> None:
    """Enters the level of all objects of one type that lie at a place, if the type takes them for its own."""
    objects = _at(values, where)
    if type_.is_type_of is None or _all_are(class_behind(type_.is_type_of), objects):
        _enter_level(run, shape, type_, place, objects, where)
        return
    verdicts = column(type_.is_type_of, len(objects), objects, itertools.repeat(run.type_info(place)))
    _when_settled(run, verdicts, functools.partial(_enter_own, run, shape, type_, place, objects, where))


def _all_are(cls: type | None, objects: Sequence[Any]) -> bool:
    return cls is not None and all(issubclass(found, cls) for found in set(map(type, objects)))


def _enter_own(
    run: Running,
    shape: Composite,
    type_: GraphQLObjectType,
    place: Place,
    objects: list[Any],
    where: Sequence[int],
    verdicts: list[Any],
) -> None:
    if natures(verdicts) == VALUES_ONLY and all(verdicts):
        _enter_level(run, shape, type_, place, objects, where)
        return
    own = []
    for number, verdict in enumerate(verdicts):
        if isinstance(verdict, Exception):
            run.fail(place, where[number], verdict)
        elif not verdict:
            run.fail(place, where[number], invalid_return_type_error(type_, objects[number], place.field.details))
        else:
            own.append(number)
    _enter_level(run, shape, type_, place, _at(objects, own), _at(where, own))


def _enter_level(
    run: Running, shape: Composite, type_: GraphQLObjectType, place: Place, objects: list[Any], where: Sequence[int]
) -> None:
    selection = shape.selection(type_, run.executor)
    rows, fields = rows_of(selection, objects, run.executor)
    place.spread(where, rows)
    if objects and fields:
        run.levels.append(Level(selection, objects, rows, place, where, fields))


def _at(values: Sequence[Any], where: Sequence[int]) -> Any:
    return values if len(where) == len(values) else [values[index] for index in where]


_COMPLETE: dict[type, Complete] = {Leaf: _complete_leaves, Listing: _complete_lists, Composite: _complete_composites}
