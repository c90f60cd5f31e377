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
    serialize = _serialized(leaf.coerce_output_value)
    unchanged = class_of(leaf)
    return serialize if unchanged is None else _unchanged(unchanged, serialize)


def _fits(values: list[Any]) -> bool:
    return bool(min(values) >= GRAPHQL_MIN_INT and max(values) <= GRAPHQL_MAX_INT)


def _finite(values: list[Any]) -> bool:
    return all(map(math.isfinite, values))


# Values of these classes go into the answer as they are, if there is no more to check or the check finds nothing.
_UNCHANGED: dict[GraphQLScalarType, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
    GraphQLFloat: float,
}
_CHECKS: dict[type, Callable[[list[Any]], bool]] = {int: _fits, float: _finite}


def class_of(leaf: GraphQLLeafType) -> type | None:
    """The class whose values a scalar writes as they are; None for a scalar that changes all."""
    for scalar, unchanged in _UNCHANGED.items():
        if leaf.coerce_output_value == scalar.coerce_output_value:
            return unchanged
    return None


def _unchanged(unchanged: type, otherwise: Writer) -> Writer:
    only, check = {unchanged}, _CHECKS.get(unchanged)

    def write(values: list[Any], classes: set[type]) -> list[Any] | None:
        return values if classes == only and (check is None or check(values)) else otherwise(values, classes)

    return write


def names_of(leaf: GraphQLEnumType) -> dict[Any, Any]:
    """The names of an enum's members and plain-text values."""
    texts = [known.value for known in leaf.values.values() if type(known.value) is str]
    return {value: leaf.coerce_output_value(value) for value in (*texts, *_members(leaf))}


def accepted_by(leaf: GraphQLEnumType) -> set[type]:
    """The classes of an enum's members and plain-text values."""
    return {str, *map(type, _members(leaf))}


def _members(leaf: GraphQLEnumType) -> list[Any]:
    return list(getattr(leaf, "wrapped_cls", ()))


def _named(leaf: GraphQLEnumType) -> Writer:
    """Members and plain-text values of an enum are looked up."""
    names, accepted = names_of(leaf), accepted_by(leaf)

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
