"""A live stream as its subscribers hear it: the whole truth, every change, and resumption."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from commerce.group_buys.events import GroupBuyChanged
from content.live import LiveStream, actions, queries, subscribers
from core.relay import Lane, Relay
from schema import errors, ids
from tests.factories import group_buys, live
from tests.factories.people import person
from tests.factories.products import product
from tests.graph import Graph, built
from tests.waiting import come, is_quiet

pytestmark = pytest.mark.usefixtures("database")

EVENTS = """
subscription ($id: ID!, $after: Int) { liveStreamEvents(liveStreamId: $id, afterSequence: $after) {
  sequence serverNow
  event {
    __typename
    ... on LiveSnapshot { liveStream { id status viewerCount listings { position isPinned } pinnedListing { position }
      messages { edges { node { body } } } } }
    ... on LiveStatusChanged { liveStream { status playbackUrl } }
    ... on LiveListingsChanged { listings { position isPinned product { title } } pinnedListing { position } }
    ... on LiveMessagePosted { message { body author { displayName } } }
    ... on LiveViewersChanged { viewerCount }
    ... on LiveGroupBuyChanged { groupBuy { joinedCount } team { joinedCount status members { user { displayName } } } }
  }
} }"""


class Room:
    """A subscriber's view, and the relay that serves it."""

    def __init__(self, graph: Graph, heard: Any) -> None:
        self._graph = graph
        self._heard = heard

    async def next(self) -> tuple[int, str, dict[str, Any]]:
        """The next update, as (sequence, type of event, event)."""
        lane = Lane("live", {GroupBuyChanged: subscribers.on_group_buy_changed})
        await Relay(self._graph.services.bus, [lane]).drain()
        result = await come(anext(self._heard))
        assert not result.errors
        update = result.data["liveStreamEvents"]
        assert datetime.fromisoformat(update["serverNow"]).tzinfo is not None
        event = dict(update["event"])
        return update["sequence"], event.pop("__typename"), event


@asynccontextmanager
async def watching(graph: Graph, stream_id: UUID, after: int | None = None) -> AsyncIterator[Room]:
    variables = {"id": ids.encode("live_stream", stream_id), "after": after}
    heard: Any = await built().subscribe(EVENTS, variable_values=variables, context_value=graph.context())
    async with aclosing(heard):
        yield Room(graph, heard)


async def busy(stream: LiveStream) -> LiveStream:
    """A stream to which one of everything has happened, in steps 3 to 6."""
    viewer = await person("阿豪")
    listing = await actions.add_listing(stream.host_id, stream.id, (await product(title="云朵面霜")).id)
    await actions.send_message(viewer, stream.id, "多少钱")
    await actions.pin_listing(stream.host_id, listing.id)
    await actions.remove_listing(stream.host_id, listing.id)
    [now] = await queries.by_ids([stream.id])
    assert now is not None
    return now


class TestViewers:
    @pytest.mark.parametrize("signed_in", [False, True])
    async def test_are_people_or_connections_however_often_they_subscribe(self, signed_in: bool) -> None:
        """Four subscriptions of one connection, or of one person by four connections, beside one of somebody else."""
        stream, graph, me = await live.live(), Graph(), await person() if signed_in else None
        shared = graph.context(me)
        contexts = [graph.context(me) if signed_in else shared for _ in range(4)]
        variables = {"id": ids.encode("live_stream", stream.id), "after": None}
        async with AsyncExitStack() as rooms:
            for context in [*contexts, graph.context()]:
                heard: Any = await built().subscribe(EVENTS, variable_values=variables, context_value=context)
                await rooms.enter_async_context(aclosing(heard))
                await anext(heard)
            await graph.services.presence.flush()
            [now] = await queries.by_ids([stream.id])
            assert now is not None and now.viewer_count == 2
        await graph.services.presence.flush()
        [now] = await queries.by_ids([stream.id])
        assert now is not None and now.viewer_count == 0


class TestLiveStreamEvents:
    async def test_starts_with_the_whole_truth(self) -> None:
        stream = await busy(await live.live())
        async with watching(Graph(), stream.id) as room:
            assert await room.next() == (
                6,
                "LiveSnapshot",
                {
                    "liveStream": {
                        "id": ids.encode("live_stream", stream.id),
                        "status": "LIVE",
                        "viewerCount": 0,
                        "listings": [],
                        "pinnedListing": None,
                        "messages": {"edges": [{"node": {"body": "多少钱"}}]},
                    }
                },
            )

    async def test_tells_every_change_as_it_was_then(self) -> None:
        stream, graph = await live.scheduled(), Graph()
        async with watching(graph, stream.id) as room:
            assert (await room.next())[:2] == (1, "LiveSnapshot")
            await actions.start(stream.host_id, stream.id)
            await busy(stream)
            await actions.end(stream.host_id, stream.id)
            replay = f"http://127.0.0.1:8000/live/{stream.id.hex}/index.m3u8"
            listed = {"position": 1, "isPinned": False, "product": {"title": "云朵面霜"}}
            assert [await room.next() for _ in range(6)] == [
                (2, "LiveStatusChanged", {"liveStream": {"status": "LIVE", "playbackUrl": replay}}),
                (3, "LiveListingsChanged", {"listings": [listed], "pinnedListing": None}),
                (4, "LiveMessagePosted", {"message": {"body": "多少钱", "author": {"displayName": "阿豪"}}}),
                (
                    5,
                    "LiveListingsChanged",
                    {"listings": [listed | {"isPinned": True}], "pinnedListing": {"position": 1}},
                ),
                (6, "LiveListingsChanged", {"listings": [], "pinnedListing": None}),
                (7, "LiveStatusChanged", {"liveStream": {"status": "ENDED", "playbackUrl": replay}}),
            ]

    async def test_resumes_with_what_the_first_subscriber_heard(self) -> None:
        stream, graph = await live.live(), Graph()
        async with watching(graph, stream.id) as room:
            await room.next()
            await busy(stream)
            heard = [await room.next() for _ in range(4)]
        for missed in range(5):
            async with watching(graph, stream.id, after=6 - missed) as room:
                assert [await room.next() for _ in range(missed)] == heard[4 - missed :]
                assert await is_quiet(room.next())
        async with watching(graph, stream.id, after=6) as room:
            await actions.send_message(stream.host_id, stream.id, "新的")
            posted = {"message": {"body": "新的", "author": {"displayName": "主播小鹿"}}}
            assert await room.next() == (7, "LiveMessagePosted", posted)

    async def test_tells_of_the_group_buy_on_the_table(self) -> None:
        stream, graph, offer = await live.live(), Graph(), await group_buys.offer(team_size=2)
        await actions.add_listing(stream.host_id, stream.id, offer.product_id, offer.id)
        async with watching(graph, stream.id) as room:
            await room.next()
            taken = await group_buys.opened(offer)
            _, name, event = await room.next()
            assert name == "LiveGroupBuyChanged"
            assert event == {
                "groupBuy": {"joinedCount": 1},
                "team": {"joinedCount": 1, "status": "OPEN", "members": [{"user": {"displayName": "团长"}}]},
            }
            await group_buys.joined(taken.team)
            _, _, event = await room.next()
            assert (event["team"]["status"], event["groupBuy"]["joinedCount"]) == ("SUCCEEDED", 2)

    async def test_counts_its_subscribers_as_viewers(self) -> None:
        stream, graph = await live.live(), Graph()
        presence = graph.services.presence
        async with watching(graph, stream.id) as one:
            await one.next()
            async with watching(graph, stream.id) as two:
                await two.next()
                await presence.flush()
                assert await one.next() == (3, "LiveViewersChanged", {"viewerCount": 2})
            await presence.flush()
            assert await one.next() == (4, "LiveViewersChanged", {"viewerCount": 1})
        await presence.flush()
        [stream_now] = await queries.by_ids([stream.id])
        assert stream_now is not None
        assert (stream_now.viewer_count, stream_now.peak_viewer_count) == (0, 2)


class TestRefusals:
    @pytest.mark.parametrize("wrong", ["nonsense", "user_" + "0" * 32, "live_stream_" + "0" * 32])
    async def test_fails_for_what_is_no_stream(self, wrong: str) -> None:
        graph = Graph()
        context = graph.context(language="en")
        heard: Any = await built().subscribe(EVENTS, variable_values={"id": wrong}, context_value=context)
        results = [result async for result in heard]
        seen = [errors.public(error, context).formatted for result in results for error in result.errors or ()]
        known = wrong.startswith("live_stream")
        assert [error["extensions"]["code"] for error in seen] == ["NOT_FOUND" if known else "INVALID"]
        assert seen[0]["path"] == ["liveStreamEvents"]
