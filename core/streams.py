"""A topic as a stream: the whole truth first, then every step in order, nothing missed and nothing twice."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
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
) -> AsyncGenerator[Snapshot[State] | Step, None]:
    """Yields a snapshot (unless every step after `after` is still there), then each step as it happens.

    It listens before it reads, so that nothing falls between. What the bus lost is read from the outbox; what the
    outbox no longer has is made up by a fresh snapshot. Ends when `snapshot` says None: there is no such topic.
    """
    async with bus.listen(topic) as listener:
        last, look = after, True
        while True:
            if look:
                current = await snapshot()
                if current is None:
                    return
                for item in await _missed(topic, last, current):
                    last = item.sequence
                    yield item
            payload = await listener.get()
            look = payload == RESYNC
            if look:
                continue
            step, expected = _decode_step(payload), (last or 0) + 1
            look = step.sequence > expected
            if step.sequence == expected:
                last = step.sequence
                yield step


async def _missed(topic: str, last: int | None, current: Snapshot[State]) -> Sequence[Snapshot[State] | Step]:
    """What to tell somebody who has heard everything up to `last` (None: nothing yet)."""
    if last is None:
        return [current]
    if last == current.sequence:
        return []
    steps = await outbox.since(topic, last)
    # All of them, without a gap at any place: some may have been forgotten before others.
    whole = bool(steps) and steps[0].sequence == last + 1 and steps[-1].sequence == last + len(steps)
    return steps if whole and steps[-1].sequence >= current.sequence else [current]
