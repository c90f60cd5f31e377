"""What lies in the objects themselves is made into rows by a loop, until a value is odd."""

import asyncio
import dataclasses
import datetime
import enum
import gc
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import orjson
import pytest
import strawberry
from graphql import DocumentNode, parse

import execution
from execution import compiled

pytestmark = pytest.mark.usefixtures("warm")


@pytest.fixture
def warm() -> Iterator[None]:
    """Compiles at once."""
    with mock.patch.object(compiled, "WARM", 0):
        yield


@strawberry.enum
class Kind(enum.Enum):
    NOTE = "NOTE"
    VIDEO = "VIDEO"


@dataclasses.dataclass
class Row:
    title: Any = "露营灯"
    count: Any = 3
    score: Any = 0.5
    kind: Any = Kind.NOTE
    at: Any = datetime.date(2026, 11, 25)
    tags: Any = dataclasses.field(default_factory=lambda: ["种草", "露营"])
    inner: Any = None
    read: int = 0


@strawberry.type
class Inner:
    title: str
    is_type_of = execution.records(Row)


@strawberry.type
class Thing:
    title: str
    count: int | None
    score: float | None
    kind: Kind | None
    at: datetime.date | None
    tags: list[str] | None
    inner: Inner | None

    @strawberry.field
    def shout(self) -> str:
        return f"{self.title}！"

    @strawberry.field
    async def later(self) -> str:
        return "later"

    @strawberry.field
    def said(self, times: int = 2) -> str:
        return self.title * times

    @strawberry.field
    def counted(self) -> int:
        self.read += 1  # type: ignore[attr-defined]
        return self.read  # type: ignore[attr-defined, no-any-return]


@strawberry.type
class Query:
    @strawberry.field(graphql_type=list[Thing])  # type: ignore[untyped-decorator]
    def things(self) -> Any:
        return self


SCHEMA = strawberry.Schema(Query, execution_context_class=execution.executor_class())
ALL: DocumentNode = parse("{ things { __typename title count score kind at tags inner { title } shout } }")
PLAIN: DocumentNode = parse("{ things { title count score kind at tags inner { title } shout } }")
WRITTEN = {
    "__typename": "Thing",
    "title": "露营灯",
    "count": 3,
    "score": 0.5,
    "kind": "NOTE",
    "at": "2026-11-25",
    "tags": ["种草", "露营"],
    "inner": {"title": "露营灯"},
    "shout": "露营灯！",
}


def answer(document: DocumentNode, *rows: Row) -> Any:
    return asyncio.run(execution.Executor(SCHEMA).execute(document, rows))


def built(document: DocumentNode) -> list[bool]:
    """Whether each level of objects was made by a loop."""
    made: list[bool] = []
    rows_of = compiled.rows_of

    def watched(selection: Any, objects: Any, executor: Any) -> Any:
        found = rows_of(selection, objects, executor)
        made.append(found[1] is not selection.fields)
        return found

    with mock.patch("execution.completion.rows_of", watched):
        answer(document, Row(inner=Row()))
    return made


class TestRows:
    def test_hold_all_that_lies_in_the_objects(self) -> None:
        assert answer(ALL, Row(inner=Row()), Row(inner=Row())).data == {"things": [WRITTEN, WRITTEN]}
        assert built(ALL) == [True]

    def test_keep_the_order_of_the_document(self) -> None:
        found = answer(parse("{ things { later title said shout } }"), Row()).data["things"][0]
        assert list(found.items()) == [
            ("later", "later"),
            ("title", "露营灯"),
            ("said", "露营灯露营灯"),
            ("shout", "露营灯！"),
        ]

    def test_show_nulls_where_there_may_be_some(self) -> None:
        empty = Row(count=None, score=None, kind=None, at=None, tags=None, inner=None)
        found = answer(ALL, empty).data["things"][0]
        assert found == {**dict.fromkeys(WRITTEN), "__typename": "Thing", "title": "露营灯", "shout": "露营灯！"}

    def test_are_not_compiled_before_it_is_worth_it(self) -> None:
        with mock.patch.object(compiled, "WARM", 3):
            document = parse("{ things { title } }")
            assert [built(document), built(document), built(document)] == [[False], [False], [True]]


class TestManyRows:
    @pytest.fixture(autouse=True)
    def many(self) -> Iterator[None]:
        with mock.patch.object(compiled, "MANY", 2):
            yield

    def test_take_little_memory(self) -> None:
        few, many = (answer(PLAIN, *(Row(inner=Row()) for _ in range(count))).data["things"] for count in (1, 2))
        assert type(few[0]) is dict
        assert sys.getsizeof(many[0]) < sys.getsizeof(few[0]) / 2
        assert not any(map(gc.is_tracked, many))

    def test_are_written_alike(self) -> None:
        [few] = answer(PLAIN, Row(inner=Row())).data["things"]
        assert orjson.dumps(answer(PLAIN, Row(inner=Row()), Row(inner=Row())).data["things"]) == orjson.dumps([few] * 2)

    @pytest.mark.parametrize("key", ["__typename", "_hidden: title", "class: title"])
    def test_may_have_any_key(self, key: str) -> None:
        document = parse(f"{{ things {{ {key} title }} }}")
        [few] = answer(document, Row()).data["things"]
        assert answer(document, Row(), Row()).data["things"] == [few] * 2

    def test_that_are_odd_are_told_as_ever(self) -> None:
        found = answer(PLAIN, Row(inner=Row()), Row(inner=Row(), count="drei"))
        assert [one["count"] for one in found.data["things"]] == [3, None]


class TestOddValues:
    @pytest.mark.parametrize(
        ("odd", "message"),
        [
            ({"title": None}, "Cannot return null for non-nullable field Thing.title."),
            ({"count": 2**31}, "Int cannot represent non 32-bit signed integer value"),
            ({"count": "drei"}, "Int cannot represent non-integer value"),
            ({"score": float("nan")}, "Float cannot represent non numeric value"),
            ({"score": float("inf")}, "Float cannot represent non numeric value"),
            ({"kind": "NOWHERE"}, "Enum 'Kind' cannot represent value"),
            ({"tags": 7}, "Expected Iterable"),
            ({"inner": "x"}, "Expected value of type 'Inner'"),
            ({"title": ValueError("坏了")}, "坏了"),
        ],
    )
    def test_are_told_as_ever(self, odd: dict[str, Any], message: str) -> None:
        found = answer(ALL, Row(inner=Row()), Row(**{"inner": Row(), **odd}))
        assert [error.message.startswith(message) for error in found.errors] == [True]
        assert found.errors[0].path == ["things", 1, *odd]

    def test_leave_others_as_they_are(self) -> None:
        found = answer(ALL, Row(inner=Row()), Row(inner=Row(), count="drei"))
        assert found.data == {"things": [WRITTEN, {**WRITTEN, "count": None}]}

    def test_may_be_accepted_all_the_same(self) -> None:
        found = answer(ALL, Row(inner=Row(), title=7, count="3", score=2, tags=("种草", "露营")))
        assert found.errors is None
        assert found.data["things"][0] == {**WRITTEN, "title": "7", "count": 3, "score": 2.0, "shout": "7！"}

    def test_may_be_read_twice(self) -> None:
        row = Row(count="drei")
        answer(parse("{ things { counted count } }"), row)
        assert row.read == 2
