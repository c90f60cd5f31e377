"""An open subscription tells nothing more of whom its viewer blocked, from the next event on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.operations import Operations
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
