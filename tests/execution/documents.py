"""Random valid operations on a schema, with fragments, variables, conditions and merged fields."""

import json
import random
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from graphql import (
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

Scalar = Callable[[random.Random], Any]

SCALARS: dict[str, Scalar] = {
    "String": lambda dice: dice.choice(["", "茶", 'a "quoted" word']),
    "Int": lambda dice: dice.randrange(-2, 5),
    "Float": lambda dice: dice.choice([0.5, 2]),
    "Boolean": lambda dice: dice.random() < 0.5,
    "ID": lambda dice: dice.choice(["knot_1", 7]),
    "Odd": lambda dice: 2 * dice.randrange(3) + 1,
}


class Operation(NamedTuple):
    source: str
    variables: dict[str, Any]


class Writer:
    """Writes one operation, without the fields and arguments of some names.

    `generosity` is how likely it gives an argument that it need not give.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        dice: random.Random,
        *,
        depth: int = 4,
        scalars: Mapping[str, Scalar] = SCALARS,
        generosity: float = 0.7,
        without: Collection[str] = (),
    ) -> None:
        self._schema = schema
        self._dice = dice
        self._depth = depth
        self._scalars = scalars
        self._generosity = generosity
        self._without = without
        self._fragments: list[str] = []
        self._declared: list[str] = []
        self._variables: dict[str, Any] = {}
        self._given: dict[str, str] = {}

    def operation(self, root: GraphQLObjectType, kind: str) -> Operation:
        if kind == "subscription":  # Only one field at the top, without conditions.
            body = f"{{ knots {self._selections(self._schema.type_map['Knot'], self._depth - 1)} }}"  # type: ignore
        else:
            body = self._selections(root, self._depth)
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        return Operation("\n".join([f"{kind} Nasty{declared} {body}", *self._fragments]), self._variables)

    def _selections(self, type_: GraphQLCompositeType, depth: int) -> str:
        texts = self._fields(type_, depth)
        for possible in self._schema.get_possible_types(type_) if not isinstance(type_, GraphQLObjectType) else ():
            if self._dice.random() < 0.6:
                texts.append(f"... on {possible}{self._condition()} {self._selections(possible, depth)}")
        if not texts or self._dice.random() < 0.1:
            texts.append(self._dice.choice(["__typename", "kind: __typename"]))
        if self._dice.random() < 0.3:
            start = self._dice.randrange(len(texts))
            end = start + 1 + self._dice.randrange(len(texts) - start)
            texts[start:end] = self._fragment(texts[start:end], type_)
        return "{ " + " ".join(texts) + " }"

    def _fields(self, type_: GraphQLCompositeType, depth: int) -> list[str]:
        if isinstance(type_, GraphQLUnionType):
            return []
        names = [
            name
            for name, field in type_.fields.items()
            if name not in self._without and (depth or not is_composite_type(get_named_type(field.type)))
        ]
        chosen = self._dice.choices(names, k=self._dice.randrange(1, 4)) if names else []
        return [self._field(type_, name, depth) for name in chosen]

    def _field(self, type_: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        field = type_.fields[name]
        # One key for one field with one choice of arguments: what has the same key can be merged.
        key = f"{type_}_{name}_{self._dice.randrange(2)}"
        inner: Any = get_named_type(field.type)
        below = f" {self._selections(inner, depth - 1)}" if is_composite_type(inner) else ""
        if key not in self._given:
            self._given[key] = self._arguments(field)
        alias = "" if not field.args and self._dice.random() < 0.1 else f"{key}: "
        return f"{alias}{name}{self._given[key]}{self._condition()}{below}"

    def _arguments(self, field: GraphQLField) -> str:
        given = [
            f"{name}: {self._argument(argument.type)}"
            for name, argument in field.args.items()
            if isinstance(argument.type, GraphQLNonNull) or self._gives(name)
        ]
        return f"({', '.join(given)})" if given else ""

    def _gives(self, name: str) -> bool:
        return name not in self._without and self._dice.random() < self._generosity

    def _argument(self, type_: Any) -> str:
        form = self._dice.randrange(5)
        if form > 2:
            return _literal(self._value(type_, 2), type_)
        name = f"v{len(self._declared)}"
        required = isinstance(type_, GraphQLNonNull)
        default = f" = {_literal(self._value(type_, 2), type_)}" if form == 0 and not required else ""
        self._declared.append(f"${name}: {type_}{default}")
        if form == 1 or required:
            self._variables[name] = self._value(type_, 2)
        return f"${name}"

    def _value(self, type_: Any, depth: int) -> Any:
        """A value as variables have it."""
        if isinstance(type_, GraphQLNonNull):
            return self._sure(type_.of_type, depth)
        if self._dice.random() < 0.1:
            return None
        if isinstance(type_, GraphQLList):
            return [self._sure(type_.of_type, depth) for _ in range(self._dice.randrange(3))]
        return self._named(type_, depth)

    def _sure(self, type_: Any, depth: int) -> Any:
        while (value := self._value(type_, depth)) is None:
            pass
        return value

    def _named(self, type_: Any, depth: int) -> Any:
        if isinstance(type_, GraphQLEnumType):
            return self._dice.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: self._sure(field.type, depth - 1)
                for name, field in type_.fields.items()
                if isinstance(field.type, GraphQLNonNull) or (depth and self._dice.random() < 0.4)
            }
        return self._scalars[type_.name](self._dice)

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

    def _condition(self) -> str:
        form = self._dice.randrange(40)
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


def _literal(value: Any, type_: Any) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _literal(value, type_.of_type)
    if value is None:
        return "null"
    if isinstance(type_, GraphQLList):
        return "[" + ", ".join(_literal(item, type_.of_type) for item in value) + "]"
    if isinstance(type_, GraphQLInputObjectType):
        return (
            "{" + ", ".join(f"{name}: {_literal(part, type_.fields[name].type)}" for name, part in value.items()) + "}"
        )
    return str(value) if isinstance(type_, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)


def operation(schema: GraphQLSchema, seed: int) -> Operation:
    """A query, now and then a mutation or a subscription; the same for the same seed."""
    dice = random.Random(seed)
    kind = dice.choice(["query", "query", "query", "mutation", "subscription"])
    root = {"query": schema.query_type, "mutation": schema.mutation_type, "subscription": schema.subscription_type}[
        kind
    ]
    assert root is not None
    return Writer(schema, dice).operation(root, kind)
