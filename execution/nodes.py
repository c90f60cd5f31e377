"""Nodes: what plans consist of. `plan` makes them, `sources` give their values, and a run walks them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol

from graphql import GraphQLAbstractType, GraphQLField, GraphQLLeafType, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution import Executor as CoreExecutor
from graphql.execution.collect_fields import FieldDetailsList

from execution.leaves import Columns
from execution.members import Members

BatchFunction = Callable[..., Awaitable[Sequence[Any]]]
# A dict, or an instance of a class that orjson writes as it writes a dict (see `compiled`).
Row = Any
Build = Callable[[Sequence[Any]], list[Row]]
Select = Callable[[GraphQLObjectType, "CoreExecutor[Any]"], "Selection"]


class Leaf:
    """A scalar or an enum."""

    __slots__ = ("columns", "nullable", "type")

    def __init__(self, leaf: GraphQLLeafType, *, nullable: bool) -> None:
        self.type = leaf
        self.nullable = nullable
        self.columns = Columns(leaf, nullable=nullable)


class Listing:
    """A list of another shape."""

    __slots__ = ("item", "nullable")

    def __init__(self, item: "Shape", *, nullable: bool) -> None:
        self.item = item
        self.nullable = nullable


class Composite:
    """An object, an interface or a union; what is selected of each object type is compiled when one occurs."""

    __slots__ = ("_select", "_selections", "members", "nullable", "type")

    def __init__(
        self,
        composite: GraphQLObjectType | GraphQLAbstractType,
        members: Members | None,
        select: Select,
        *,
        nullable: bool,
    ) -> None:
        self.type = composite
        self.nullable = nullable
        self.members = members  # None: its type is not told by the classes of objects.
        self._select = select
        self._selections: dict[str, Selection] = {}

    def selection(self, type_: GraphQLObjectType, executor: "CoreExecutor[Any]") -> "Selection":
        """What is selected of objects of a type."""
        selection = self._selections.get(type_.name)
        if selection is None:
            selection = self._selections[type_.name] = self._select(type_, executor)
        return selection


Shape = Leaf | Listing | Composite


class Asking(Protocol):
    """A field asked of all objects of a level: what a run offers to the field's source."""

    @property
    def objects(self) -> list[Any]:
        """The objects, in order."""

    @property
    def executor(self) -> "CoreExecutor[Any]": ...

    def ask(self, function: BatchFunction, arguments: dict[str, Any]) -> None:
        """Asks a batched field for all objects at once; its answers come later."""

    def info(self, index: int) -> GraphQLResolveInfo[Any]:
        """graphql-core's resolve info for one object."""

    def type_info(self) -> Any:
        """The resolve info for questions about types, made when it is looked at."""


class Source(Protocol):
    """Where a field's values come from."""

    def column(self, asking: Asking) -> list[Any] | None:
        """The values for all objects, in order; None when they were asked for and come later."""


class Field:
    """One selected field of one object type: its key in the answer, where values come from, what they become."""

    __slots__ = ("definition", "details", "key", "name", "nodes", "rank", "shape", "source")

    def __init__(
        self, key: str, rank: int, definition: GraphQLField, details: FieldDetailsList, source: Source, shape: Shape
    ) -> None:
        self.key = key
        self.rank = rank
        self.definition = definition
        self.details = details
        self.nodes = [detail.node for detail in details]
        self.name = self.nodes[0].name.value
        self.source = source
        self.shape = shape


class Compiled(NamedTuple):
    """The loop that makes the rows of objects, if anything lies in them, and the fields that it leaves to columns."""

    build: Build | None
    open: list[Field]


class Selection:
    """What is selected of one object type: its fields, and the row that every object's row starts as."""

    __slots__ = ("compiled", "entered", "fields", "row", "type")

    def __init__(self, type_: GraphQLObjectType, row: dict[str, Any], fields: list[Field]) -> None:
        self.type = type_
        self.row = row
        self.fields = fields
        # For how many objects so far, and the loops that make their rows, as dicts or compact, once there were enough
        # (see `compiled`).
        self.entered = 0
        self.compiled: dict[bool, Compiled] = {}
