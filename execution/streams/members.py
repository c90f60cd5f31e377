"""Members: subscribers of shared streams. Whatever is lost on the way, each looks after itself."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import Final, Protocol

from execution.streams.telling import Outlet, Payload, Source, Viewing
from execution.streams.told import Told

# How many events are kept for a member that reads what it missed.
_MOST_WAITING: Final = 64


class Company(Protocol):
    """What a member needs of its audience."""

    def is_up_to_date(self, last: int) -> bool:
        """Whether somebody who has heard everything up to `last` hears the rest with the others."""

    async def missed(self, last: int | None) -> list[Told] | None:
        """What somebody missed after `last`; None: there is no such topic."""

    async def payload(self, told: Told, context: Viewing) -> Payload:
        """The answer for a context's viewer."""

    def leave(self, member: "Member") -> bool:
        """Whether the member was there."""


class Member:
    """One subscriber.

    Up to date, it has no task: its audience calls `hear` with each event. Behind, because it came just now, missed
    something or has a slow client, it keeps a few events and has a task that brings it up to date. A client too slow
    for these is told the newest state instead, once it takes something again: so its memory is bounded.
    """

    __slots__ = ("_attending", "_audience", "_blocked", "_last", "_lost", "_patience", "_task", "_waiting", "outlet")

    def __init__(self, audience: Company, source: Source, outlet: Outlet) -> None:
        self.outlet = outlet
        self._audience = audience
        self._last = source.after
        self._patience = source.patience
        self._waiting: deque[Told] | None = None  # None: up to date.
        self._lost = False  # Whether more came than could wait.
        self._blocked = False  # Whether its client takes nothing now.
        self._task: asyncio.Task[None] | None = None
        self._attending = source.attending()
        self._attending.__enter__()

    def hear(self, told: Told) -> None:
        """The next event of its audience."""
        if self._waiting is not None:
            self._keep(told)
        elif self._last is None or told.sequence > self._last:
            payload = told.payload_for(self.outlet.context)
            if payload is None or not self._follows(told):
                self.catch_up()
                self._keep(told)
            else:
                self._last = told.sequence
                slow = self.outlet.tell(payload) if payload.json else None
                if slow is not None:
                    self.catch_up(slow)

    def _follows(self, told: Told) -> bool:
        return told.whole or (self._last is not None and told.sequence == self._last + 1)

    def _keep(self, told: Told) -> None:
        if self._waiting is None or self._lost:
            return
        if len(self._waiting) < (self._patience if self._blocked else _MOST_WAITING):
            self._waiting.append(told)
        else:
            self._waiting.clear()
            self._lost = True

    def catch_up(self, slow: Awaitable[None] | None = None) -> None:
        """From now on it brings itself up to date; when `slow` is over, if its client is."""
        if self._waiting is None:
            self._waiting, self._lost, self._blocked = deque(), False, slow is not None
            self._task = asyncio.create_task(self._catch_up(slow))

    async def _catch_up(self, slow: Awaitable[None] | None) -> None:
        try:
            done = slow is not None and await self._taken(slow) and await self._tell_waiting()
            there = done or await self._tell_missed()
        except Exception as error:
            self.end(error)
            return
        if there:
            self._waiting = self._task = None
        else:
            self.end(None)

    async def _tell_missed(self) -> bool:
        """Tells what it missed until it has heard what the others have; whether there still is such a topic."""
        while True:
            self._lost = False
            missed = await self._audience.missed(self._last)
            if missed is None:
                return False
            for told in missed:
                if not await self._tell(told):
                    break
            if await self._tell_waiting():
                return True

    async def _tell_waiting(self) -> bool:
        """Tells what waits; whether it is up to date then."""
        while self._waiting:
            told = self._waiting.popleft()
            if self._last is not None and told.sequence <= self._last:
                continue
            if not self._follows(told) or not await self._tell(told):
                return False
        return not self._lost and self._last is not None and self._audience.is_up_to_date(self._last)

    async def _tell(self, told: Told) -> bool:
        """Tells an event; False when too many others came meanwhile."""
        payload = await self._audience.payload(told, self.outlet.context)
        self._last = told.sequence
        slow = self.outlet.tell(payload) if payload.json else None
        return slow is None or await self._taken(slow)

    async def _taken(self, slow: Awaitable[None]) -> bool:
        self._blocked = True
        await slow
        self._blocked = False
        if self._lost:
            # The newest state takes the place of all that could not wait.
            self._last = None
        return not self._lost

    def end(self, error: Exception | None) -> None:
        """Leaves, and tells why."""
        if self._leave():
            self.outlet.end(error)

    def cancel(self) -> None:
        """Leaves without a word."""
        self._leave()

    def _leave(self) -> bool:
        if not self._audience.leave(self):
            return False
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        self._attending.__exit__(None, None, None)
        return True
