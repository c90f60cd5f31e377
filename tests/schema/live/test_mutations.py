"""Mutations of live streams, as a client sees them."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.ids import new_id
from schema import ids
from tests.factories import group_buys, live
from tests.factories.people import person
from tests.factories.products import product
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

SCHEDULE = """
mutation ($input: ScheduleLiveStreamInput!) {
  scheduleLiveStream(input: $input) {
    liveStream { id title status host { id } scheduledAt startedAt endedAt playbackUrl coverUrl
      listings { id } pinnedListing { id } messages { edges { node { body } } } }
    userErrors { code message field }
  }
}"""
ADD = """
mutation ($input: AddLiveListingInput!) {
  addLiveListing(input: $input) {
    listing { id position isPinned product { id title } groupBuy { id } liveStream { id } }
    userErrors { code field }
  }
}"""
SEND = """
mutation ($input: SendLiveMessageInput!) {
  sendLiveMessage(input: $input) { message { id body author { id } sentAt } userErrors { code field } }
}"""


def on_stream(name: str) -> str:
    return f"""
mutation ($input: LiveStreamRefInput!) {{
  {name}(input: $input) {{ liveStream {{ status startedAt endedAt playbackUrl }} userErrors {{ code message field }} }}
}}"""


def on_listing(name: str) -> str:
    return f"""
mutation ($input: LiveListingRefInput!) {{
  {name}(input: $input) {{
    liveStream {{ pinnedListing {{ id isPinned }} listings {{ id isPinned }} }} userErrors {{ code field }}
  }}
}}"""


def errors_of(answer: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    assert answer["errors"] == []
    [payload] = answer["data"].values()
    assert all(value is None for key, value in payload.items() if key != "userErrors")
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


class TestScheduleLiveStream:
    async def test_announces_a_stream(self) -> None:
        host, at = await person(), (clock.now() + timedelta(days=1)).isoformat()
        given = {"title": "秋冬护肤专场", "scheduledAt": at, "coverUrl": "https://cdn.example/封面.jpg"}
        answer = await Graph()(SCHEDULE, as_=host, input=given)
        payload = answer["data"]["scheduleLiveStream"]
        assert payload["userErrors"] == [] and answer["errors"] == []
        stream = payload["liveStream"]
        assert (stream["title"], stream["status"], stream["host"]["id"]) == (
            "秋冬护肤专场",
            "SCHEDULED",
            ids.encode("user", host),
        )
        assert stream["coverUrl"] == "https://cdn.example/封面.jpg"
        assert (stream["startedAt"], stream["endedAt"], stream["playbackUrl"]) == (None, None, None)
        assert (stream["listings"], stream["pinnedListing"], stream["messages"]["edges"]) == ([], None, [])

    async def test_refuses_nobody_and_the_past(self) -> None:
        host, graph = await person(), Graph()
        past = {"title": "直播", "scheduledAt": "2020-01-01T00:00:00Z"}
        assert errors_of(await graph(SCHEDULE, input=past)) == [("UNAUTHENTICATED", None)]
        assert errors_of(await graph(SCHEDULE, as_=host, input=past)) == [("INVALID", ["input", "scheduledAt"])]


class TestStartAndEndLiveStream:
    async def test_goes_live_and_ends_with_a_replay(self) -> None:
        stream, graph = await live.scheduled(), Graph()
        given = {"liveStreamId": ids.encode("live_stream", stream.id)}
        answer = await graph(on_stream("startLiveStream"), as_=stream.host_id, input=given)
        started = answer["data"]["startLiveStream"]["liveStream"]
        assert started["status"] == "LIVE" and started["startedAt"] is not None
        assert started["playbackUrl"] == f"http://127.0.0.1:8000/live/{stream.id.hex}/index.m3u8"
        answer = await graph(on_stream("endLiveStream"), as_=stream.host_id, input=given)
        ended = answer["data"]["endLiveStream"]["liveStream"]
        assert ended["status"] == "ENDED" and ended["endedAt"] is not None
        assert ended["playbackUrl"] == started["playbackUrl"]

    async def test_says_why_not(self) -> None:
        stream, other, graph = await live.ended(), await person(), Graph()
        start, given = on_stream("startLiveStream"), {"liveStreamId": ids.encode("live_stream", stream.id)}
        field = ["input", "liveStreamId"]
        assert errors_of(await graph(start, input=given)) == [("UNAUTHENTICATED", None)]
        assert errors_of(await graph(start, as_=other, input=given)) == [("FORBIDDEN", field)]
        assert errors_of(await graph(start, as_=stream.host_id, input=given)) == [("WRONG_STATE", field)]
        for wrong in ("nonsense", ids.encode("user", other)):
            assert errors_of(await graph(start, as_=other, input={"liveStreamId": wrong})) == [("INVALID", field)]
        unknown = {"liveStreamId": ids.encode("live_stream", new_id())}
        assert errors_of(await graph(start, as_=other, input=unknown)) == [("NOT_FOUND", field)]


class TestListings:
    async def test_lists_pins_and_removes(self) -> None:
        stream, offer, graph = await live.live(), await group_buys.offer(), Graph()
        plain = await product(title="云朵面霜")
        stream_id, host = ids.encode("live_stream", stream.id), stream.host_id
        first = {"liveStreamId": stream_id, "productId": ids.encode("product", plain.id)}
        answer = await graph(ADD, as_=host, input=first)
        one = answer["data"]["addLiveListing"]["listing"]
        assert (one["position"], one["isPinned"], one["groupBuy"]) == (1, False, None)
        assert one["product"]["title"] == "云朵面霜" and one["liveStream"]["id"] == stream_id
        second = {
            "liveStreamId": stream_id,
            "productId": ids.encode("product", offer.product_id),
            "groupBuyId": ids.encode("group_buy", offer.id),
        }
        two = (await graph(ADD, as_=host, input=second))["data"]["addLiveListing"]["listing"]
        assert (two["position"], two["groupBuy"]["id"]) == (2, second["groupBuyId"])

        pinned = await graph(on_listing("pinLiveListing"), as_=host, input={"listingId": two["id"]})
        assert pinned["data"]["pinLiveListing"]["liveStream"] == {
            "pinnedListing": {"id": two["id"], "isPinned": True},
            "listings": [{"id": one["id"], "isPinned": False}, {"id": two["id"], "isPinned": True}],
        }
        removed = await graph(on_listing("removeLiveListing"), as_=host, input={"listingId": two["id"]})
        assert removed["data"]["removeLiveListing"]["liveStream"] == {
            "pinnedListing": None,
            "listings": [{"id": one["id"], "isPinned": False}],
        }
        again = await graph(on_listing("removeLiveListing"), as_=host, input={"listingId": two["id"]})
        assert errors_of(again) == [("NOT_FOUND", ["input", "listingId"])]

    async def test_says_why_not(self) -> None:
        stream, offer, other, graph = await live.live(), await group_buys.offer(), await product(), Graph()
        given: dict[str, str | None] = {
            "liveStreamId": ids.encode("live_stream", stream.id),
            "productId": ids.encode("product", other.id),
            "groupBuyId": ids.encode("group_buy", offer.id),
        }
        wrong = await graph(ADD, as_=stream.host_id, input=given)
        assert errors_of(wrong) == [("INVALID", ["input", "groupBuyId"])]
        given["groupBuyId"] = None
        assert (await graph(ADD, as_=stream.host_id, input=given))["data"]["addLiveListing"]["userErrors"] == []
        twice = await graph(ADD, as_=stream.host_id, input=given)
        assert errors_of(twice) == [("ALREADY_EXISTS", ["input", "productId"])]


class TestSendLiveMessage:
    async def test_says_it(self) -> None:
        stream, viewer = await live.live(), await person()
        given = {"liveStreamId": ids.encode("live_stream", stream.id), "body": "主播好美"}
        answer = await Graph()(SEND, as_=viewer, input=given)
        message = answer["data"]["sendLiveMessage"]["message"]
        assert (message["body"], message["author"]["id"]) == ("主播好美", ids.encode("user", viewer))

    async def test_says_why_not(self) -> None:
        stream, viewer, graph = await live.scheduled(), await person(), Graph()
        given = {"liveStreamId": ids.encode("live_stream", stream.id), "body": "有人吗"}
        assert errors_of(await graph(SEND, input=given)) == [("UNAUTHENTICATED", None)]
        assert errors_of(await graph(SEND, as_=viewer, input=given)) == [("WRONG_STATE", ["input", "liveStreamId"])]
        blank = await graph(SEND, as_=viewer, input=given | {"body": " \u200b "})
        assert errors_of(blank) == [("INVALID", ["input", "body"])]
