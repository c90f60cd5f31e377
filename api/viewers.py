"""Viewers: who is behind what is open in this process, kept true for as long as it is open.

A stream is allowed once, when it begins, and may be told for half an hour. So whatever changes about its viewer
meanwhile is told to every process on a topic of the bus: that a session ended, which ends its streams, and that
somebody blocked somebody, which the next event knows. What the bus may have lost is asked of the database: when it
says so, and now and then.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Final, Protocol
from uuid import UUID

import msgspec

from core.bus import RESYNC, Bus
from core.outbox import Step
from people.accounts import Identity, queries
from people.accounts.events import VIEWERS, SessionEnded
from people.follows.events import Blocked

logger = logging.getLogger(__name__)

# Seconds between two looks at the sessions of all streams, and until the next one when the database did not answer.
_LOOK_EVERY: Final = 30.0
_LOOK_AGAIN: Final = 1.0
_LOOKED_AT_ONCE: Final = 1000
# Seconds for which news is kept for streams whose viewer was read before it and that begin after it.
_NEWS_LASTS: Final = 60.0


class Stream(Protocol):
    """What is open and has a viewer (None: nobody who signed in)."""

    @property
    def viewer(self) -> Identity | None: ...

    def end(self) -> None:
        """The viewer's session is over."""


class Viewers:
    """The streams of one process, by whom they tell."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._streams: dict[UUID, list[Stream]] = {}
        self._unsure = asyncio.Event()
        # Sessions that ended and people who blocked, the latest last, and when that was heard.
        self._news: dict[UUID, float] = {}

    def attend(self, stream: Stream) -> None:
        """Keeps a stream's viewer current until it leaves; ends it at once if its session is over already."""
        viewer = stream.viewer
        if viewer is None:
            return
        self._streams.setdefault(viewer.account_id, []).append(stream)
        viewer.blocks |= viewer.account_id in self._news
        if viewer.session_id in self._news:
            stream.end()

    def leave(self, stream: Stream) -> None:
        """Forgets a stream, if it was there."""
        account_id = stream.viewer.account_id if stream.viewer else None
        if account_id is not None and stream in (streams := self._streams.get(account_id, [])):
            streams.remove(stream)
            if not streams:
                del self._streams[account_id]

    async def run(self) -> None:
        """Listens until cancelled."""
        async with self._bus.listen(VIEWERS) as listener, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look_forever())
            while True:
                payload = await listener.get()
                if payload == RESYNC:
                    self._unsure.set()
                else:
                    self._hear(msgspec.json.decode(payload, type=Step))

    def _hear(self, step: Step) -> None:
        if step.name == SessionEnded.__name__:
            ended = msgspec.json.decode(step.event, type=SessionEnded)
            self._keep(ended.session_id)
            self._end(ended.account_id, ended.session_id)
        elif step.name == Blocked.__name__:
            blocker_id = msgspec.json.decode(step.event, type=Blocked).blocker_id
            self._keep(blocker_id)
            for viewer in self._viewers(self._streams.get(blocker_id, ())):
                viewer.blocks = True

    def _keep(self, news: UUID) -> None:
        now = time.monotonic()
        self._news[news] = now
        while (oldest := next(iter(self._news))) != news and self._news[oldest] < now - _NEWS_LASTS:
            del self._news[oldest]

    def _end(self, account_id: UUID, session_id: UUID) -> None:
        for stream in list(self._streams.get(account_id, ())):
            if stream.viewer is not None and stream.viewer.session_id == session_id:
                stream.end()

    def _viewers(self, streams: Iterable[Stream]) -> list[Identity]:
        return [stream.viewer for stream in streams if stream.viewer is not None]

    async def _look_forever(self) -> None:
        while True:
            self._unsure.clear()
            try:
                await self.look()
            except Exception as error:
                logger.warning("could not look whether sessions last; it tries again: %s", error)
                await asyncio.sleep(_LOOK_AGAIN)
                continue
            try:
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._unsure.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Asks the database of all streams' sessions: ends those that are over, and learns who blocks."""
        viewers = self._viewers(stream for streams in self._streams.values() for stream in streams)
        sessions = {viewer.session_id: viewer.account_id for viewer in viewers}
        asked = list(sessions)
        for start in range(0, len(asked), _LOOKED_AT_ONCE):
            some = asked[start : start + _LOOKED_AT_ONCE]
            lasting = await queries.lasting(some)
            for session_id in some:
                if session_id not in lasting:
                    self._end(sessions[session_id], session_id)
            for viewer in viewers:
                if viewer.session_id in lasting:
                    viewer.blocks = lasting[viewer.session_id] or viewer.account_id in self._news
