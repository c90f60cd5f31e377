"""Random valid operations: hypothesis-graphql's, rewritten to use fragments, variables, conditions and merged fields."""

import random
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    print_ast,
    value_from_ast_untyped,
)
from hypothesis import strategies
from hypothesis_graphql import from_schema, nodes


class Operation(NamedTuple):
    source: str
    variables: dict[str, Any]


class _Rewriting:
    """One operation as it is written anew."""

    def __init__(self, schema: GraphQLSchema, dice: random.Random) -> None:
        self._schema = schema
        self._dice = dice
        self._fragments: list[str] = []
        self._declared: list[str] = []
        self._variables: dict[str, Any] = {}
        self._arguments: dict[int, str] = {}

    def operation(self, document: DocumentNode) -> Operation:
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        body = self._selections(operation.selection_set, root)
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        head = f"{operation.operation.value} Nasty{declared} {body}"
        return Operation("\n".join([head, *self._fragments]), self._variables)

    def _selections(self, node: SelectionSetNode, type_: GraphQLCompositeType) -> str:
        texts = [self._selection(selection, type_) for selection in node.selections]
        if self._dice.random() < 0.2:  # Again, and merged.
            texts.append(self._selection(self._dice.choice(node.selections), type_))
        if self._dice.random() < 0.1:
            texts.append("__typename")
        if self._dice.random() < 0.3:
            start = self._dice.randrange(len(texts))
            end = start + 1 + self._dice.randrange(len(texts) - start)
            texts[start:end] = self._fragment(texts[start:end], type_)
        return "{ " + " ".join(texts) + " }"

    def _fragment(self, texts: list[str], type_: GraphQLCompositeType) -> list[str]:
        body = " ".join(texts)
        form = self._dice.randrange(4)
        if form == 0:
            return [f"...{self._condition()} {{ {body} }}"]
        if form == 1:
            return [f"... on {type_}{self._condition()} {{ {body} }}"]
        name = f"Part{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {type_} {{ {body} }}")
        return [f"...{name}{self._condition()}"] * (form - 1)

    def _selection(self, node: SelectionNode, type_: GraphQLCompositeType) -> str:
        if isinstance(node, InlineFragmentNode):
            on: Any = self._schema.get_type(node.type_condition.name.value) if node.type_condition else type_
            return f"... on {on}{self._condition()} {self._selections(node.selection_set, on)}"
        assert isinstance(node, FieldNode)
        if node.name.value == "__typename":
            return print_ast(node)
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        field = type_.fields[node.name.value]
        inner: Any = get_named_type(field.type)
        alias = f"{node.alias.value}: " if node.alias else ""
        below = f" {self._selections(node.selection_set, inner)}" if node.selection_set else ""
        return f"{alias}{node.name.value}{self._given(node, field)}{self._condition()}{below}"

    def _given(self, node: FieldNode, field: GraphQLField) -> str:
        """The arguments; the same text whenever the field is written, or it could not be merged."""
        known = self._arguments.get(id(node))
        if known is None:
            given = [f"{a.name.value}: {self._value(a.value, field.args[a.name.value].type)}" for a in node.arguments]
            known = self._arguments[id(node)] = f"({', '.join(given)})" if given else ""
        return known

    def _value(self, node: Any, type_: Any) -> str:
        form = self._dice.randrange(6)
        if form > 2:
            return print_ast(node)
        name = f"v{len(self._declared)}"
        if form == 0 and not str(type_).endswith("!"):
            self._declared.append(f"${name}: {type_} = {print_ast(node)}")
            return f"${name}"
        self._declared.append(f"${name}: {type_}")
        if form == 1 or str(type_).endswith("!"):
            self._variables[name] = value_from_ast_untyped(node)
        return f"${name}"

    def _condition(self) -> str:
        form = self._dice.randrange(30)
        if form > 3:
            return ""
        directive = self._dice.choice(["skip", "include"])
        if form == 0:
            return f" @{directive}(if: {self._dice.choice(['true', 'false'])})"
        name = f"v{len(self._declared)}"
        self._declared.append(f"${name}: Boolean!" + (" = true" if form == 1 else ""))
        if form > 1:
            self._variables[name] = self._dice.random() < 0.5
        return f" @{directive}(if: ${name})"


def operations(schema: GraphQLSchema, **scalars: Any) -> strategies.SearchStrategy[Operation]:
    """Queries and mutations, and the variables to run them with."""
    documents = from_schema(
        schema, print_ast=lambda document: document, custom_scalars=scalars, allow_x00=False, codec="utf-8"
    )
    return strategies.builds(
        lambda document, dice: _Rewriting(schema, dice).operation(document),
        documents,
        strategies.integers(0, 2**32).map(random.Random),
    )


odd_numbers = strategies.integers(-3, 2).map(lambda number: nodes.Int(2 * number + 1))
