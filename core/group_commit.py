"""Group commit: requests about one thing that arrive while others are decided are decided together, right after.

It knows no domain: what a request is, and how many of them become answers in one transaction, is its user's affair. It
keeps nothing that must survive: a request is in no batch before somebody waits for it, and every truth is PostgreSQL's.
"""

import asyncio
import functools
import operator
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

import asyncpg

from core import clock, tasks, unit_of_work

Key = TypeVar("Key")
Request = TypeVar("Request")
Answer = TypeVar("Answer")

MOST = 256
# What no smaller batch would be spared: no connection, none in time, or a server that goes down. TimeoutError is one.
OUT_OF_REACH = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)


class _Waiting(Generic[Request, Answer]):
    """A request, and who waits for its answer."""

    __slots__ = ("answer", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def tell(self, answer: Answer | Exception) -> None:
        """Hands the answer over, unless nobody waits for it any more."""
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class _Line(Generic[Request, Answer]):
    """Those who wait for the next batches of one key."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: deque[_Waiting[Request, Answer]] = deque()

    def next(
        self, most: int, weigh: Callable[[Request], int], share: Callable[[Request], Hashable] | None
    ) -> list[_Waiting[Request, Answer]]:
        """The longest waiting, in the order in which they came; who went away is left out."""
        if share is not None and len(self.waiting) > most:
            self._take_turns(share)
        batch: list[_Waiting[Request, Answer]] = []
        weight = 0
        while self.waiting and weight < most:
            one = self.waiting.popleft()
            if not one.answer.done():
                batch.append(one)
                weight += weigh(one.request)
        return batch

    def _take_turns(self, share: Callable[[Request], Hashable]) -> None:
        """Puts the first of each share in front, then the second of each, and so on."""
        turns: Counter[Hashable] = Counter()
        ranked = []
        for one in self.waiting:
            of = share(one.request)
            ranked.append((turns[of], one))
            turns[of] += 1
        ranked.sort(key=operator.itemgetter(0))
        self.waiting = deque(one for _, one in ranked)

    def waits(self) -> bool:
        """Whether anybody still waits."""
        while self.waiting and self.waiting[0].answer.done():
            self.waiting.popleft()
        return bool(self.waiting)


class _Batch(Sequence[Request], Generic[Request, Answer]):
    """Requests that are decided together. Until it is first looked at, whoever comes belongs to it."""

    def __init__(self, choose: Callable[[], list[_Waiting[Request, Answer]]]) -> None:
        self._choose = choose

    @functools.cached_property
    def chosen(self) -> list[_Waiting[Request, Answer]]:
        """Who is in it, from now on."""
        return self._choose()

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, index: Any) -> Any:
        return [one.request for one in self.chosen[index]] if isinstance(index, slice) else self.chosen[index].request


class GroupCommit(Generic[Key, Request, Answer]):
    """Decides the requests of a key one batch after another, and those of different keys beside each other.

    `decide` takes a key and its requests in the order of their arrival, and returns an answer for each in that order;
    an exception among them is raised to whoever sent that request. A batch is full at `most` requests, or when what
    they `weigh` comes to that. Who does not fit waits for the next; with `share`, which says whose a request is, each
    has as many in a batch as the others. Who comes before `decide` looks at the requests is among them: it takes its
    lock first. When `decide` itself raises, the batch is decided again in two halves, down to single requests: only
    what is broken by itself fails. But when the database cannot be reached, that is told to all of the batch at once.
    """

    def __init__(
        self,
        decide: Callable[[Key, Sequence[Request]], Awaitable[Sequence[Answer | Exception]]],
        *,
        most: int = MOST,
        weigh: Callable[[Request], int] = lambda _: 1,
        share: Callable[[Request], Hashable] | None = None,
    ) -> None:
        self._decide = decide
        self._most = most
        self._weigh = weigh
        self._share = share
        self._lines: dict[Key, _Line[Request, Answer]] = {}

    def decides(self, key: Key) -> bool:
        """Whether a batch of the key is under way."""
        return key in self._lines

    async def ask(self, key: Key, request: Request) -> Answer:
        """The answer to one request; nothing waits longer than for the batch before its own.

        Part of an open transaction, or of a time of its own (`clock.at`), it is decided there, alone and at once.
        """
        if unit_of_work.is_open() or clock.stands_still():
            [answer] = await self._decide(key, [request])
            if isinstance(answer, Exception):
                raise answer
            return answer
        one: _Waiting[Request, Answer] = _Waiting(request)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line()
            tasks.begin(self._work_off(key, line), "group commit")
        line.waiting.append(one)
        return await one.answer

    async def _work_off(self, key: Key, line: _Line[Request, Answer]) -> None:
        batch: _Batch[Request, Answer] | None = None
        try:
            while line.waits():
                batch = _Batch(lambda: line.next(self._most, self._weigh, self._share))
                await self._answer(key, batch)
        finally:
            del self._lines[key]
            # Only when the task was cancelled, as the process ends, does anybody still wait.
            for one in (*(batch.chosen if batch else ()), *line.waiting):
                one.answer.cancel()

    async def _answer(self, key: Key, batch: _Batch[Request, Answer]) -> None:
        try:
            answers = await self._decide(key, batch)
            for one, answer in list(zip(batch.chosen, answers, strict=True)):
                one.tell(answer)
        except OUT_OF_REACH as error:
            for one in batch.chosen:
                one.tell(error)
        except Exception as error:
            if len(batch) == 1:
                batch.chosen[0].tell(error)
                return
            half = len(batch) // 2
            for part in (batch.chosen[:half], batch.chosen[half:]):
                if waited_for := [one for one in part if not one.answer.done()]:
                    await self._answer(key, _Batch(functools.partial(list, waited_for)))
