"""How long lists, pages and texts are: usually, as reckoned with, and at the most."""

import functools
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from execution import Amount, amount_of

# A list that does not say how long it is.
_UNDECLARED: Final = Amount(10, 100)
# Pages hold no more, whatever was asked for.
LARGEST_PAGE: Final = 100
# Bytes of a character: of what people write, and at the most.
_WRITTEN: Final = 2
_WIDEST: Final = 4
# Bytes of values by their types, usually and at the most, with their quotes.
_VALUES: Final = {
    "ID": (34, 80),
    "Int": (3, 11),
    "Float": (5, 24),
    "Boolean": (5, 5),
    "DateTime": (29, 34),
    "Decimal": (8, 24),
    "URL": (70, 2_100),
}
_TEXT: Final = (24, 800)


class Length(NamedTuple):
    """How many items of a field there are for one object."""

    typical: float
    weighed: float
    most: float


ONE: Final = Length(1, 1, 1)


def length(field: GraphQLField, arguments: dict[str, Any], name: str) -> Length:
    """How many a field holds; `arguments` are those that say it, None for what is not known."""
    is_list = is_list_type(get_nullable_type(field.type))
    if not is_list and not is_page(field):
        return ONE
    if name == "edges":  # The page around it has multiplied already.
        return ONE
    declared = amount_of(field)
    if isinstance(arguments.get("ids"), list):
        return Length(*[len(arguments["ids"])] * 3)
    if "first" in arguments:
        first = arguments["first"]
        page = max(1, min(first, LARGEST_PAGE)) if isinstance(first, int) else LARGEST_PAGE
        return Length(min(page, declared.typical) if declared else page, page, page)
    declared = declared or _UNDECLARED
    return Length(declared.typical, declared.weighed, declared.most)


def is_page(field: GraphQLField) -> bool:
    return get_named_type(field.type).name.endswith("Connection")


class Size(NamedTuple):
    """Bytes of one value."""

    typical: float
    most: float
    # Characters, as reckoned with, of what is declared to be long.
    weighed: float = 0


def size(field: GraphQLField) -> Size:
    """How large a leaf's value is; one of them, when it is a list."""
    type_ = get_named_type(field.type)
    if isinstance(type_, GraphQLEnumType):
        longest = max(map(len, type_.values)) + 2
        return Size(longest, longest)
    declared = None if is_list_type(get_nullable_type(field.type)) else amount_of(field)
    if declared is not None:
        return Size(declared.typical * _WRITTEN, declared.most * _WIDEST, declared.weighed)
    return Size(*_VALUES.get(type_.name, _TEXT))


@functools.lru_cache(maxsize=8)
def introspected(schema: GraphQLSchema) -> dict[tuple[str, str], Length]:
    """How long the lists are that tell of this very schema."""
    types = list(schema.type_map.values())
    fields = [field for type_ in types for field in _fields(type_)]
    enums = [len(type_.values) for type_ in types if isinstance(type_, GraphQLEnumType)]
    counts = {
        ("__Schema", "types"): [len(types)],
        ("__Schema", "directives"): [len(schema.directives)],
        ("__Type", "fields"): [len(list(_fields(type_))) for type_ in types],
        ("__Type", "enumValues"): [0] * (len(types) - len(enums)) + enums,
        ("__Type", "inputFields"): [len(getattr(type_, "fields", ())) for type_ in types],
        ("__Type", "interfaces"): [len(getattr(type_, "interfaces", ())) for type_ in types],
        ("__Type", "possibleTypes"): [len(getattr(type_, "types", ())) for type_ in types],
        ("__Field", "args"): [len(field.args) for field in fields],
        ("__Directive", "args"): [len(directive.args) for directive in schema.directives],
        ("__Directive", "locations"): [len(directive.locations) for directive in schema.directives],
    }
    means = {place: _mean(found) for place, found in counts.items()}
    # What wraps a type is wrapped itself as often as not.
    return {**means, ("__Type", "ofType"): Length(0.4, 0.4, 1)}


def _fields(type_: GraphQLNamedType) -> Iterable[GraphQLField]:
    return type_.fields.values() if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else ()


def _mean(found: list[int]) -> Length:
    mean, most = sum(found) / max(1, len(found)), max(found, default=0)
    return Length(mean, mean, most)
