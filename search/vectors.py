"""Brings the vectors to documents that lack them, beside all else: a change is written at once, and found by its words.

So a provider that is slow or away holds nobody up, and what it owes is made up for when it is back.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from core.errors import Conflict
from search import indexer
from search.alone import alone
from search.embeddings import EmbeddingsUnavailable
from search.engine import Engine, SearchUnavailable

logger = logging.getLogger(__name__)

_BATCH: Final = 100
_LOOK_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 30.0
# Whoever holds this PostgreSQL advisory lock asks for vectors; the number is only ours.
_LOCK: Final = 7_246_003


async def fill(engine: Engine, progress: Callable[[int], None] | None = None) -> int:
    """Brings vectors to all that lack them, and returns how many that were; `progress` hears of it batch by batch.

    Raises Conflict when somebody else does so, EmbeddingsUnavailable and SearchUnavailable.
    """
    total = 0
    async with alone(_LOCK):
        while things := await engine.learn(_BATCH):
            await indexer.refresh(engine, things)
            total += len(things)
            if progress is not None:
                progress(total)
    return total


async def keep_filled(engine: Engine) -> None:
    """Does so again and again. Runs until cancelled."""
    while True:
        pause = _LOOK_SECONDS
        try:
            await fill(engine)
        except (Conflict, SearchUnavailable) as error:
            logger.debug("another process brings the vectors, or there is no index now: %s", error)
        except EmbeddingsUnavailable as error:
            logger.warning("documents wait for their vectors: %s", error)
            pause = _PAUSE_SECONDS
        except Exception:
            logger.exception("vectors could not be brought; it is tried again")
            pause = _PAUSE_SECONDS
        await asyncio.sleep(pause)
