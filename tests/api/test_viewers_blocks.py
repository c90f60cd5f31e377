"""An open subscription tells nothing more of whom its viewer blocked, from the next event on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.operations import Operations, RequestError
from api.viewers import Viewers
from content.live import actions as live_actions
from content.notes import actions as note_actions
from people.accounts.events import VIEWERS
from people.follows import actions as follow_actions
from schema import ids
from tests.api.outlets import Door, Listener
from tests.api.waiting import settled
from tests.factories import live
from tests.factories.notes import note
from tests.factories.people import person
from tests.graph import Graph, built

pytestmark = pytest.mark.usefixtures("database")

FOLLOW = """subscription ($id: ID!) { liveStreamEvents(liveStreamId: $id) { sequence event {
  ... on LiveSnapshot { liveStream { ...host } }
  ... on LiveStatusChanged { liveStream { ...host } }
} } }
fragment host on LiveStream {
  host { notes { edges { node { comments { edges { node { body author { displayName } } } } } } } }
}"""


class Open:
    """A subscriber's stream as a door keeps it."""

    def __init__(self, listener: Listener) -> None:
        self.viewer = listener.context.viewer

    def end(self) -> None:
        """These sessions are of no database, so it may say that they are over."""


@asynccontextmanager
async def current(door: Door, listeners: list[Listener]) -> AsyncIterator[None]:
    viewers = Viewers(door.graph.services.bus)
    running = asyncio.create_task(viewers.run())
    await settled(door.graph.services.bus, VIEWERS, heard=True)  # type: ignore[arg-type]
    for listener in listeners:
        viewers.attend(Open(listener))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait({running})


def commenters(answer: Any) -> list[str]:
    assert "errors" not in answer, answer
    [noted] = answer["data"]["liveStreamEvents"]["event"]["liveStream"]["host"]["notes"]["edges"]
    return [edge["node"]["author"]["displayName"] for edge in noted["node"]["comments"]["edges"]]


async def test_whom_they_block_is_hidden_from_the_next_event_on() -> None:
    door = Door(Graph(), Operations(built()))
    host, rude, kind = await person("主播"), await person("小刺"), await person("小禾")
    stream, published = await live.scheduled(host), await note(author_id=host)
    for author in (rude, kind):
        await note_actions.add_comment(author, published.id, "你好")
    viewer, other = await person("观众"), await person("路人")
    variables = {"id": ids.encode("live_stream", stream.id)}
    listeners = [await door.subscribe(FOLLOW, variables, as_=one) for one in (viewer, other, None)]
    for listener in listeners:
        assert sorted(commenters((await listener.told(1))[0])) == ["小刺", "小禾"]
    async with current(door, listeners):
        await follow_actions.block(viewer, rude)
        await live_actions.start(host, stream.id)
        await door.relay()
        told = [commenters((await listener.told(2))[1]) for listener in listeners]
    assert [sorted(names) for names in told] == [["小禾"], ["小刺", "小禾"], ["小刺", "小禾"]]


CHAT = """subscription ($id: ID!) { liveStreamEvents(liveStreamId: $id) { sequence event { __typename
  ... on LiveMessagePosted { message { body } } } } }"""


async def test_what_they_say_in_a_chat_is_not_told_and_costs_the_others_no_execution() -> None:
    door = Door(Graph(), Operations(built()))
    host, rude = await person("主播"), await person("小刺")
    stream = await live.live(host)
    viewer, other = await person("观众"), await person("路人")
    variables = {"id": ids.encode("live_stream", stream.id)}
    listeners = [await door.subscribe(CHAT, variables, as_=one) for one in (viewer, other, None)]
    for listener in listeners:
        await listener.told(1)
    async with current(door, listeners):
        await follow_actions.block(viewer, rude)
        await live_actions.send_message(rude, stream.id, "刺耳")
        await live_actions.send_message(host, stream.id, "欢迎")
        await door.relay()
        first, *rest = [await listener.told(count) for listener, count in zip(listeners, (2, 3, 3), strict=True)]
    assert [said(answer) for answer in first[1:]] == ["欢迎"]
    assert [[said(answer) for answer in answers[1:]] for answers in rest] == [["刺耳", "欢迎"]] * 2
    assert all(one is two for one, two in zip(listeners[1].payloads[1:], listeners[2].payloads[1:], strict=True))


async def test_a_stream_whose_host_they_blocked_is_not_to_be_found() -> None:
    door = Door(Graph(blocks=True), Operations(built()))
    stream, viewer = await live.live(), await person("观众")
    await follow_actions.block(viewer, stream.host_id)
    with pytest.raises(RequestError) as refused:
        await door.subscribe(CHAT, {"id": ids.encode("live_stream", stream.id)}, as_=viewer)
    assert refused.value.errors[0].extensions == {"code": "NOT_FOUND"}


def said(answer: Any) -> str:
    return str(answer["data"]["liveStreamEvents"]["event"]["message"]["body"])
