"""The length of a text is looked at before anything is done with it: every text that the schema takes, wherever it is.

The arguments and the fields of inputs are found in the schema: one that is built next is tried as well.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from api.operations import Operations, RequestError
from core import db, validation
from core.rates import NoRates
from search.embedded import Embedded
from tests.api.outlets import Listener
from tests.graph import Graph, built
from tests.schema import things

SCHEMA = built()._schema
TEXTS = ("String", "ID", "URL")
# What is slowest to put in order, to fold, to cut into words or to read: a MiB of it, and as much as a field may get.
NASTY = {"marks": "a\u0315\u0300", "flags": "🇨", "folds": "ﷺ", "Chinese": "龘靐", "slashes": "https://a.example/%5B"}
LONG = {name: unit * (2**20 // len(unit.encode())) for name, unit in NASTY.items()}
JUST = {name: (unit * 2**20)[: validation.MOST_CODE_POINTS] for name, unit in NASTY.items()}


class Place(NamedTuple):
    """Where a text goes: a field of a type, its argument, and the way into it."""

    owner: str
    field: str
    argument: str
    path: tuple[str | int, ...]

    def __str__(self) -> str:
        return ".".join(map(str, (self.owner, self.field, self.argument, *self.path)))


def places() -> Iterator[Place]:
    """Every place of the schema that takes a text."""
    for owner in SCHEMA.type_map.values():
        if isinstance(owner, GraphQLObjectType) and not owner.name.startswith("__"):
            for name, field in owner.fields.items():
                for argument, given in field.args.items():
                    for path in _paths(given.type):
                        yield Place(owner.name, name, argument, path)


def _paths(kind: GraphQLInputType) -> Iterator[tuple[str | int, ...]]:
    if isinstance(kind, GraphQLNonNull):
        yield from _paths(kind.of_type)
    elif isinstance(kind, GraphQLList):
        yield from ((0, *path) for path in _paths(kind.of_type))
    elif isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            yield from ((name, *path) for path in _paths(field.type))
    elif kind.name in TEXTS:
        yield ()


def value(kind: GraphQLInputType, path: tuple[str | int, ...] | None, text: str) -> Any:
    """A value of a type with the text at the path; None: without it, as little as there may be."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type, path, text)
    if isinstance(kind, GraphQLList):
        return [] if path is None else [value(kind.of_type, path[1:], text)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        on_the_way = path[0] if path else None
        return {
            name: value(field.type, path[1:] if path and name == on_the_way else None, text)
            for name, field in kind.fields.items()
            if name == on_the_way or isinstance(field.type, GraphQLNonNull)
        }
    if path is not None:
        return text
    known = {"Int": 1, "Float": 0.5, "Boolean": True, "Decimal": "1.00", "DateTime": "2099-01-01T00:00:00Z"}
    return known.get(kind.name, "ab")


def document(place: Place) -> str:
    """A document that asks a field with variables for its arguments."""
    owner: Any = SCHEMA.type_map[place.owner]
    field: GraphQLField = owner.fields[place.field]
    declared = ", ".join(f"${name}: {given.type}" for name, given in _given(field, place).items())
    passed = ", ".join(f"{name}: ${name}" for name in _given(field, place))
    inner = get_named_type(field.type)
    shown = "{ userErrors { code } }" if place.owner == "Mutation" else "{ __typename }"
    asked = f"{place.field}({passed}){'' if not hasattr(inner, 'fields') and not hasattr(inner, 'types') else shown}"
    if place.owner in ("Query", "Mutation", "Subscription"):
        return f"{place.owner.lower()} ({declared}) {{ {asked} }}"
    if place.owner == "Viewer":
        return f"query ({declared}) {{ viewer {{ {asked} }} }}"
    return f"query ({declared}, $thing: ID!) {{ node(id: $thing) {{ ... on {place.owner} {{ {asked} }} }} }}"


def _given(field: GraphQLField, place: Place) -> dict[str, Any]:
    return {
        name: given
        for name, given in field.args.items()
        if name == place.argument or isinstance(given.type, GraphQLNonNull)
    }


PLACES = list(places())


class Asking:
    """The real operations, asked by somebody who may look into everything."""

    def __init__(self, graph: Graph, me: UUID, found: dict[str, str]) -> None:
        self._graph, self._me, self._found = graph, me, found
        self._operations = Operations(built())

    async def codes(self, place: Place, text: str) -> tuple[list[str], float]:
        """The codes of what is refused, and the seconds of processor time that it took."""
        owner: Any = SCHEMA.type_map[place.owner]
        given = _given(owner.fields[place.field], place)
        variables = {
            name: value(argument.type, place.path if name == place.argument else None, text)
            for name, argument in given.items()
        }
        if "$thing" in document(place):
            variables["thing"] = self._found[place.owner]
        operation = self._operations.prepare(document(place), None, variables)
        began = time.process_time()
        answer = await self._answer(place, operation)
        took = time.process_time() - began
        errors = [error.get("extensions", {}).get("code", "?") for error in answer.get("errors", [])]
        if place.owner == "Mutation" and answer.get("data"):
            errors += [error["code"] for error in answer["data"][place.field]["userErrors"]]
        return errors, took

    async def _answer(self, place: Place, operation: Any) -> Any:
        context = self._graph.context(self._me)
        try:
            if place.owner == "Subscription":
                subscription = await self._operations.subscribe(operation, context, Listener(context))
                subscription.cancel()
                return {}
            return orjson.loads(await self._operations.run(operation, context))
        except RequestError as error:
            return error.answer


@pytest.fixture
async def asking(tmp_path: Path, database: None) -> Any:
    engine = Embedded(tmp_path / "search")
    await engine.open()
    graph = Graph(replace(Graph().services, search=engine, rates=NoRates()))
    yield Asking(graph, *await things.made())
    await engine.close()


async def test_a_megabyte_is_refused_at_once_and_changes_nothing(asking: Asking) -> None:
    assert len(PLACES) > 80 and {place.owner for place in PLACES} > {"Query", "Mutation", "Subscription", "Viewer"}
    events = await db.value("SELECT count(*) FROM outbox")
    for place in PLACES:
        codes, took = await asking.codes(place, LONG["marks"])
        assert codes == ["INVALID"], place
        assert took < 0.1, (place, took)
    assert await db.value("SELECT count(*) FROM outbox") == events


@pytest.mark.parametrize("nasty", NASTY)
async def test_as_much_as_may_be_costs_little(asking: Asking, nasty: str) -> None:
    """What is just short enough for some field, at every other: each has a limit of its own, or does little with it."""
    for place in PLACES:
        codes, took = await asking.codes(place, JUST[nasty])
        assert "INTERNAL" not in codes, place
        assert took < 0.5, (place, took)
