"""Who watches: this process's viewers are counted here, and written down about once a second.

A viewer is an open subscription to a stream's events: a person with two windows open is two.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
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
        self._viewers: Counter[UUID] = Counter()
        self._changed: set[UUID] = set()

    @contextmanager
    def watching(self, stream_id: UUID) -> Iterator[None]:
        """Counts one viewer of a stream until the block ends."""
        self._count(stream_id, 1)
        try:
            yield
        finally:
            self._count(stream_id, -1)

    def _count(self, stream_id: UUID, change: int) -> None:
        self._viewers[stream_id] += change
        self._changed.add(stream_id)
        if not self._viewers[stream_id]:
            del self._viewers[stream_id]

    async def flush(self, *, everything: bool = False) -> None:
        """Writes down what changed (or everything), and brings the streams' viewer counts in line with it."""
        changed = self._changed | set(self._viewers) if everything else self._changed
        if not changed:
            return
        self._changed = set()
        try:
            await actions.note_presence(
                self._process_id, {stream_id: self._viewers[stream_id] for stream_id in changed}
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
