"""What one operation may ask for, decided before anything is executed.

The shape of a document (depth, aliases, directives, fields) is measured without the schema and before validation, whose
own effort grows with the square of repeated fields. Each fragment is measured once, so that the time is linear in the
document's size however often fragments spread each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

# A list without a length of its own is taken to have this many items.
_ASSUMED_ITEMS: Final = 10
# Pages hold no more, whatever was asked for.
_LARGEST_PAGE: Final = 100
_OBJECT_COST: Final = 5
_LEAF_COST: Final = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one operation, with fragments written out. `cost` counts 5 for an object and 1 for a leaf value."""

    tokens: int = 5_000
    characters: int = 100_000
    depth: int = 20
    # Aliases, and fields repeated in one selection set.
    aliases: int = 50
    directives: int = 50
    fields: int = 2_000
    cost: int = 50_000


@dataclass(slots=True)
class _Shape:
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0

    def add(self, other: "_Shape", deeper: int) -> None:
        self.depth = max(self.depth, other.depth + deeper)
        self.aliases += other.aliases
        self.directives += other.directives
        self.fields += other.fields


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def check_shape(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """What is too much about a document that was parsed, but not validated yet."""
    measure = _Measure(fragments_of(document))
    errors = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            shape = measure.selections(node.selection_set)
            shape.directives += len(node.directives or ())
            for name, noun in _NOUNS.items():
                found, most = getattr(shape, name), getattr(limits, name)
                if found > most:
                    errors.append(
                        too_complex(f"The operation has {_readable(found)} {noun}; at most {most} are allowed.", node)
                    )
    return errors


_NOUNS: Final = {
    "depth": "levels",
    "aliases": "aliases and repeated fields",
    "directives": "directives",
    "fields": "fields",
}


def _readable(number: int) -> str:
    return str(number) if number < 10**9 else "more than a billion"


def too_complex(message: str, node: Any = None) -> GraphQLError:
    """The error for what exceeds a limit."""
    return GraphQLError(message, node, extensions={"code": "TOO_COMPLEX"})


class _Measure:
    """Measures selection sets, each fragment once. A fragment that contains itself is left to validation."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Shape] = {}

    def selections(self, selection_set: SelectionSetNode | None) -> _Shape:
        shape = _Shape()
        if selection_set is None:
            return shape
        seen: set[str] = set()
        for node in selection_set.selections:
            shape.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                self._add_field(shape, node, seen)
            elif isinstance(node, InlineFragmentNode):
                shape.add(self.selections(node.selection_set), deeper=0)
            elif isinstance(node, FragmentSpreadNode):
                shape.add(self._fragment(node.name.value), deeper=0)
        return shape

    def _add_field(self, shape: _Shape, node: FieldNode, seen: set[str]) -> None:
        key = (node.alias or node.name).value
        shape.fields += 1
        if node.alias is not None or key in seen:
            shape.aliases += 1
        seen.add(key)
        shape.add(self.selections(node.selection_set), deeper=1)

    def _fragment(self, name: str) -> _Shape:
        if name not in self._known:
            self._known[name] = _Shape()
            if name in self._fragments:
                self._known[name] = self.selections(self._fragments[name].selection_set)
        return self._known[name]


# Choices of variables for which the cost of one operation is remembered.
_MOST_CHOICES: Final = 64


class Costs:
    """What the operations of one valid document cost, remembered for what their variables say of lists' lengths."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        # By operation: the variables that matter, and what it costs for each choice of them.
        self._known: dict[int, tuple[tuple[str, ...], dict[tuple[int | None, ...], int]]] = {}

    def of(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
        """The cost of one of the document's operations; `variables` are as the client sent them."""
        known = self._known.get(id(operation))
        if known is not None:
            names, costs = known
            found = costs.get(tuple(_length(variables.get(name, _MISSING)) for name in names))
            if found is not None:
                return found
        cost = Cost(self._schema, self._fragments)
        found = cost.of(operation, variables)
        names, costs = self._known.setdefault(id(operation), (tuple(cost.variables), {}))
        if len(costs) >= _MOST_CHOICES:
            costs.clear()
        costs[tuple(_length(variables.get(name, _MISSING)) for name in names)] = found
        return found


_MISSING: Final = object()


def _length(value: Any) -> int | None:
    """How long a list a variable's value asks for, as far as costs tell: none is taken for another of another kind."""
    if value is _MISSING:
        return -1
    if isinstance(value, list):
        return -2 - len(value)
    return max(0, min(value, _LARGEST_PAGE)) if isinstance(value, int) else None


class Cost:
    """What a valid operation costs at most, its lists multiplied, for one set of variables."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._values: Mapping[str, Any] = {}
        self._known: dict[str, int] = {}
        # The variables on which the answer depends.
        self.variables: set[str] = set()

    def of(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
        """The cost of `operation`; `variables` are as the client sent them."""
        defaults = {
            definition.variable.name.value: _literal(definition.default_value)
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        self._values = {**defaults, **variables}
        self._known.clear()
        root = self._schema.get_root_type(operation.operation)
        return self._selections(operation.selection_set, root) if root else 0

    def _selections(self, selection_set: SelectionSetNode, parent: GraphQLNamedType) -> int:
        total = 0
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                total += self._field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                total += self._selections(node.selection_set, inner or parent)
            elif isinstance(node, FragmentSpreadNode):
                total += self._fragment(node.name.value)
        return total

    def _fragment(self, name: str) -> int:
        if name not in self._known:
            fragment = self._fragments[name]
            parent = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self._selections(fragment.selection_set, parent) if parent else 0
        return self._known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> int:
        name = node.name.value
        known = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        if known is None:
            # __typename, __schema, __type: introspection's depth has a rule of its own.
            return _LEAF_COST
        named = get_named_type(known.type)
        if is_leaf_type(named) or node.selection_set is None:
            return _LEAF_COST
        each = self._selections(node.selection_set, named)
        if named.name.endswith("Connection"):
            return _OBJECT_COST + self._page_size(node, known) * each
        if name == "edges":
            # The connection around it has multiplied already.
            return each
        return self._items(node, known) * (_OBJECT_COST + each)

    def _items(self, node: FieldNode, field: GraphQLField) -> int:
        if not is_list_type(get_nullable_type(field.type)):
            return 1
        for argument in node.arguments or ():
            if argument.name.value == "ids":
                given = self._value(argument.value)
                return len(given) if isinstance(given, list) else 1
        return _ASSUMED_ITEMS

    def _page_size(self, node: FieldNode, field: GraphQLField) -> int:
        given: Any = field.args["first"].default_value if "first" in field.args else _ASSUMED_ITEMS
        for argument in node.arguments or ():
            if argument.name.value == "first":
                given = self._value(argument.value)
        size = given if isinstance(given, int) else _LARGEST_PAGE
        return max(1, min(size, _LARGEST_PAGE))

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
