"""What people search for, as one process knows it: counted in memory and written down every few seconds, read back
every half a minute, so that neither a search nor a suggestion asks the database for it.

What was counted and not yet written is lost with the process; a trend survives that.
"""

import asyncio
import bisect
import logging
from collections import OrderedDict
from datetime import datetime
from typing import Final
from uuid import UUID

from core import clock
from search import chinese
from search.terms import actions, queries, rules

logger = logging.getLogger(__name__)

_EVERY_SECONDS: Final = 3.0
_RELOADED_EVERY_ROUNDS: Final = 10
# How many of the hottest terms a process knows, and of how many (person, term) it remembers that they were counted.
_MOST_TERMS: Final = 2_000
_MOST_COUNTED: Final = 20_000
# How many terms wait to be written at the most, should the database be away.
_MOST_WAITING: Final = 10_000


class Terms:
    """The searched terms. `run` writes and reads them; without it, `flush` and `reload` do so once."""

    def __init__(self) -> None:
        self._counted: OrderedDict[tuple[UUID, str], datetime] = OrderedDict()
        self._waiting: dict[str, set[UUID]] = {}
        self._hottest: list[str] = []
        # How terms begin in letters or sounds, in order, each with its term's place among the hottest.
        self._beginnings: list[tuple[str, int]] = []

    def count(self, person_id: UUID, text: str) -> None:
        """Counts that somebody searched a folded text and found something."""
        term = " ".join(text.split())
        now = clock.now()
        before = self._counted.get((person_id, term))
        if not rules.is_term(term) or (before is not None and now - before < rules.ONCE_IN):
            return
        if term not in self._waiting and len(self._waiting) >= _MOST_WAITING:
            return
        self._counted[person_id, term] = now
        self._counted.move_to_end((person_id, term))
        if len(self._counted) > _MOST_COUNTED:
            self._counted.popitem(last=False)
        self._waiting.setdefault(term, set()).add(person_id)

    def hottest(self, most: int) -> list[str]:
        """What is searched most of late."""
        return self._hottest[:most]

    def beginning(self, letters: str, most: int) -> list[str]:
        """The hottest terms that begin so in characters, pinyin or initials; the hottest of all for no letters."""
        if not letters:
            return self.hottest(most)
        first = bisect.bisect_left(self._beginnings, (letters,))
        places = set()
        for beginning, place in self._beginnings[first:]:
            if not beginning.startswith(letters):
                break
            places.add(place)
        return [self._hottest[place] for place in sorted(places)[:most]]

    async def flush(self) -> None:
        """Writes down what was counted, of those whose searches count."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            counting = await queries.counting(set().union(*waiting.values()))
            counted = {term: people & counting for term, people in waiting.items() if people & counting}
            if counted:
                await actions.add(counted)
        except BaseException:
            for term, people in waiting.items():
                self._waiting.setdefault(term, set()).update(people)
            raise

    async def reload(self) -> None:
        """Reads which terms are the hottest."""
        hottest = await queries.hottest(_MOST_TERMS)
        self._beginnings = await asyncio.to_thread(_beginnings, hottest)
        self._hottest = hottest

    async def run(self) -> None:
        """Reads and writes until cancelled."""
        rounds = 0
        while True:
            try:
                await self.flush()
                if rounds % _RELOADED_EVERY_ROUNDS == 0:
                    await self.reload()
            except Exception:
                logger.exception("searched terms could not be kept; it goes on")
            rounds += 1
            await asyncio.sleep(_EVERY_SECONDS)

    async def close(self) -> None:
        """Writes down what is left; what cannot be is lost."""
        try:
            await self.flush()
        except Exception:
            logger.exception("searched terms of the last seconds are lost")


def _beginnings(terms: list[str]) -> list[tuple[str, int]]:
    return sorted((beginning, place) for place, term in enumerate(terms) for beginning in chinese.beginnings(term))
