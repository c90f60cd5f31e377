"""The served schema keeps the public contract: names, nullability, arguments, defaults; and describes itself."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    build_schema,
    is_required_argument,
    is_required_input_field,
    print_ast,
    print_type,
)
from graphql.utilities import ast_from_value

from tests import shared
from tests.graph import built


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return build_schema(built().as_str())


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    return build_schema(shared.path("contract/core.graphql").read_text())


def default_of(given: GraphQLArgument | GraphQLInputField) -> str | None:
    if given.default_value is Undefined:
        return None
    node = ast_from_value(given.default_value, given.type)
    return None if node is None else print_ast(node)


def breaks_of_inputs(
    where: str,
    promised: dict[str, GraphQLArgument] | dict[str, GraphQLInputField],
    kept: dict[str, GraphQLArgument] | dict[str, GraphQLInputField],
) -> Iterator[str]:
    for name, wanted in promised.items():
        found = kept.get(name)
        if found is None:
            yield f"{where}.{name} is missing"
        elif str(found.type) != str(wanted.type):
            yield f"{where}.{name} is {found.type}, not {wanted.type}"
        elif default_of(found) != default_of(wanted):
            yield f"{where}.{name} defaults to {default_of(found)}, not {default_of(wanted)}"
    for name in kept.keys() - promised.keys():
        added = kept[name]
        if is_required_argument(added) if isinstance(added, GraphQLArgument) else is_required_input_field(added):
            yield f"{where}.{name} is new and required"


def breaks_of_type(promised: GraphQLNamedType, kept: GraphQLNamedType) -> Iterator[str]:
    where = promised.name
    if type(promised) is not type(kept):
        yield f"{where} is a {type(kept).__name__}"
    elif isinstance(promised, GraphQLEnumType) and isinstance(kept, GraphQLEnumType):
        yield from (f"{where}.{value} is missing" for value in promised.values.keys() - kept.values.keys())
    elif isinstance(promised, GraphQLUnionType) and isinstance(kept, GraphQLUnionType):
        missing = {member.name for member in promised.types} - {member.name for member in kept.types}
        yield from (f"{where} lacks {member}" for member in missing)
    elif isinstance(promised, GraphQLInputObjectType) and isinstance(kept, GraphQLInputObjectType):
        yield from breaks_of_inputs(where, promised.fields, kept.fields)
    elif isinstance(promised, GraphQLObjectType | GraphQLInterfaceType):
        assert isinstance(kept, GraphQLObjectType | GraphQLInterfaceType)
        missing = {face.name for face in promised.interfaces} - {face.name for face in kept.interfaces}
        yield from (f"{where} does not implement {face}" for face in missing)
        for name, field in promised.fields.items():
            if name not in kept.fields:
                yield f"{where}.{name} is missing"
                continue
            if str(kept.fields[name].type) != str(field.type):
                yield f"{where}.{name} is {kept.fields[name].type}, not {field.type}"
            yield from breaks_of_inputs(f"{where}.{name}", field.args, kept.fields[name].args)


def own_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [found for name, found in schema.type_map.items() if not name.startswith("__")]


class TestContract:
    def test_every_promise_is_kept(self, contract: GraphQLSchema, served: GraphQLSchema) -> None:
        breaks: list[str] = []
        for promised in own_types(contract):
            kept = served.type_map.get(promised.name)
            breaks.extend([f"{promised.name} is missing"] if kept is None else breaks_of_type(promised, kept))
        assert breaks == []

    def test_a_broken_promise_is_noticed(self, contract: GraphQLSchema) -> None:
        other = build_schema("type Shop { id: ID name: String! } interface Node { id: ID! } type Query { a: Shop }")
        found = list(breaks_of_type(contract.type_map["Shop"], other.type_map["Shop"]))
        assert "Shop.id is ID, not ID!" in found
        assert "Shop.owner is missing" in found
        assert "Shop does not implement Node" in found


class TestDescriptions:
    def test_everything_public_is_described(self, served: GraphQLSchema) -> None:
        bare: list[str] = []
        for found in own_types(served):
            if found.name in ("String", "Int", "Float", "Boolean", "ID"):
                continue
            if not found.description:
                bare.append(found.name)
            if isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
                bare.extend(f"{found.name}.{name}" for name, field in found.fields.items() if not field.description)
                bare.extend(
                    f"{found.name}.{name}({argument}:)"
                    for name, field in found.fields.items()
                    for argument, given in field.args.items()
                    if not given.description and argument != "input"
                )
            elif isinstance(found, GraphQLInputObjectType):
                bare.extend(f"{found.name}.{name}" for name, given in found.fields.items() if not given.description)
        assert bare == [], print_type(served.type_map[bare[0].split(".")[0]])
