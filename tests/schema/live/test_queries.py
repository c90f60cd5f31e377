"""Reads of live streams, as a client sees them."""

import pytest

from content.live import actions
from schema import ids
from tests.factories import group_buys, live
from tests.factories.people import person
from tests.factories.products import product
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

PAGE = """
query ($status: [LiveStreamStatus!], $first: Int, $after: String) {
  liveStreams(status: $status, first: $first, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""
DEEP = """
{ liveStreams(first: 10) { edges { node {
  id title status viewerCount peakViewerCount playbackUrl
  host { id handle }
  listings { id position isPinned product { title } groupBuy { teamSize } liveStream { id } }
  pinnedListing { id }
  messages(first: 3) { edges { node { body author { displayName } } } }
} } } }"""
CHAT = """
query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on LiveStream {
  messages(first: $first, after: $after) { edges { cursor node { id body } } pageInfo { hasNextPage endCursor } }
} } }"""


class TestLiveStreams:
    async def test_pages_by_state_newest_first(self) -> None:
        graph = Graph()
        made = [await live.live(), await live.scheduled(), await live.live()]
        first, second, third = (ids.encode("live_stream", stream.id) for stream in made)
        answer = (await graph(PAGE, status=["LIVE"], first=1))["data"]["liveStreams"]
        assert [edge["node"]["id"] for edge in answer["edges"]] == [third]
        assert answer["pageInfo"]["hasNextPage"] and not answer["pageInfo"]["hasPreviousPage"]
        rest = (await graph(PAGE, status=["LIVE"], after=answer["pageInfo"]["endCursor"]))["data"]["liveStreams"]
        assert [edge["node"]["id"] for edge in rest["edges"]] == [first]
        everything = (await graph(PAGE))["data"]["liveStreams"]
        assert [edge["node"]["id"] for edge in everything["edges"]] == [third, second, first]

    @pytest.mark.parametrize("after", ["nonsense", "", "MTIz", "bnVsbA"])
    async def test_refuses_a_cursor_of_something_else(self, after: str) -> None:
        answer = await Graph()(PAGE, after=after)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]

    async def test_reads_any_number_of_streams_with_a_fixed_number_of_statements(self, statements: list[str]) -> None:
        graph, viewer = Graph(), await person()
        counts = []
        for _ in range(3):
            stream, offer = await live.live(), await group_buys.offer()
            await actions.add_listing(stream.host_id, stream.id, offer.product_id, offer.id)
            pinned = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
            await actions.pin_listing(stream.host_id, pinned.id)
            await actions.send_message(viewer, stream.id, "来了来了")
            statements.clear()
            answer = await graph(DEEP)
            counts.append(len(statements))
            assert answer["errors"] == []
        edges = answer["data"]["liveStreams"]["edges"]
        assert [[item["groupBuy"] is None for item in edge["node"]["listings"]] for edge in edges] == [
            [False, True]
        ] * 3
        assert all(edge["node"]["pinnedListing"]["id"] == edge["node"]["listings"][1]["id"] for edge in edges)
        # Streams, hosts, tables, pinned, chat, products, group-buys, the listings' streams, authors.
        assert counts == [9, 9, 9]


class TestMessages:
    async def test_pages_newest_first(self) -> None:
        graph, stream, viewer = Graph(), await live.live(), await person()
        for n in range(5):
            await actions.send_message(viewer, stream.id, f"第{n}条")
        stream_id = ids.encode("live_stream", stream.id)
        page = (await graph(CHAT, id=stream_id, first=2))["data"]["node"]["messages"]
        assert [edge["node"]["body"] for edge in page["edges"]] == ["第4条", "第3条"]
        rest = (await graph(CHAT, id=stream_id, after=page["pageInfo"]["endCursor"]))["data"]["node"]["messages"]
        assert [edge["node"]["body"] for edge in rest["edges"]] == ["第2条", "第1条", "第0条"]
        assert not rest["pageInfo"]["hasNextPage"]

    @pytest.mark.parametrize("after", ["LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "MS41", "bnVsbA"])
    async def test_refuses_a_cursor_that_is_no_place_in_a_chat(self, after: str) -> None:
        stream = await live.live()
        answer = await Graph()(CHAT, id=ids.encode("live_stream", stream.id), after=after)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]


class TestNode:
    async def test_finds_streams_listings_and_messages(self) -> None:
        stream = await live.live()
        listing = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        message = await actions.send_message(stream.host_id, stream.id, "欢迎")
        wanted = [
            ids.encode("live_stream", stream.id),
            ids.encode("live_listing", listing.id),
            ids.encode("live_message", message.id),
            ids.encode("live_message", stream.id),
        ]
        document = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
        found = (await Graph()(document, ids=wanted))["data"]["nodes"]
        assert found == [
            {"__typename": kind, "id": wanted[n]} for n, kind in enumerate(("LiveStream", "LiveListing", "LiveMessage"))
        ] + [None]

    async def test_finds_no_listing_that_was_removed(self) -> None:
        stream = await live.live()
        listing = await actions.add_listing(stream.host_id, stream.id, (await product()).id)
        await actions.remove_listing(stream.host_id, listing.id)
        answer = await Graph()("query ($id: ID!) { node(id: $id) { id } }", id=ids.encode("live_listing", listing.id))
        assert answer == {"data": {"node": None}, "errors": []}


class TestWhereStreamsAreFound:
    async def test_from_their_host_and_from_a_product(self) -> None:
        stream, item = await live.live(), await product()
        await actions.add_listing(stream.host_id, stream.id, item.id)
        document = """query ($ids: [ID!]!) { nodes(ids: $ids) {
          ... on User { liveStreams { edges { node { id } } } } ... on Product { liveNow { id } } } }"""
        wanted = [ids.encode("user", stream.host_id), ids.encode("product", item.id)]
        found = (await Graph()(document, ids=wanted))["data"]["nodes"]
        stream_id = ids.encode("live_stream", stream.id)
        assert found == [{"liveStreams": {"edges": [{"node": {"id": stream_id}}]}}, {"liveNow": [{"id": stream_id}]}]
