"""Group commit over many things: requests about different ones share a transaction, as those about one share its lock.

What costs is the transaction, not the request in it: its round trips, its task, its wait for the disk. Where every
request is about something else, each would pay all of that alone. So those that arrive while others are decided are
decided together, whatever they are about, as long as nobody else holds its lock; no lock is ever waited for in common.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from typing import Generic

from core import clock, unit_of_work
from core.group_commit import MOST, OUT_OF_REACH, Answer, GroupCommit, Key, Request

logger = logging.getLogger(__name__)

Answers = Awaitable[Sequence[Answer | Exception]]


class Busy(Exception):
    """Not decided with the others: the key's lock is held by somebody, or it asks for more than a glance."""


class SharedCommit(Generic[Key, Request, Answer]):
    """Decides requests of all keys together, and those of a busy key by itself, one batch after another.

    Both functions take (key, request) pairs in the order of arrival, and return an answer for each, as in
    `GroupCommit`. `decide` takes pairs of any keys, waits for no key's lock, and answers Busy for what it leaves: that
    is asked of `decide_alone`, which takes a key and pairs of that key alone, and waits for its lock. Until those who
    wait for it are all decided, whoever else comes about that key waits with them. When `decide` raises, nothing was
    decided, and all is left to `decide_alone`, so that what is broken fails alone. When more wait than fit, each key
    has the same share: a crowd about one thing holds up nobody else.
    """

    def __init__(
        self,
        decide: Callable[[Sequence[tuple[Key, Request]]], "Answers[Answer]"],
        decide_alone: Callable[[Key, Sequence[tuple[Key, Request]]], "Answers[Answer]"],
        *,
        most: int = MOST,
    ) -> None:
        self._decide = decide
        self._together = GroupCommit[None, tuple[Key, Request], Answer](
            self._decide_together, most=most, share=itemgetter(0)
        )
        self._alone = GroupCommit[Key, tuple[Key, Request], Answer](decide_alone, most=most)

    async def ask(self, key: Key, request: Request) -> Answer:
        """The answer to one request. Part of an open transaction, or of a time of its own, it is decided there."""
        if not (self._alone.decides(key) or unit_of_work.is_open() or clock.stands_still()):
            try:
                return await self._together.ask(None, (key, request))
            except Busy:
                pass
        return await self._alone.ask(key, (key, request))

    async def _decide_together(self, _: None, pairs: Sequence[tuple[Key, Request]]) -> Sequence[Answer | Exception]:
        try:
            return await self._decide(pairs)
        except OUT_OF_REACH:
            raise
        except Exception as error:
            logger.warning("%d requests are decided apart, as together they fail: %r", len(pairs), error)
            return [Busy() for _ in pairs]
