"""A topic as a stream: the whole truth first, then every step in order, nothing missed and nothing twice."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from core import outbox
from core.bus import RESYNC, Bus, Listener
from core.outbox import Step

State = TypeVar("State")

_decode_step = msgspec.json.Decoder(Step).decode


class Snapshot(msgspec.Struct, Generic[State], frozen=True):
    """The state of a topic as of `sequence`."""

    sequence: int
    state: State


class Topic(Generic[State]):
    """A topic, and how its whole truth is read: `snapshot` says None when there is no such topic."""

    __slots__ = ("_bus", "_snapshot", "name")

    def __init__(self, bus: Bus, name: str, snapshot: Callable[[], Awaitable[Snapshot[State] | None]]) -> None:
        self.name = name
        self._bus = bus
        self._snapshot = snapshot

    async def follow(self, after: int | None) -> AsyncGenerator[Snapshot[State] | Step, None]:
        """Yields a snapshot (unless every step after `after` is still there), then each step as it happens.

        It listens before it reads, so that nothing falls between. What the bus lost is read from the outbox; what the
        outbox no longer has is made up by a fresh snapshot. Ends when there is no such topic.
        """
        async with self.listening() as listener:
            missed = await self.missed(after)
            if missed is None:
                return
            last = after or 0
            for item in missed:
                last = item.sequence
                yield item
            async with contextlib.aclosing(self.steps(listener, last)) as steps:
                async for item in steps:
                    yield item

    def listening(self) -> contextlib.AbstractAsyncContextManager[Listener]:
        """Keeps, from when it is entered, what the bus says of the topic."""
        return self._bus.listen(self.name)

    async def missed(self, last: int | None) -> Sequence[Snapshot[State] | Step] | None:
        """What to tell somebody who has heard everything up to `last` (None: nothing yet). None: no such topic."""
        current = await self._snapshot()
        if current is None:
            return None
        if last is None:
            return [current]
        if last == current.sequence:
            return []
        steps = await outbox.since(self.name, last)
        # All of them, without a gap at any place: some may have been forgotten before others.
        whole = bool(steps) and steps[0].sequence == last + 1 and steps[-1].sequence == last + len(steps)
        return steps if whole and steps[-1].sequence >= current.sequence else [current]

    async def steps(self, listener: Listener, last: int) -> AsyncGenerator[Snapshot[State] | Step, None]:
        """Each step after `last` as it happens, or what stands for those that were lost."""
        while True:
            payload = await listener.get()
            look = payload == RESYNC
            if not look:
                step = _decode_step(payload)
                look = step.sequence > last + 1
                if step.sequence == last + 1:
                    last = step.sequence
                    yield step
            if not look:
                continue
            missed = await self.missed(last)
            if missed is None:
                return
            for item in missed:
                last = item.sequence
                yield item
