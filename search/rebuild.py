"""Builds the index anew from the database, beside the one that is served, and then puts it in its place."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from core import clock, outbox
from core.errors import Conflict
from search import documents, indexer
from search.alone import alone
from search.engine import KINDS, Engine, Found, SearchUnavailable, Sink

logger = logging.getLogger(__name__)

Progress = Callable[[str, int], None]

_BATCH = 500
_LOOK_SECONDS = 5
# Whoever holds this PostgreSQL advisory lock rebuilds; the number is only ours.
_LOCK = 7_246_002
# An event may have been recorded so long before its transaction commits.
_LONGEST_TRANSACTION = timedelta(minutes=1)


async def rebuild(engine: Engine, progress: Progress | None = None) -> int:
    """Rebuilds the whole index and returns how many documents it holds. Writes and searches go on meanwhile.

    `progress` is called with a kind and how many of it have been indexed, after every batch. Raises Conflict when
    somebody else is rebuilding, and SearchUnavailable.
    """
    async with alone(_LOCK):
        begun = clock.now() - _LONGEST_TRANSACTION
        total = 0
        async with engine.rebuilding() as sink:
            for kind in KINDS:
                total += await _fill(sink, kind, progress)
        # What changed while the new index was not yet the one that hears of changes.
        async for events in outbox.recorded_since(begun, indexer.EVENTS):
            await indexer.refresh(engine, indexer.touched(events))
        logger.info("the search index was rebuilt with %d documents", total)
        return total


async def keep_built(engine: Engine) -> None:
    """Rebuilds the index whenever it is found to be missing or broken. Runs until cancelled."""
    while True:
        try:
            with suppress(SearchUnavailable):
                await engine.check()
            if engine.stale:
                logger.info("the search index is being built")
                await rebuild(engine)
        except Conflict:
            logger.info("another process is rebuilding the search index")
        except SearchUnavailable:
            logger.warning("the search engine does not answer")
        except Exception:
            logger.exception("the search index could not be rebuilt; it is tried again")
        await asyncio.sleep(_LOOK_SECONDS)


async def _fill(sink: Sink, kind: str, progress: Progress | None) -> int:
    done = 0
    async for ids in _all(kind):
        found = await documents.described([Found(kind, identity) for identity in ids])
        if found:
            await sink.add(found)
        done += len(found)
        if progress is not None:
            progress(kind, done)
    return done


async def _all(kind: str) -> AsyncIterator[Sequence[UUID]]:
    last: UUID | None = None
    while ids := await documents.SOURCES[kind].ids_after(last, _BATCH):
        yield ids
        last = ids[-1]
