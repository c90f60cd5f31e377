"""What lies near, through the graph, and what it costs."""

import pytest

from schema import ids
from tests.content.feed.test_tastes import circle, told
from tests.factories.notes import note
from tests.factories.people import person
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

RELATED = """query ($ids: [ID!]!, $after: String) { nodes(ids: $ids) { ... on Note {
  related(first: 2, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } } }"""
NEAR = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { boughtTogether { edges { node { id } } } } }
  viewer { suggestedUsers(first: 3) { handle } } }"""


class TestRelated:
    async def test_takes_two_statements_more_for_any_number_of_notes(self, statements: list[str]) -> None:
        made = [await note(title=f"露营好物{number}") for number in range(4)]
        await circle(*made)
        await told()
        statements.clear()
        answer = await Graph()(RELATED, ids=[ids.encode("note", one.id) for one in made])
        assert answer["errors"] == []
        for one, found in zip(made, answer["data"]["nodes"], strict=True):
            near = {edge["node"]["id"] for edge in found["related"]["edges"]}
            assert len(near) == 2 and ids.encode("note", one.id) not in near
            assert found["related"]["pageInfo"]["hasNextPage"]
        # The notes; their neighbours; the neighbours' notes.
        assert len(statements) == 3

    async def test_refuses_a_cursor_of_another_list(self) -> None:
        made = await note()
        answer = await Graph()(RELATED, ids=[ids.encode("note", made.id)], after="e30")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]

    async def test_nothing_is_near_what_nobody_knows(self) -> None:
        answer = await Graph()(NEAR, as_=await person(), ids=[])
        assert answer == {"data": {"nodes": [], "viewer": {"suggestedUsers": []}}, "errors": []}
