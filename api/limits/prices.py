"""What a valid operation costs: the processor's time and the size of its answer, from how much its fields hold.

A field says itself how much it holds (`execution.amount`) and what it takes to be worked out (`schema.effort`); the
rest is the same for all. Executed breadth first, a batched field is asked once for all objects of a level: that is
paid once, and what is told of them for each object.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
)

from api.limits.lengths import Length, introspected, is_page, length, size
from execution import asks
from schema.effort import effort_of

# Microseconds, about: of a request, of one question to the database, of an object, of a leaf's value.
REQUEST: Final = 300
_QUESTION: Final = 200
_OBJECT: Final = 5
_LEAF: Final = 1
# graphql-core executes what is asked of the schema itself.
_INTROSPECTED: Final = 3
# Bytes around a value, and around an object. Characters that take as long as a leaf.
_AROUND: Final = 4
_BRACES: Final = 3
_CHARACTERS: Final = 10


Measured = Literal["work", "reach", "size", "most"]


class Price(NamedTuple):
    """What a selection costs."""

    # Microseconds, however many objects there are; and for each, with lists as long as usual, or as reckoned with.
    once: float = 0
    work: float = 0
    reach: float = 0
    # Bytes, as usual and at the most.
    size: float = 0
    most: float = 0
    # Microseconds for each object without what is asked for it in turn.
    own: float = 0

    @property
    def cost(self) -> int:
        """Microseconds of a processor, as far as one can tell."""
        return round(self.of("work"))

    def of(self, what: Measured, many: float = 1) -> float:
        """Microseconds or bytes for so many objects."""
        each: float = getattr(self, what)
        return many * each + (self.once if what in ("work", "reach") else 0)

    def told(self) -> dict[str, int]:
        """As clients are told it."""
        return {"expected": self.cost, "expectedBytes": round(self.size)}

    def plus(self, other: "Price") -> "Price":
        return Price(*[mine + its for mine, its in zip(self, other, strict=True)])

    def times(self, items: Length) -> "Price":
        return Price(
            self.once,
            self.work * items.typical,
            self.reach * items.weighed,
            self.size * items.typical,
            self.most * items.most,
            self.own * items.weighed,
        )


class Part(NamedTuple):
    """A selected field, and what it costs its object."""

    node: FieldNode
    field: GraphQLField
    price: Price
    items: Length


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


class Prices:
    """What one operation of a valid document costs for one choice of its variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._operation = operation
        self._root = schema.get_root_type(operation.operation)
        defaults = {
            definition.variable.name.value: _literal(definition.default_value)
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        self._values = {**defaults, **variables}
        self._known: dict[str, Price] = {}
        self._introspected = introspected(schema)
        # The variables on which the answer depends.
        self.variables: set[str] = set()
        # What an item of each selected field costs by itself.
        self.weights: dict[int, float] = {}

    def total(self) -> Price:
        """What the operation costs."""
        price = Price(once=REQUEST, size=_BRACES, most=_BRACES)
        return price.plus(self._selections(self._operation.selection_set, self._root)) if self._root else price

    def root_fields(self) -> Iterator[tuple[FieldNode, GraphQLField]]:
        """What the operation selects of its root type."""
        if self._root:
            for part in self._parts(self._operation.selection_set, self._root):
                yield part.node, part.field

    def costliest(self, what: Measured) -> tuple[str, int]:
        """The path of the field that makes for half of the operation's price or more, and what that is."""
        path: list[str] = []
        selection_set: SelectionSetNode | None = self._operation.selection_set
        parent: Any = self._root
        found, half, many = 0.0, self.total().of(what) / 2, 1.0
        while parent is not None and selection_set is not None:
            part = max(self._parts(selection_set, parent), key=lambda part: part.price.of(what, many))
            costs = part.price.of(what, many)
            if path and costs < half:
                break
            path.append((part.node.alias or part.node.name).value)
            found = costs
            many *= Price(work=1, reach=1, size=1, most=1).times(part.items).of(what)
            selection_set, parent = part.node.selection_set, get_named_type(part.field.type)
        return ".".join(path), round(found)

    def _parts(self, selection_set: SelectionSetNode, parent: GraphQLCompositeType) -> Iterator[Part]:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                field = self._schema.get_field(parent, node.name.value)
                if field is not None:
                    yield self._part(node, field, parent)
            elif isinstance(node, InlineFragmentNode):
                yield from self._parts(node.selection_set, self._type(node) or parent)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield from self._parts(fragment.selection_set, self._type(fragment) or parent)

    def _type(self, node: InlineFragmentNode | FragmentDefinitionNode) -> Any:
        return self._schema.get_type(node.type_condition.name.value) if node.type_condition else None

    def _selections(self, selection_set: SelectionSetNode, parent: GraphQLCompositeType) -> Price:
        """What one object of a type costs. Of fragments on types that it is one of, it pays for the dearest."""
        total = Price()
        either: dict[str, Price] = {}
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                field = self._schema.get_field(parent, node.name.value)
                total = total.plus(self._part(node, field, parent).price) if field else total
                continue
            type_, price = self._condition(node, parent)
            if isinstance(type_, GraphQLObjectType) and type_ is not parent:
                either[type_.name] = either.get(type_.name, Price()).plus(price)
            else:
                total = total.plus(price)
        if either:
            dearest = Price(*map(max, zip(*either.values(), strict=True)))
            # A union's objects are of several types, an interface's is of one.
            if isinstance(parent, GraphQLUnionType):
                dearest = dearest._replace(once=sum(price.once for price in either.values()))
            total = total.plus(dearest)
        return total

    def _condition(self, node: SelectionNode, parent: GraphQLCompositeType) -> tuple[GraphQLCompositeType, Price]:
        """The type that a fragment is on, and what it costs an object of it."""
        if isinstance(node, InlineFragmentNode):
            type_ = self._type(node) or parent
            return type_, self._selections(node.selection_set, type_)
        assert isinstance(node, FragmentSpreadNode)
        return self._type(self._fragments[node.name.value]), self._fragment(node.name.value)

    def _fragment(self, name: str) -> Price:
        if name not in self._known:
            fragment = self._fragments[name]
            self._known[name] = self._selections(fragment.selection_set, self._type(fragment))
        return self._known[name]

    def _part(self, node: FieldNode, field: GraphQLField, parent: GraphQLCompositeType) -> Part:
        key = len((node.alias or node.name).value) + _AROUND
        around = Price(size=key, most=key)
        items = self._items(node, field, parent)
        slower = _INTROSPECTED if is_introspection_type(get_named_type(field.type)) or parent.name[:2] == "__" else 1
        if node.selection_set is None or is_leaf_type(get_named_type(field.type)):
            value = size(field)
            text = value.weighed / _CHARACTERS
            each = Price(0, _LEAF * slower, _LEAF * slower + text, value.typical, value.most, _LEAF * slower + text)
        else:
            below = self._selections(node.selection_set, cast(GraphQLCompositeType, get_named_type(field.type)))
            # An edge and its node are one.
            taken = 0 if node.name.value == "edges" else _OBJECT * slower
            object_ = Price(0, taken, taken, _BRACES, _BRACES, taken)
            each = below if is_page(field) else below.plus(object_)
            around = around.plus(object_) if is_page(field) else around
        self.weights[id(node)] = each.own
        price = each.times(items).plus(around)
        declared = effort_of(field)
        if declared is not None:
            price = price._replace(once=price.once + declared.work)
        if asks(field):
            price = price._replace(once=price.once + _QUESTION, own=_LEAF)
        return Part(node, field, price, items)

    def _items(self, node: FieldNode, field: GraphQLField, parent: GraphQLCompositeType) -> Length:
        known = self._introspected.get((parent.name, node.name.value))
        if known is not None:
            return known
        given = {"first": field.args["first"].default_value} if "first" in field.args else {}
        for argument in node.arguments or ():
            if argument.name.value in ("first", "ids"):
                given[argument.name.value] = self._value(argument.value)
        return length(field, given, node.name.value)

    def _value(self, node: ValueNode) -> Any:
        if isinstance(node, VariableNode):
            self.variables.add(node.name.value)
            return self._values.get(node.name.value)
        return _literal(node)


def _literal(node: ValueNode | None) -> Any:
    if isinstance(node, IntValueNode):
        return int(node.value[:12])
    if isinstance(node, ListValueNode):
        return list(node.values)
    return None
