"""Channels: topics as this process hears them, each once, however many listen."""

import asyncio
import contextlib
from collections.abc import Callable, Hashable

from execution.streams.audiences import Audience
from execution.streams.members import Member
from execution.streams.telling import Outlet, Render, Source


class Channel:
    """One topic, heard by one task. It begins when its first member knows up to where it has heard everything."""

    def __init__(self, source: Source, ended: Callable[[], None]) -> None:
        self.listening = asyncio.Event()
        self._source = source
        self._ended = ended
        self._audiences: dict[Hashable, Audience] = {}
        self._last: int | None = None
        self._begun = asyncio.Event()
        self._task = asyncio.create_task(self._hear())

    def join(self, asked: Hashable, source: Source, render: Render, outlet: Outlet) -> Member:
        audience = self._audiences.get(asked)
        if audience is None:
            audience = self._audiences[asked] = Audience(
                self, asked, source, render, outlet.context.for_all(), self._last
            )
        return audience.join(source, outlet)

    def leave(self, asked: Hashable) -> None:
        """Forgets an audience without members."""
        del self._audiences[asked]
        if not self._audiences:
            self._ended()
            if self._task is not asyncio.current_task():
                self._task.cancel()

    def begin(self, last: int) -> None:
        """Hears what comes after `last`."""
        if self._last is None:
            self._last = last
            for audience in self._audiences.values():
                audience.position = last
            self._begun.set()

    async def _hear(self) -> None:
        error: Exception | None = None
        try:
            async with self._source.listening() as listener:
                self.listening.set()
                await self._begun.wait()
                await self._hand_on(listener, self._last or 0)
        except Exception as found:
            error = found
        for audience in list(self._audiences.values()):
            audience.end(error)

    async def _hand_on(self, listener: object, last: int) -> None:
        async with contextlib.aclosing(self._source.steps(listener, last)) as steps:
            async for event in steps:
                self._last = event.sequence
                for audience in self._audiences.values():
                    audience.put(event)


class Streams:
    """The channels of one process."""

    def __init__(self) -> None:
        self._channels: dict[Hashable, Channel] = {}

    def join(self, source: Source, asked: Hashable, render: Render, outlet: Outlet) -> Member:
        """Tells `outlet` what `render` makes of a topic's events, together with all who `asked` the same of it."""
        channel = self._channels.get(source.topic)
        if channel is None:
            channel = self._channels[source.topic] = Channel(source, lambda: self._forget(source.topic))
        return channel.join(asked, source, render, outlet)

    def _forget(self, topic: Hashable) -> None:
        del self._channels[topic]
