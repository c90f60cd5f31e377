"""Plans: an operation compiled once, so that running it asks the schema and the document nothing more.

Which fields are selected is graphql-core's decision: its own collection merges fields, spreads fragments and applies
@skip and @include. A plan therefore holds for one choice of the variables that those directives name (see `documents`).
"""

import functools
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution import Executor as CoreExecutor
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_fields, collect_subfields

from execution.members import members_of
from execution.nodes import Composite, Field, Leaf, Listing, Selection, Shape
from execution.sources import source_of

# Is told how many fields a selection has that was made.
Made = Callable[[int], None]


def root_selection(executor: "CoreExecutor[Any]", root: GraphQLObjectType, made: Made) -> Selection:
    """What an operation selects of its root type."""
    fields = collect_fields(
        executor.schema,
        executor.fragments,
        executor.variable_values,
        root,
        executor.operation,
        executor.hide_suggestions,
    )
    return _selection(root, fields.grouped_field_set, executor, made)


def _selection(
    type_: GraphQLObjectType, grouped: GroupedFieldSet, executor: "CoreExecutor[Any]", made: Made
) -> Selection:
    made(len(grouped))
    row: dict[str, Any] = {}
    fields: list[Field] = []
    for rank, (key, details) in enumerate(grouped.items()):
        node = details[0].node
        definition = executor.schema.get_field(type_, node.name.value)
        if definition is None:
            continue
        row[key] = None
        if node.name.value == "__typename":
            row[key] = type_.name
            continue
        source = source_of(definition, node, executor)
        fields.append(Field(key, rank, definition, details, source, shape_of(definition.type, details, made)))
    return Selection(type_, row, fields)


def _sub_selection(
    made: Made, details: FieldDetailsList, type_: GraphQLObjectType, executor: "CoreExecutor[Any]"
) -> Selection:
    fields = collect_subfields(
        executor.schema,
        executor.fragments,
        executor.variable_values,
        executor.operation,
        type_,
        details,
        executor.hide_suggestions,
    )
    return _selection(type_, fields.grouped_field_set, executor, made)


def shape_of(type_: GraphQLOutputType, details: FieldDetailsList, made: Made) -> Shape:
    """What values of an output type become."""
    nullable = not is_non_null_type(type_)
    inner: Any = type_ if nullable else type_.of_type  # type: ignore[union-attr]
    if is_list_type(inner):
        return Listing(shape_of(inner.of_type, details, made), nullable=nullable)
    if is_leaf_type(inner):
        return leaf_of(inner, nullable=nullable)
    members = None if isinstance(inner, GraphQLObjectType) else members_of(inner)
    return Composite(inner, members, functools.partial(_sub_selection, made, details), nullable=nullable)


@functools.lru_cache(maxsize=4096)
def leaf_of(leaf: GraphQLLeafType, *, nullable: bool) -> Leaf:
    """The shape that all fields of a scalar or an enum share."""
    return Leaf(leaf, nullable=nullable)
