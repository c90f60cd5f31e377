"""What resolvers are given and what may wrap them is what it is in Strawberry."""

import dataclasses
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import pytest
import strawberry
from graphql import parse
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

import execution
from tests.execution import oracle

T = TypeVar("T")


@dataclasses.dataclass
class Row:
    """What is no Strawberry type, but stands for one."""

    name: str = "row"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Person(Named):
    age: int = 3


@strawberry.type
class Pet(Named):
    legs: int = 4


@dataclasses.dataclass(slots=True)
class Stone:
    """What stands for a type by its class alone, as it can carry no mark of a cast."""

    weight: int = 1


@dataclasses.dataclass(slots=True)
class Grain:
    size: int = 2


@strawberry.type
class StoneType:
    weight: int
    is_type_of = execution.records(Stone)


@strawberry.type
class GrainType:
    size: int
    is_type_of = execution.records(Grain)


@strawberry.type
class Box(Generic[T]):
    content: T


@strawberry.input
class Point:
    x: int
    y: int = 2


@strawberry.input
class Corner:
    """Nothing in it must be given, and nothing has a default."""

    at: Point | None
    label: str | None


class Never(BasePermission):
    message = "never"

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return bool(kwargs.get("yes"))


class Twice(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return next_(source, info, **kwargs) * 2


@strawberry.type
class Told:
    name: str = "told"

    @strawberry.field
    def path(self, info: strawberry.Info) -> str:
        return "/".join(map(str, info.path.as_list()))

    @strawberry.field
    def about(self, info: strawberry.Info, n: int = 1) -> list[str]:
        parent = info._raw_info.parent_type.name
        return [info.field_name, info.python_name, parent, str(info.variable_values), str(info.context), str(n)]

    @strawberry.field
    async def selected(self, info: strawberry.Info) -> "Told":
        assert [getattr(field, "name", None) for field in info.selected_fields[0].selections] == ["name", "path"]
        return Told()


@strawberry.type
class Query:
    plain: str = "plain"

    @strawberry.field
    def told(self) -> list[Told]:
        return [Told(), Told()]

    @strawberry.field
    def by_root(root: Any, info: strawberry.Info) -> str:  # noqa: N805
        return f"{root} {info.root_value}"

    @strawberry.field
    def by_parent(parent: strawberry.Parent[Any]) -> str:  # noqa: N805
        return str(parent)

    @strawberry.field
    @staticmethod
    def static(n: int) -> int:
        return n

    @strawberry.field
    @classmethod
    def of_class(cls) -> str:
        return cls.__name__

    @strawberry.field(permission_classes=[Never])
    def guarded(self, yes: bool = False) -> str | None:
        return "open"

    @strawberry.field(extensions=[Twice()])
    def doubled(self, word: str = "ab") -> str:
        return word

    @strawberry.field
    def named(self) -> list[Named]:
        return [Person(name="person"), Pet(name="pet"), Person(name="another")]

    @strawberry.field
    def either(self) -> list[Annotated[Person | Pet, strawberry.union("Either")]]:
        return [strawberry.cast(Pet, Row()), Person(name="person"), Row()]  # type: ignore[list-item]

    @strawberry.field
    def ground(self, sand: bool = True) -> list[Annotated[StoneType | GrainType, strawberry.union("Ground")] | None]:
        return [Stone(), Grain(), Stone(3), *([] if sand else [Row(), strawberry.cast(Person, Row())])]  # type: ignore[list-item]

    @strawberry.field
    def boxes(self) -> Box[int]:
        return Box(content=1)

    @strawberry.field
    def many(self) -> list[Box[str]]:
        return [Box(content="a"), Box(content="b")]

    @strawberry.field
    def moved(self, by: Point, more: list[Point] | None = None, name: str | None = strawberry.UNSET) -> str:
        return f"{by} {more} {name}"

    @strawberry.field
    def corner(self, of: Corner | None = None) -> str:
        return str(of)


DOCUMENTS = [
    "{ plain }",
    "query ($v: Int = 7) { told { name path about(n: $v) selected { name path } } }",
    "{ byRoot byParent static(n: 3) ofClass }",
    '{ guarded open: guarded(yes: true) doubled(word: "xy") }',
    "{ named { __typename name ... on Person { age } ... on Pet { legs } } }",
    "{ either { __typename ... on Pet { legs } ... on Person { age } } }",
    "{ ground { __typename ... on StoneType { weight } ... on GrainType { size } } }",
    "{ ground(sand: false) { __typename ... on StoneType { weight } ... on GrainType { size } } }",
    "{ boxes { content } many { content } }",
    "query ($p: Point!) { moved(by: $p, more: [{ x: 1, y: 1 }, $p]) }",
    "query ($p: Point! = { x: 5 }) { moved(by: $p, more: null, name: null) }",
    "{ moved(by: { x: 1.5 }) }",
    '{ a: corner b: corner(of: null) c: corner(of: {}) d: corner(of: { at: { x: 3 }, label: "l" }) }',
    "{ static(n: 99999999999) }",
    "{ nothing plain }",
    "query ($p: Point!) { moved(by: $p) wrong: static }",
]


def schema(query: type = Query, **given: Any) -> strawberry.Schema:
    return strawberry.Schema(query, **given)


async def same(schema: strawberry.Schema, source: str, **given: Any) -> Any:
    """Our answer, which must be graphql-core's."""
    found = await execution.Executor(schema).execute(parse(source), **given)
    [wanted] = await oracle.answers(schema, parse(source), at_once=False, **given)
    assert found.data == wanted.data
    assert oracle.told(found.errors) == oracle.told(wanted.errors)
    return found.data


class TestAnswers:
    @pytest.mark.parametrize("source", DOCUMENTS)
    async def test_are_the_same(self, source: str) -> None:
        given = {"root_value": Query(), "context_value": "context", "variable_values": {"p": {"x": 1}}}
        await same(schema(types=[Person, Pet]), source, **given)

    async def test_by_a_default_resolver_of_ones_own(self) -> None:
        own = schema(config=StrawberryConfig(default_resolver=lambda source, name: source.get(name)))
        assert await same(own, "{ plain }", root_value={"plain": "by key"}) == {"plain": "by key"}

    async def test_with_names_as_they_are(self) -> None:
        own = schema(config=StrawberryConfig(auto_camel_case=False))
        assert await same(own, "{ of_class moved(by: { x: 2 }) }") == {
            "of_class": "Query",
            "moved": "Point(x=2, y=2) None ",
        }

    async def test_when_names_are_sorted(self) -> None:
        own = schema(types=[Person, Pet], config=StrawberryConfig(sort_schema=True))
        await same(own, "{ named { name } static(n: 1) }")


class TestRequests:
    """Through all of Strawberry, with its extensions."""

    async def test_an_answer_has_the_extensions_results(self) -> None:
        class Signed(SchemaExtension):
            def get_results(self) -> dict[str, Any]:
                return {"signed": True}

        executors = execution.executor_class()
        signed = schema(extensions=[Signed], execution_context_class=executors)
        result = await signed.execute("{ plain }", root_value=Query())
        assert (result.data, result.extensions) == ({"plain": "plain"}, {"signed": True})
        assert executors.plans.executed == 1

    async def test_introspection_is_graphql_cores(self) -> None:
        executors = execution.executor_class()
        introspected = schema(execution_context_class=executors).introspect()
        assert introspected == schema().introspect()
        assert executors.plans.handed_over == {"introspection": 1}

    async def test_each_schema_has_plans_of_its_own(self) -> None:
        assert execution.executor_class().plans is not execution.executor_class().plans
