"""Audiences: those who asked the same of a topic, and so are told the same."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Final, Protocol

from execution.streams.members import Member
from execution.streams.telling import Event, Outlet, Payload, Render, Source, Viewing
from execution.streams.told import Told

# Events that may wait for their execution; when there are more, members read what they missed.
_MOST_WAITING: Final = 256
# How many members are told before others have a turn.
_AT_ONCE: Final = 100


class Hearing(Protocol):
    """What an audience needs of its channel."""

    # Set from when nothing of the topic is missed.
    listening: asyncio.Event

    def begin(self, last: int) -> None:
        """Hears what comes after `last`."""

    def leave(self, asked: Hashable) -> None:
        """Forgets an audience without members."""


class Audience:
    """The members who asked the same. Each event is executed once for them; in turn, by a task that ends with them."""

    def __init__(
        self, channel: Hearing, asked: Hashable, source: Source, render: Render, shared: Viewing, position: int | None
    ) -> None:
        self._channel = channel
        self._asked = asked
        self._source = source
        self._render = render
        self._shared = shared
        self._members: set[Member] = set()
        self._events: deque[Event] = deque()
        self._lost = False  # Whether more events came than could wait.
        self._task: asyncio.Task[None] | None = None
        self._reading: dict[int | None, asyncio.Task[list[Told] | None]] = {}
        # What came up to here is told to nobody any more who is up to date. None: the channel has not begun.
        self.position = position

    # Members.

    def join(self, source: Source, outlet: Outlet) -> Member:
        member = Member(self, source, outlet)
        self._members.add(member)
        member.catch_up()
        return member

    def leave(self, member: Member) -> bool:
        """Whether the member was there."""
        if member not in self._members:
            return False
        self._members.remove(member)
        if not self._members:
            for task in (self._task, *self._reading.values()):
                if task is not None and task is not asyncio.current_task():
                    task.cancel()
            self._channel.leave(self._asked)
        return True

    def end(self, error: Exception | None) -> None:
        """Tells all members that nothing more comes."""
        for member in list(self._members):
            member.end(error)

    def is_up_to_date(self, last: int) -> bool:
        """Whether somebody who has heard everything up to `last` hears the rest with the others."""
        if self.position is None:
            self._channel.begin(last)
        return last >= (self.position or 0)

    # What is told to all.

    def put(self, event: Event) -> None:
        """Has an event executed and told."""
        if len(self._events) < _MOST_WAITING:
            self._events.append(event)
        else:
            self._events.clear()
            self._lost = True
            self.position = event.sequence
        if self._task is None:
            self._task = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        try:
            while self._events or self._lost:
                if self._lost:
                    self._lost = False
                    for member in list(self._members):
                        member.catch_up()
                else:
                    await self._tell(self._told(self._events.popleft()))
        except Exception as error:
            self.end(error)
        finally:
            self._task = None

    async def _tell(self, told: Told) -> None:
        await told.render(self._render, lambda: [member.outlet.context for member in self._members])
        self.position = max(told.sequence, self.position or 0)
        for number, member in enumerate(list(self._members), 1):
            if member in self._members:
                try:
                    member.hear(told)
                except Exception as error:
                    member.end(error)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    # What is told to one.

    async def payload(self, told: Told, context: Viewing) -> Payload:
        """The answer for a context's viewer."""
        found = told.payload_for(context)
        if found is None:
            await told.render(self._render, lambda: [context])
            found = told.payload_for(context)
        if found is None:
            raise RuntimeError("an answer was rendered for nobody")
        return found

    async def missed(self, last: int | None) -> list[Told] | None:
        """What somebody missed after `last`; None: there is no such topic. Read once for all who ask meanwhile."""
        reading = self._reading.get(last)
        if reading is None:
            reading = self._reading[last] = asyncio.create_task(self._read(last))
            reading.add_done_callback(lambda _: self._reading.pop(last, None))
        return await asyncio.shield(reading)

    async def _read(self, last: int | None) -> list[Told] | None:
        await self._channel.listening.wait()
        events = await self._source.missed(last)
        return None if events is None else list(map(self._told, events))

    def _told(self, event: Event) -> Told:
        return Told(event, self._shared.for_all())
