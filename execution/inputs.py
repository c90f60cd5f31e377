"""Inputs: how an argument, coerced by graphql-core, becomes what its resolver takes.

Strawberry asks each type of each value anew what it is. Here that is asked once a field of a document; what is neither
taken as it is nor a usual input type is left to Strawberry.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, TypeAlias

import strawberry
from strawberry.relay import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

from execution.nodes import Asking

Path: TypeAlias = "tuple[str | int, ...]"
# Takes the value, who asks, and where in the arguments it is.
Conversion: TypeAlias = Callable[[Any, Asking, Path], Any]


def conversion(type_: Any, field: StrawberryField, schema: strawberry.Schema) -> Conversion | None:
    """How values of a type are converted, in an argument of `field`; None when they are taken as they are."""
    whole = type_.of_type if type(type_) is StrawberryOptional else type_
    if _is_plain(whole, schema.schema_converter.scalar_registry):
        return None
    if isinstance(whole, type) and has_object_definition(whole) and _is_usual(whole):
        return _Input(whole, field, schema)
    return functools.partial(_by_strawberry, type_, field, schema)


def _is_plain(type_: Any, scalars: Mapping[object, Any]) -> bool:
    return type_ is not GlobalID and (is_scalar(type_, scalars) or isinstance(type_, StrawberryEnumDefinition))


def _is_usual(type_: Any) -> bool:
    definition = type_.__strawberry_definition__
    return bool(definition.is_input) and definition.from_input is None


def _by_strawberry(
    type_: Any, field: StrawberryField, schema: strawberry.Schema, value: Any, asking: Asking, path: Path
) -> Any:
    info = schema.config.info_class(_raw_info=asking.type_info(), _field=field)
    return convert_argument(value, type_, schema.schema_converter.scalar_registry, schema.config, info, path=path)


class _Input:
    """An input type, made of the values that are given for its fields. It may contain itself."""

    def __init__(self, type_: type, field: StrawberryField, schema: strawberry.Schema) -> None:
        self._type = type_
        self._field = field
        self._schema = schema

    @functools.cached_property
    def _fields(self) -> list[tuple[str, str, Conversion | None]]:
        """By what name each is given and taken, and how it is converted."""
        definition = self._type.__strawberry_definition__  # type: ignore[attr-defined]
        return [
            (
                self._schema.config.name_converter.from_field(one),
                one.python_name,
                conversion(one.resolve_type(type_definition=definition), self._field, self._schema),
            )
            for one in definition.fields
        ]

    @functools.cached_property
    def _absent(self) -> dict[str, None]:
        """What is None unless it is given, as it has no default."""
        definition = self._type.__strawberry_definition__  # type: ignore[attr-defined]
        return {
            one.python_name: None
            for one in definition.fields
            if one.default_value is MISSING and one.default_factory is MISSING
        }

    def __call__(self, value: Any, asking: Asking, path: Path) -> Any:
        if value is None or value is UNSET:
            return value
        taken: dict[str, Any] = dict(self._absent)
        for name, python_name, convert in self._fields:
            if name in value:
                given = value[name]
                taken[python_name] = given if convert is None else convert(given, asking, (*path, name))
        return self._type(**taken)
