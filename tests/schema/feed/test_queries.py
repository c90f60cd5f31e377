"""Feeds through the graph: their order and reasons, and what a page costs."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from commerce.catalogue import queries as product_queries
from commerce.group_buys import actions as group_buy_actions
from content.notes import actions as note_actions
from core import clock
from people.follows import actions as follow_actions
from schema import ids
from tests.factories.notes import note
from tests.factories.people import person
from tests.factories.products import product
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

FEED = (
    "query ($kind: FeedKind!, $first: Int, $after: String) { feed(kind: $kind, first: $first, after: $after)"
    " { edges { cursor reason node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
)
PAGE = """
query ($kind: FeedKind!) { feed(kind: $kind, first: 20) { edges { cursor reason node {
  id title kind likeCount viewerHasLiked media { url } author { id displayName avatarUrl }
  productTags { product { title minPrice { amount currency } groupBuys { id price { amount } } } }
} } pageInfo { hasNextPage endCursor } } }
"""


async def offered() -> UUID:
    """A product with a group-buy that runs on it now."""
    owner = await person("店主")
    made = await product(owner, stock=100)
    [[variant]] = await product_queries.variants_of([made.id])
    await group_buy_actions.create(
        owner,
        variant.id,
        price=Decimal("99.00"),
        team_size=3,
        ends_at=clock.now() + timedelta(days=1),
        stock=50,
    )
    return made.id


class TestCost:
    @pytest.mark.parametrize(("kind", "most"), [("DISCOVER", 11), ("FOLLOWING", 7)])
    async def test_a_page_of_twenty_takes_a_constant_few_statements(
        self, kind: str, most: int, statements: list[str]
    ) -> None:
        me, products = await person("我"), [await offered() for _ in range(3)]
        for number in range(21):
            made = await note(title=f"第{number}篇", product_ids=[products[number % 3], products[0]])
            await follow_actions.follow(me, made.author_id)
            await note_actions.like(me, made.id)
        statements.clear()
        answer = await Graph()(PAGE, as_=me, kind=kind)
        assert answer["errors"] == []
        edges = answer["data"]["feed"]["edges"]
        assert len(edges) == 20 and all(edge["node"]["viewerHasLiked"] for edge in edges)
        tags = edges[0]["node"]["productTags"]
        assert [tag["product"]["minPrice"] for tag in tags] == [{"amount": "128.00", "currency": "CNY"}] * 2
        assert [[offer["price"]["amount"] for offer in tag["product"]["groupBuys"]] for tag in tags] == [["99.00"]] * 2
        # Notes, whom the viewer follows, authors, likes, tags, products, group-buys; for DISCOVER the viewer's tastes,
        # what they and those whom the viewer follows speak for, and the notes to choose from.
        assert len(statements) == most

    async def test_nobody_asks_less(self, statements: list[str]) -> None:
        products = [await offered()]
        for _ in range(3):
            await note(product_ids=products)
        statements.clear()
        answer = await Graph()(PAGE, kind="DISCOVER")
        assert len(answer["data"]["feed"]["edges"]) == 3 and len(statements) == 6


class TestFeed:
    async def test_is_discover_unless_told_otherwise(self) -> None:
        made = await note()
        answer = await Graph()("{ feed { edges { reason node { id } } } }")
        assert answer["data"]["feed"]["edges"] == [{"reason": "FRESH", "node": {"id": ids.encode("note", made.id)}}]

    async def test_following_is_refused_to_nobody(self) -> None:
        answer = await Graph()(FEED, kind="FOLLOWING")
        assert answer["data"] is None
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "UNAUTHENTICATED"}]

    @pytest.mark.parametrize("kind", ["DISCOVER", "FOLLOWING"])
    async def test_goes_on_where_it_ended(self, kind: str) -> None:
        me, made = await person(), [await note() for _ in range(5)]
        for one in made:
            await follow_actions.follow(me, one.author_id)
        seen, after = [], None
        for has_next in (True, True, False):
            answer = await Graph()(FEED, as_=me, kind=kind, first=2, after=after)
            page = answer["data"]["feed"]
            seen += [edge["node"]["id"] for edge in page["edges"]]
            assert page["pageInfo"]["hasNextPage"] is has_next
            assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
            after = page["pageInfo"]["endCursor"]
        assert seen == [ids.encode("note", one.id) for one in reversed(made)]

    @pytest.mark.parametrize("kind", ["DISCOVER", "FOLLOWING"])
    @pytest.mark.parametrize(
        ("first", "after"),
        [
            (101, None),
            (-1, None),
            (2, ""),
            (2, "%%%"),
            (2, "e30"),
            (2, "WzFlOTk5LCIwIl0"),
            (2, "WyIxIiwgIjIiLCAiMyJd"),
            (2, "长"),
            (2, "\ud800"),
        ],
    )
    async def test_refuses_what_is_no_page(self, kind: str, first: int, after: str | None) -> None:
        answer = await Graph()(FEED, as_=await person(), kind=kind, first=first, after=after)
        assert answer["data"] is None
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "INVALID"}]

    async def test_refuses_the_other_feeds_cursor(self) -> None:
        me, one = await person(), await note()
        await follow_actions.follow(me, one.author_id)
        for kind, other in (("DISCOVER", "FOLLOWING"), ("FOLLOWING", "DISCOVER")):
            page = await Graph()(FEED, as_=me, kind=kind)
            cursor = page["data"]["feed"]["pageInfo"]["endCursor"]
            answer = await Graph()(FEED, as_=me, kind=other, after=cursor)
            assert [error["extensions"] for error in answer["errors"]] == [{"code": "INVALID"}]
