"""Plans: an operation compiled once, so that running it asks the schema and the document nothing more.

Which fields are selected is graphql-core's decision: its own collection merges fields, spreads fragments and applies
@skip and @include. A plan therefore holds for one choice of the variables that those directives name (see `documents`).
"""

import functools
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution import Executor as CoreExecutor
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_fields, collect_subfields

from execution.leaves import Columns
from execution.members import members_of
from execution.sources import Source, source_of

if TYPE_CHECKING:
    from execution.compiled import Compiled


class Leaf:
    """A scalar or an enum."""

    __slots__ = ("columns", "nullable", "type")

    def __init__(self, leaf: GraphQLLeafType, *, nullable: bool) -> None:
        self.type = leaf
        self.nullable = nullable
        self.columns = Columns(leaf, nullable=nullable)


@functools.lru_cache(maxsize=4096)
def leaf_of(leaf: GraphQLLeafType, *, nullable: bool) -> Leaf:
    """The shape that all fields of a scalar or an enum share."""
    return Leaf(leaf, nullable=nullable)


class Listing:
    """A list of another shape."""

    __slots__ = ("item", "nullable")

    def __init__(self, item: "Shape", *, nullable: bool) -> None:
        self.item = item
        self.nullable = nullable


class Composite:
    """An object, an interface or a union; what is selected of each object type is compiled when one occurs."""

    __slots__ = ("_details", "_selections", "members", "nullable", "type")

    def __init__(
        self, composite: GraphQLObjectType | GraphQLAbstractType, details: FieldDetailsList, *, nullable: bool
    ) -> None:
        self.type = composite
        self.nullable = nullable
        # None: its type is not told by the classes of objects.
        self.members = None if isinstance(composite, GraphQLObjectType) else members_of(composite)
        self._details = details
        self._selections: dict[str, Selection] = {}

    def selection(self, type_: GraphQLObjectType, executor: "CoreExecutor[Any]") -> "Selection":
        """What is selected of objects of a type."""
        selection = self._selections.get(type_.name)
        if selection is None:
            fields = collect_subfields(
                executor.schema,
                executor.fragments,
                executor.variable_values,
                executor.operation,
                type_,
                self._details,
                executor.hide_suggestions,
            )
            selection = self._selections[type_.name] = Selection(type_, fields.grouped_field_set, executor)
        return selection


Shape = Leaf | Listing | Composite


class Field:
    """One selected field of one object type: its key in the answer, where values come from, what they become."""

    __slots__ = ("definition", "details", "key", "name", "nodes", "rank", "shape", "source")

    def __init__(
        self, key: str, rank: int, definition: GraphQLField, details: FieldDetailsList, executor: "CoreExecutor[Any]"
    ) -> None:
        self.key = key
        self.rank = rank
        self.definition = definition
        self.details = details
        self.nodes = [detail.node for detail in details]
        self.name = self.nodes[0].name.value
        self.source: Source = source_of(definition, self.nodes[0], executor)
        self.shape = shape_of(definition.type, details)


class Selection:
    """What is selected of one object type: its fields, and the row that every object's row starts as."""

    __slots__ = ("compiled", "entered", "fields", "row", "type")

    def __init__(self, type_: GraphQLObjectType, grouped: GroupedFieldSet, executor: "CoreExecutor[Any]") -> None:
        self.type = type_
        self.row: dict[str, Any] = {}
        self.fields: list[Field] = []
        for rank, (key, details) in enumerate(grouped.items()):
            name = details[0].node.name.value
            definition = executor.schema.get_field(type_, name)
            if definition is None:
                continue
            self.row[key] = type_.name if name == "__typename" else None
            if name != "__typename":
                self.fields.append(Field(key, rank, definition, details, executor))
        # For how many objects so far, and the loops that make their rows, as dicts or compact, once there were enough
        # (see `compiled`).
        self.entered = 0
        self.compiled: dict[bool, Compiled] = {}


def shape_of(type_: GraphQLOutputType, details: FieldDetailsList) -> Shape:
    """What values of an output type become."""
    nullable = not is_non_null_type(type_)
    inner: Any = type_ if nullable else type_.of_type  # type: ignore[union-attr]
    if is_list_type(inner):
        return Listing(shape_of(inner.of_type, details), nullable=nullable)
    if is_leaf_type(inner):
        return leaf_of(inner, nullable=nullable)
    return Composite(inner, details, nullable=nullable)


def root_selection(executor: "CoreExecutor[Any]", root: GraphQLObjectType) -> Selection:
    """What an operation selects of its root type."""
    fields = collect_fields(
        executor.schema,
        executor.fragments,
        executor.variable_values,
        root,
        executor.operation,
        executor.hide_suggestions,
    )
    return Selection(root, fields.grouped_field_set, executor)
