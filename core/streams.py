"""A topic as a stream: the whole truth first, then every step in order, nothing missed and nothing twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

import msgspec

from core import outbox
from core.bus import RESYNC, Bus
from core.outbox import Step

State = TypeVar("State")

_decode_step = msgspec.json.Decoder(Step).decode


class Snapshot(msgspec.Struct, Generic[State], frozen=True):
    """The state of a topic as of `sequence`."""

    sequence: int
    state: State


async def follow(
    bus: Bus,
    topic: str,
    after: int | None,
    snapshot: Callable[[], Awaitable[Snapshot[State] | None]],
) -> AsyncIterator[Snapshot[State] | Step]:
    """Yields a snapshot (unless every step after `after` is still there), then each step as it happens.

    It listens before it reads, so that nothing falls between. What the bus lost is read from the outbox; what the
    outbox no longer has is made up by a fresh snapshot. Ends when `snapshot` says None: there is no such topic.
    """
    async with bus.listen(topic) as listener:
        last = after
        if last is not None:
            async for item in _catch_up(topic, last, snapshot):
                last = item.sequence
                yield item
        else:
            current = await snapshot()
            if current is None:
                return
            last = current.sequence
            yield current
        while True:
            payload = await listener.get()
            if payload != RESYNC:
                step = _decode_step(payload)
                if step.sequence <= last:
                    continue
                if step.sequence == last + 1:
                    last = step.sequence
                    yield step
                    continue
            async for item in _catch_up(topic, last, snapshot):
                last = item.sequence
                yield item


async def _catch_up(
    topic: str, last: int, snapshot: Callable[[], Awaitable[Snapshot[State] | None]]
) -> AsyncIterator[Snapshot[State] | Step]:
    current = await snapshot()
    if current is None or current.sequence == last:
        return
    steps = await outbox.since(topic, last)
    whole = bool(steps) and steps[0].sequence == last + 1 and steps[-1].sequence >= current.sequence
    if not whole:
        yield current
        return
    for step in steps:
        yield step
