"""The outbox: events recorded inside a transaction, told to the rest of the system after it.

Who hears of an event is decided in one table (`api/wiring.py`), never here. Events with a topic also are the steps of
that topic's stream: `since` reads them back for a client that resumes.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextvars import ContextVar, Token
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from core import clock, db

# How long a stream's steps can be resumed from. Older ones are answered by a fresh snapshot.
RETENTION = timedelta(hours=24)
_TRIMMED_AT_ONCE = 10_000


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A past fact: ids and values only. Subclasses live in a domain's `events.py`; `version` grows with their shape."""

    version: ClassVar[int] = 1


class Step(msgspec.Struct, frozen=True):
    """One step of a topic's stream, as it goes over the bus; `event` is the JSON of the event called `name`."""

    sequence: int
    name: str
    event: msgspec.Raw


class _Recorded(msgspec.Struct):
    event: Event
    topic: str | None
    sequence: int | None


class Pending:
    """The events of one open transaction."""

    def __init__(self) -> None:
        self.recorded: list[_Recorded] = []
        self.written = False

    async def write(self) -> None:
        if not self.recorded:
            return
        await db.execute(
            "INSERT INTO outbox (name, payload, topic, sequence, relayed, recorded_at)"
            " SELECT name, payload::jsonb, topic, sequence, false, $5"
            " FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS e (name, payload, topic, sequence)",
            [type(item.event).__name__ for item in self.recorded],
            [msgspec.json.encode(item.event).decode() for item in self.recorded],
            [item.topic for item in self.recorded],
            [item.sequence for item in self.recorded],
            clock.now(),
        )
        self.written = True


_pending: ContextVar[Pending | None] = ContextVar("outbox", default=None)
_wakers: list[Callable[[], Awaitable[None]]] = []


def collect(pending: Pending) -> Token[Pending | None]:
    """Makes `pending` the place where `record` puts events. For the unit of work alone."""
    return _pending.set(pending)


def release(token: Token[Pending | None]) -> None:
    """Undoes `collect`."""
    _pending.reset(token)


def record(event: Event, *, topic: str | None = None, sequence: int | None = None) -> None:
    """Tells of `event` when, and only when, the open transaction commits.

    With `topic`, it is step `sequence` of that topic's stream: strictly growing, assigned under the lock of the row
    that the topic is about. Without a `sequence` it is told to who listens to the topic, and no step of a stream.
    """
    pending = _pending.get()
    if pending is None:
        raise RuntimeError("outbox.record() needs an open transaction")
    pending.recorded.append(_Recorded(event, topic, sequence))


def on_commit(waker: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Has `waker` called after each commit that recorded events; returns what takes it back."""
    _wakers.append(waker)
    return lambda: _wakers.remove(waker)


async def wake() -> None:
    """Tells the relay, wherever it runs, that there is something to do."""
    for waker in list(_wakers):
        await waker()


async def since(topic: str, sequence: int, limit: int = 1000) -> list[Step]:
    """The steps of a topic after `sequence`, in order."""
    found = await db.rows(
        "SELECT sequence, name, payload::text FROM outbox WHERE topic = $1 AND sequence > $2"
        " ORDER BY sequence LIMIT $3",
        topic,
        sequence,
        limit,
    )
    return [Step(number, name, msgspec.Raw(payload.encode())) for number, name, payload in found]


async def recorded_since(instant: datetime, types: Sequence[type[Event]]) -> AsyncIterator[list[Event]]:
    """All events of some types that were recorded at an instant or later and are still kept, in batches, in order."""
    by_name = {event.__name__: event for event in types}
    last = 0
    while found := await db.rows(
        "SELECT id, name, payload::text FROM outbox WHERE recorded_at >= $1 AND name = ANY($2) AND id > $3"
        " ORDER BY id LIMIT 1000",
        instant,
        list(by_name),
        last,
    ):
        yield [msgspec.json.decode(payload, type=by_name[name]) for _, name, payload in found]
        last = found[-1][0]


async def trim() -> int:
    """Forgets what was told long ago and nobody waits for, a bounded number at once; returns how many events went."""
    return await db.execute(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox o WHERE relayed AND recorded_at < $1 AND NOT EXISTS"
        " (SELECT FROM outbox_deliveries d WHERE d.event_id = o.id) ORDER BY recorded_at LIMIT $2)",
        clock.now() - RETENTION,
        _TRIMMED_AT_ONCE,
    )
