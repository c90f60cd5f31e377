"""Who watches: this process's viewers are counted here, and written down about once a second.

A viewer is a person, however many windows they have open, or, for who is not signed in, a connection: nobody makes a
room fuller by subscribing again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from uuid import UUID

from content.live import actions
from core.ids import new_id

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 1.0
# Counts that did not change are written again so often, well within rules.PRESENCE_TTL.
_HEARTBEAT_ROUNDS = 10


class Presence:
    """The viewers of one process. `run` writes them down; without it, `flush` does so once."""

    def __init__(self) -> None:
        self._process_id = new_id()
        # How often each viewer of a stream watches it.
        self._viewers: dict[UUID, Counter[Hashable]] = {}
        self._changed: set[UUID] = set()

    @contextmanager
    def watching(self, stream_id: UUID, viewer: Hashable) -> Iterator[None]:
        """Counts a viewer of a stream until the last of their blocks ends."""
        self._come(stream_id, viewer)
        try:
            yield
        finally:
            self._leave(stream_id, viewer)

    def _come(self, stream_id: UUID, viewer: Hashable) -> None:
        viewers = self._viewers.setdefault(stream_id, Counter())
        viewers[viewer] += 1
        if viewers[viewer] == 1:
            self._changed.add(stream_id)

    def _leave(self, stream_id: UUID, viewer: Hashable) -> None:
        # `close` has forgotten everybody.
        viewers = self._viewers.get(stream_id, Counter())
        viewers[viewer] -= 1
        if viewers[viewer] <= 0:
            del viewers[viewer]
            self._changed.add(stream_id)
        if not viewers:
            self._viewers.pop(stream_id, None)

    async def flush(self, *, everything: bool = False) -> None:
        """Writes down what changed (or everything), and brings the streams' viewer counts in line with it."""
        changed = self._changed | set(self._viewers) if everything else self._changed
        if not changed:
            return
        self._changed = set()
        try:
            await actions.note_presence(
                self._process_id, {stream_id: len(self._viewers.get(stream_id, ())) for stream_id in changed}
            )
        except BaseException:
            self._changed |= changed
            raise
        await actions.count_viewers()

    async def run(self) -> None:
        """Flushes about once a second until cancelled."""
        rounds = 0
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            rounds += 1
            try:
                await self.flush(everything=rounds % _HEARTBEAT_ROUNDS == 0)
            except Exception:
                logger.exception("viewers could not be counted; it goes on")

    async def close(self) -> None:
        """Says that nobody watches through this process any more."""
        self._changed |= set(self._viewers)
        self._viewers.clear()
        await self.flush()
