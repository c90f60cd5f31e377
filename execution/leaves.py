"""Leaves: scalars and enums, written a column at a time where one look at the column's classes shows that it may be."""

import math
from collections.abc import Callable
from typing import Any

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)

from execution.columns import nature

# Takes a column without nulls and the classes in it; gives it as it goes into the answer, or None when its values must
# be looked at one by one.
Writer = Callable[[list[Any], set[type]], list[Any] | None]

_NOTHING = type(None)
_NEVER_WRITTEN = {_NOTHING, type(Undefined)}


class Columns:
    """How columns of one scalar or enum go into an answer."""

    __slots__ = ("_nullable", "_writer")

    def __init__(self, leaf: GraphQLLeafType, *, nullable: bool) -> None:
        self._writer = _writer(leaf)
        self._nullable = nullable

    def written(self, values: list[Any]) -> list[Any] | None:
        """The column as it goes into the answer; None when its values must be looked at one by one."""
        classes = set(map(type, values))
        if _NOTHING not in classes:
            return self._writer(values, classes)
        if not self._nullable:
            return None
        classes.discard(_NOTHING)
        written = self._writer([value for value in values if value is not None], classes) if classes else []
        if written is None:
            return None
        rest = iter(written)
        return [None if value is None else next(rest) for value in values]


def _writer(leaf: GraphQLLeafType) -> Writer:
    if isinstance(leaf, GraphQLEnumType):
        return _named(leaf)
    serialize = leaf.coerce_output_value
    for scalar, unchanged in _UNCHANGED.items():
        if serialize == scalar.coerce_output_value:
            return _unchanged(unchanged, _serialized(serialize))
    return _serialized(serialize)


def _fits(values: list[Any]) -> bool:
    return bool(min(values) >= GRAPHQL_MIN_INT and max(values) <= GRAPHQL_MAX_INT)


def _finite(values: list[Any]) -> bool:
    return all(map(math.isfinite, values))


# Columns of these classes go into the answer as they are, if there is no more to check or the check finds nothing.
_UNCHANGED: dict[GraphQLScalarType, tuple[type, Callable[[list[Any]], bool] | None]] = {
    GraphQLString: (str, None),
    GraphQLID: (str, None),
    GraphQLBoolean: (bool, None),
    GraphQLInt: (int, _fits),
    GraphQLFloat: (float, _finite),
}


def _unchanged(unchanged: tuple[type, Callable[[list[Any]], bool] | None], otherwise: Writer) -> Writer:
    only, check = {unchanged[0]}, unchanged[1]

    def write(values: list[Any], classes: set[type]) -> list[Any] | None:
        return values if classes == only and (check is None or check(values)) else otherwise(values, classes)

    return write


def _named(leaf: GraphQLEnumType) -> Writer:
    """Members and plain-text values of an enum are looked up."""
    members = list(getattr(leaf, "wrapped_cls", ()))
    texts = [known.value for known in leaf.values.values() if type(known.value) is str]
    names = {value: leaf.coerce_output_value(value) for value in (*texts, *members)}
    accepted = {str, *map(type, members)}

    def write(values: list[Any], classes: set[type]) -> list[Any] | None:
        if not classes <= accepted:
            return None
        written = list(map(names.get, values))
        return None if None in written else written

    return write


def _serialized(serialize: Callable[[Any], Any]) -> Writer:
    def write(values: list[Any], classes: set[type]) -> list[Any] | None:
        if any(nature(cls) != "value" for cls in classes):
            return None
        try:
            written = list(map(serialize, values))
        except Exception:
            return None  # One by one, each failure is its own value's.
        return None if _NEVER_WRITTEN.intersection(map(type, written)) else written

    return write
