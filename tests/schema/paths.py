"""Documents that walk the whole graph: from something found by its id, along every field, as deep as is asked."""

from collections.abc import Mapping
from typing import Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

# What a field without which it can't be asked is given.
ARGUMENTS: Final[Mapping[tuple[str, str], str]] = {
    ("feed", "kind"): "DISCOVER",
    ("search", "query"): '""',
    ("user", "handle"): "$handle",
    ("topic", "name"): "$topic",
    ("node", "id"): "$id",
    ("nodes", "ids"): "[$id]",
    ("searchSuggestions", "prefix"): '"小"',
}


def selection(schema: GraphQLSchema, kind: GraphQLNamedType, depth: int, *, without: frozenset[str]) -> str:
    """All fields of a type, as deep as `depth`; `without` names fields of the root that are left out."""
    if isinstance(kind, GraphQLUnionType):
        members = [f"... on {member.name} {selection(schema, member, depth, without=without)}" for member in kind.types]
        return f"{{ __typename {' '.join(members)} }}"
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    asked = [
        _field(schema, kind, name, field, depth, without)
        for name, field in kind.fields.items()
        if name not in without and (depth or is_leaf_type(get_named_type(field.type)))
    ]
    return f"{{ __typename {' '.join(asked)} }}"


def _field(
    schema: GraphQLSchema, owner: GraphQLNamedType, name: str, field: GraphQLField, depth: int, without: frozenset[str]
) -> str:
    needed = [argument for argument, given in field.args.items() if is_required_argument(given)]
    given = ", ".join(f"{argument}: {ARGUMENTS[name, argument]}" for argument in needed)
    named = get_named_type(field.type)
    # Types differ in what they call by one name: an alias keeps them apart.
    asked = f"{owner.name}_{name}: {name}{f'({given})' if given else ''}"
    if is_leaf_type(named):
        return asked
    # A page is no step of its own.
    inner = depth if named.name.endswith(("Connection", "Edge")) else depth - 1
    return f"{asked} {selection(schema, named, inner, without=without)}"


def walk(schema: GraphQLSchema, kind: str, depth: int) -> str:
    """A query for the thing of a `kind` with `$id`, and all that can be reached from it in `depth` steps."""
    asked = selection(schema, schema.type_map[kind], depth, without=frozenset())
    return f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {asked} }} }}"


def everything(schema: GraphQLSchema, depth: int, *, without: frozenset[str] = frozenset()) -> str:
    """A query for all that the root leads to in `depth` steps."""
    root = schema.query_type
    assert root is not None
    return f"query ($id: ID!, $handle: String!, $topic: String!) {selection(schema, root, depth, without=without)}"
