"""Notes, topics and comments as the graph shows them."""

import pytest

from content.notes import actions
from schema import ids
from tests.factories.notes import note
from tests.factories.people import person
from tests.factories.products import product
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

BAD_PAGES = [(101, None), (-1, None), (2, ""), (2, "%%%"), (2, "WzEuMF0"), (2, "长"), (2, "\ud800")]


class TestTopic:
    TOPIC = (
        "query ($name: String!, $first: Int, $after: String) { topic(name: $name)"
        " { id name noteCount notes(first: $first, after: $after) { edges { cursor node { id } }"
        " pageInfo { hasNextPage endCursor } } } }"
    )

    async def test_lists_its_notes_newest_first(self) -> None:
        made = [await note(topics=["护肤"]) for _ in range(3)]
        first = await Graph()(self.TOPIC, name="#护肤", first=2)
        found = first["data"]["topic"]
        assert (found["name"], found["noteCount"]) == ("护肤", 3)
        rest = await Graph()(self.TOPIC, name="护肤", first=2, after=found["notes"]["pageInfo"]["endCursor"])
        edges = found["notes"]["edges"] + rest["data"]["topic"]["notes"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == [ids.encode("note", one.id) for one in reversed(made)]
        again = await Graph()("query ($id: ID!) { node(id: $id) { ... on Topic { name } } }", id=found["id"])
        assert again["data"]["node"] == {"name": "护肤"}

    @pytest.mark.parametrize("name", ["没有", "", "#", "\x00", "\ud800", "长" * 10_000])
    async def test_is_null_for_what_nobody_wrote_about(self, name: str) -> None:
        assert await Graph()(self.TOPIC, name=name) == {"data": {"topic": None}, "errors": []}

    @pytest.mark.parametrize(("first", "after"), BAD_PAGES)
    async def test_refuses_what_is_no_page(self, first: int, after: str | None) -> None:
        await note(topics=["护肤"])
        answer = await Graph()(self.TOPIC, name="护肤", first=first, after=after)
        assert answer["data"] == {"topic": None}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "INVALID"}]


class TestComments:
    COMMENTS = (
        "query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Note { commentCount"
        " comments(first: $first, after: $after) { edges { cursor node { body author { id } replyTo { body } } }"
        " pageInfo { hasNextPage endCursor } } } } }"
    )

    async def test_are_newest_first_with_what_they_reply_to(self) -> None:
        made = await note()
        asked = await actions.add_comment(made.author_id, made.id, "求链接")
        await actions.add_comment(made.author_id, made.id, "在图一", asked.id)
        answer = await Graph()(self.COMMENTS, id=ids.encode("note", made.id))
        found = answer["data"]["node"]
        assert found["commentCount"] == 2
        assert [(edge["node"]["body"], edge["node"]["replyTo"]) for edge in found["comments"]["edges"]] == [
            ("在图一", {"body": "求链接"}),
            ("求链接", None),
        ]

    async def test_take_four_statements_however_many(self, statements: list[str]) -> None:
        made = await note()
        asked = await actions.add_comment(made.author_id, made.id, "求链接")
        for _ in range(10):
            await actions.add_comment(await person(), made.id, "我也要", asked.id)
        statements.clear()
        answer = await Graph()(self.COMMENTS, id=ids.encode("note", made.id))
        assert len(answer["data"]["node"]["comments"]["edges"]) == 11
        # The note, its comments, their authors, what they reply to.
        assert len(statements) == 4

    @pytest.mark.parametrize(("first", "after"), BAD_PAGES)
    async def test_refuse_what_is_no_page(self, first: int, after: str | None) -> None:
        made = await note()
        answer = await Graph()(self.COMMENTS, id=ids.encode("note", made.id), first=first, after=after)
        assert answer["data"] == {"node": None}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "INVALID"}]


class TestProductNotes:
    async def test_feature_it_newest_first(self) -> None:
        cream = await product()
        made = [await note(product_ids=[cream.id]) for _ in range(2)]
        answer = await Graph()(
            "query ($id: ID!) { node(id: $id) { ... on Product { notes { edges { node { id } } } } } }",
            id=ids.encode("product", cream.id),
        )
        assert answer["errors"] == []
        assert answer["data"]["node"]["notes"]["edges"] == [
            {"node": {"id": ids.encode("note", one.id)}} for one in reversed(made)
        ]
