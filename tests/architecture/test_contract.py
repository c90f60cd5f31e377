"""The served schema keeps the public contract: names, nullability, arguments, defaults; and describes itself."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    print_schema,
    print_type,
)

from tests import contract
from tests.graph import built


@pytest.fixture(scope="module")
def sdl() -> str:
    return built().as_str()


@pytest.fixture(scope="module")
def served(sdl: str) -> GraphQLSchema:
    return build_schema(sdl)


def own_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [found for name, found in schema.type_map.items() if not name.startswith("__")]


FILES = sorted(path.stem for path in contract.FOLDER.glob("*.graphql"))


class TestContract:
    def test_the_readme_tells_of_each_file_whether_it_is_built(self) -> None:
        assert sorted(contract.states()) == FILES
        assert contract.states()["core"] == "built"

    @pytest.mark.parametrize("name", FILES)
    def test_promises_are_kept_wherever_they_are_built(self, name: str, sdl: str) -> None:
        built = contract.states()[name] == "built"
        assert contract.breaks(contract.promises(contract.text(name)), contract.promises(sdl), whole=built) == []

    @pytest.mark.parametrize("name", [name for name, state in contract.states().items() if state == "promised"])
    def test_what_is_wholly_served_is_called_built(self, name: str, sdl: str) -> None:
        assert contract.promises(contract.text(name)).keys() - contract.promises(sdl).keys()

    def test_all_promises_go_together_with_what_is_served(self, sdl: str) -> None:
        texts = [contract.text(name) for name in FILES]
        whole = contract.promises(print_schema(contract.merged(sdl, texts)))
        assert whole.keys() > contract.promises(sdl).keys()
        assert [
            broken for text in texts for broken in contract.breaks(contract.promises(text), whole, whole=True)
        ] == []


PROMISED = """
type Note implements Node { id: ID! title: String! notes(first: Int = 20): [Note!]! }
input Filter { word: String = "a" }
enum Sort { NEWEST }
extend type Query { notes(sort: Sort): [Note!]! }
#+ Query.old(filter: Filter = null)
"""
SERVED = """
interface Node { id: ID! }
type Note implements Node { id: ID! title: String! notes(first: Int = 20): [Note!]! }
input Filter { word: String = "a" }
enum Sort { NEWEST }
type Query { old(filter: Filter = null): Int notes(sort: Sort): [Note!]! }
"""


class TestBrokenPromises:
    @pytest.mark.parametrize(
        ("kept", "instead", "broken"),
        [
            ("title: String!", "title: String", "Note.title is String, not String!"),
            ("title: String!", "name: String!", "Note.title is missing"),
            ("type Note implements Node", "type Note", "Note implements Node is missing"),
            ("first: Int = 20", "first: Int = 10", "Note.notes(first) is Int = 10, not Int = 20"),
            ("first: Int = 20", "first: Int = 20, until: ID!", "Note.notes(until) is new and required"),
            ('word: String = "a"', 'word: String = "a" no: Int!', "Filter.no is new and required"),
            ("enum Sort { NEWEST", "enum Sort { OLDEST", "Sort.NEWEST is missing"),
            ("old(filter: Filter = null)", "old", "Query.old(filter) is missing"),
            ("enum Sort { NEWEST }", "scalar Sort", "Sort is scalar, not enum"),
        ],
    )
    def test_is_noticed(self, kept: str, instead: str, broken: str) -> None:
        promised = contract.promises(PROMISED)
        assert contract.breaks(promised, contract.promises(SERVED), whole=True) == []
        assert kept in SERVED
        assert broken in contract.breaks(promised, contract.promises(SERVED.replace(kept, instead)), whole=True)

    def test_of_what_is_not_served_yet_nothing_is_asked(self) -> None:
        promised = contract.promises(PROMISED)
        assert contract.breaks(promised, contract.promises("type Query { old: Int }"), whole=False) == []
        assert contract.breaks(promised, contract.promises("type Query { notes: Int }"), whole=False) == [
            "Query.notes(sort) is missing",
            "Query.notes is Int, not [Note!]!",
        ]

    def test_a_part_that_is_served_is_not_promised_twice(self) -> None:
        part = (
            SERVED.replace("title: String!", "")
            .replace(" notes(sort: Sort): [Note!]!", "")
            .replace("(filter: Filter = null)", "")
        )
        whole = contract.promises(print_schema(contract.merged(part, [PROMISED])))
        assert contract.breaks(contract.promises(PROMISED), whole, whole=True) == []

    def test_two_files_that_promise_one_thing_conflict(self) -> None:
        one = "extend type Query { more: Int }"
        with pytest.raises(TypeError, match="more"):
            contract.merged(SERVED, [one, one])


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
                    if not given.description
                )
            elif isinstance(found, GraphQLInputObjectType):
                bare.extend(f"{found.name}.{name}" for name, given in found.fields.items() if not given.description)
            elif isinstance(found, GraphQLEnumType):
                bare.extend(f"{found.name}.{name}" for name, value in found.values.items() if not value.description)
        assert bare == [], print_type(served.type_map[bare[0].split(".")[0]])
