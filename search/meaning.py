"""What texts mean: asks the provider of vectors, with patience for documents and with little for somebody who waits."""

import asyncio
import hashlib
import logging
import random
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from search.circuit import Circuit
from search.embeddings import MOST_TEXTS, Embeddings, EmbeddingsUnavailable, Vector
from search.engine import SearchUnavailable
from search.relevance import Texts

logger = logging.getLogger(__name__)

# The cosine from which texts are taken to be alike, unless the operator knows better: models differ.
FLOOR: Final = 0.5
# For how many seconds somebody who searches waits for a vector.
_PATIENCE: Final = 0.3
# The first so many characters of a document say what it is about.
_MOST_SAID: Final = 1_000
# How many bytes of texts' vectors are kept at hand, and how many requests for documents are under way at a time.
_KEPT_BYTES: Final = 16 * 2**20
_AT_ONCE: Final = 4


def said(texts: Texts) -> str:
    """What of a document its vector is made of."""
    return "\n".join(filter(None, (texts.title, texts.names, texts.text)))[:_MOST_SAID]


class Meaning:
    """The vectors of texts by a provider. `floor` is the least cosine that counts."""

    def __init__(self, provider: Embeddings, floor: float = FLOOR) -> None:
        self._provider = provider
        self.floor = floor
        self.dimensions = provider.dimensions
        space = repr((provider.name, provider.dimensions))
        self.digest = hashlib.blake2b(space.encode(), digest_size=4).hexdigest()
        # Four bytes a number, and at most as many a character.
        self._most_kept = _KEPT_BYTES // (4 * provider.dimensions + 4 * _MOST_SAID)
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._circuit = Circuit(self._look)

    def known(self, text: str) -> Vector | None:
        """The vector of a text, where it is at hand."""
        if text in self._kept:
            self._kept.move_to_end(text)
        return self._kept.get(text)

    async def of_query(self, text: str) -> Vector | None:
        """The vector of what somebody asks; None when it can't be had soon."""
        if self.known(text) is None:
            try:
                self._circuit.passed()
                await self._soon(text)
            except SearchUnavailable:
                return None
            except (EmbeddingsUnavailable, TimeoutError) as error:
                logger.warning("search goes on by words alone: %s", error or "the provider of vectors is slow")
                self._circuit.broken()
        return self.known(text)

    async def learn(self, texts: Sequence[str]) -> None:
        """Puts the vectors of some documents' texts at hand, as far as they can be had.

        Raises EmbeddingsUnavailable when none can.
        """
        missing = self._missing(texts)
        # A text that the provider refuses fails others with it: not the same ones again, and in the end itself alone.
        random.shuffle(missing)
        failures = await self._tried(missing, MOST_TEXTS)
        if failures and len(self._missing(missing)) <= MOST_TEXTS:
            failures = await self._tried(self._missing(missing), 1)
        if failures and len(self._missing(missing)) == len(missing):
            raise failures[0]
        for failure in failures:
            logger.warning("some documents are without vectors: %s", failure)

    def _missing(self, texts: Sequence[str]) -> list[str]:
        return [text for text in dict.fromkeys(texts) if self.known(text) is None]

    async def _tried(self, texts: Sequence[str], size: int) -> list[EmbeddingsUnavailable]:
        """Asks for so many texts at a time, and returns what went wrong."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def some(begin: int) -> EmbeddingsUnavailable | None:
            async with turns:
                try:
                    await self._ask(texts[begin : begin + size])
                except EmbeddingsUnavailable as error:
                    return error
            return None

        outcomes = await asyncio.gather(*map(some, range(0, len(texts), size)))
        return [outcome for outcome in outcomes if outcome is not None]

    async def _ask(self, texts: Sequence[str]) -> None:
        for text, vector in zip(texts, await self._provider.embed(texts), strict=True):
            self._kept[text] = vector
        while len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)

    async def _soon(self, text: str) -> None:
        async with asyncio.timeout(_PATIENCE):
            await self._ask([text])

    async def _look(self) -> None:
        await self._soon("搜索")

    async def close(self) -> None:
        """Asks no more."""
        await self._circuit.close()
        await self._provider.close()
