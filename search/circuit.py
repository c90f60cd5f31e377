"""Spares those who ask a server that does not answer: nobody waits for it until it is seen to be well again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from search.engine import SearchUnavailable

logger = logging.getLogger(__name__)

# How long between two looks at a server that did not answer.
_PAUSE_SECONDS = 1.0


class Circuit:
    """Broken by an answer that did not come, and whole again by itself once `look` raises nothing more."""

    def __init__(self, look: Callable[[], Awaitable[object]]) -> None:
        self._look = look
        self._watch: asyncio.Task[None] | None = None

    def passed(self) -> None:
        """Raises SearchUnavailable while it is broken."""
        if self._watch is not None:
            raise SearchUnavailable()

    def broken(self) -> None:
        """Breaks it."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._until_well())

    async def _until_well(self) -> None:
        while self._watch is not None:
            await asyncio.sleep(_PAUSE_SECONDS)
            try:
                await self._look()
            except Exception as error:
                logger.debug("the search engine is still away: %s", error)
            else:
                self._watch = None

    async def close(self) -> None:
        """Looks no more."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
