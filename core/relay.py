"""The relay: takes committed events out of the outbox, to the bus and to the lanes that want them.

A lane is an independent queue of one kind of reaction, so that a slow search engine delays no live push. A lane's
reaction to an event runs in the transaction that takes the event off the lane: its effect on the database happens
exactly once, however often a process dies. Reactions outside the database are repeated until they succeed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import msgspec

from core import clock, db, tasks
from core.bus import Bus
from core.outbox import Event, Step
from core.unit_of_work import transaction

logger = logging.getLogger(__name__)

WAKE_TOPIC = "outbox"
_BATCH = 500
# How long a lane sleeps when nothing wakes it, in seconds.
_IDLE = 0.5
_LEASE = timedelta(seconds=30)
_SHORTEST_BACKOFF = timedelta(seconds=0.5)
_LONGEST_BACKOFF = timedelta(minutes=1)

_encode = msgspec.json.encode

# What it takes is the event type that it is filed under, which no annotation can say.
Reaction = Callable[[Any], Awaitable[None]]
BatchReaction = Callable[[Sequence[Event]], Awaitable[None]]


class Lane(msgspec.Struct, frozen=True):
    """A queue of reactions: one event at a time, each in its transaction."""

    name: str
    reactions: Mapping[type[Event], Reaction]


class BatchLane(msgspec.Struct, frozen=True):
    """A queue whose events are handled many at a time by an outside system."""

    name: str
    events: Sequence[type[Event]]
    reaction: BatchReaction
    # So soon it is tried again at the latest.
    longest_backoff: timedelta = _LONGEST_BACKOFF


class Relay:
    """Delivers events to the bus and to lanes. Any number may run against one database."""

    def __init__(self, bus: Bus, lanes: Sequence[Lane | BatchLane]) -> None:
        self._bus = bus
        self._lanes = lanes
        self._wakers = {lane.name: asyncio.Event() for lane in lanes}
        self._types: dict[str, type[Event]] = {}
        self._wanted: dict[str, list[str]] = {}
        for lane in lanes:
            for event in _events_of(lane):
                if self._types.setdefault(event.__name__, event) is not event:
                    raise ValueError(f"two events are called {event.__name__}")
                self._wanted.setdefault(event.__name__, []).append(lane.name)

    async def run(self) -> None:
        """Works until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._relay_forever())
            for lane in self._lanes:
                group.create_task(self._work_forever(lane))

    async def drain(self) -> int:
        """Relays and handles all that is due now; returns how much that was. For commands and tests."""
        total = 0
        while True:
            done = await self.relay()
            for lane in self._lanes:
                done += await self.work(lane)
            if not done:
                return total
            total += done

    async def relay(self) -> int:
        """Moves one batch of events from the outbox to the bus and the lanes; returns its size."""
        async with transaction():
            found = await db.rows(
                "SELECT id, name, topic, sequence, payload::text FROM outbox WHERE NOT relayed"
                " ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED",
                _BATCH,
            )
            if not found:
                return 0
            await self._bus.publish(
                [
                    (topic, _encode(Step(sequence or 0, name, msgspec.Raw(payload.encode()))))
                    for _, name, topic, sequence, payload in found
                    if topic is not None
                ]
            )
            wanted = [(lane, row[0]) for row in found for lane in self._wanted.get(row[1], ())]
            await db.execute(
                "WITH relayed AS (UPDATE outbox SET relayed = true WHERE id = ANY($1))"
                " INSERT INTO outbox_deliveries (lane, event_id, attempts, due_at)"
                " SELECT lane, event_id, 0, $4 FROM unnest($2::text[], $3::bigint[]) AS d (lane, event_id)",
                [row[0] for row in found],
                [lane for lane, _ in wanted],
                [event_id for _, event_id in wanted],
                clock.now(),
            )
        for lane, _ in wanted:
            self._wakers[lane].set()
        return len(found)

    async def work(self, lane: Lane | BatchLane) -> int:
        """Handles one batch of a lane's due events; returns how many were tried."""
        claimed = await db.rows(
            "UPDATE outbox_deliveries d SET due_at = $3 FROM outbox o WHERE o.id = d.event_id AND d.id IN"
            " (SELECT id FROM outbox_deliveries WHERE lane = $1 AND due_at <= $2 ORDER BY event_id LIMIT $4"
            " FOR UPDATE SKIP LOCKED) RETURNING d.id, d.event_id, d.attempts, o.name, o.payload::text",
            lane.name,
            clock.now(),
            clock.now() + _LEASE,
            _BATCH,
        )
        claimed.sort(key=lambda row: row["event_id"])
        if isinstance(lane, BatchLane):
            await self._handle_batch(lane, claimed)
        else:
            for row in claimed:
                await self._handle(lane, row)
        return len(claimed)

    def _decode(self, row: Mapping[str, Any]) -> Event:
        return msgspec.json.decode(row["payload"], type=self._types[row["name"]])

    async def _handle(self, lane: Lane, row: Mapping[str, Any]) -> None:
        try:
            event = self._decode(row)
            async with transaction():
                if await db.execute("DELETE FROM outbox_deliveries WHERE id = $1", row["id"]):
                    await lane.reactions[type(event)](event)
        except Exception:
            logger.exception("lane %s could not handle event %d, %s", lane.name, row["event_id"], row["name"])
            await _postpone([row])

    async def _handle_batch(self, lane: BatchLane, claimed: Sequence[Mapping[str, Any]]) -> None:
        events: dict[int, Event] = {}
        for row in claimed:
            try:
                events[row["id"]] = self._decode(row)
            except Exception:
                logger.exception("lane %s could not read event %d, %s", lane.name, row["event_id"], row["name"])
                await _postpone([row])
        if not events:
            return
        try:
            await lane.reaction(list(events.values()))
        except Exception:
            logger.exception("lane %s could not handle %d events", lane.name, len(events))
            await _postpone([row for row in claimed if row["id"] in events], lane.longest_backoff)
        else:
            await db.execute("DELETE FROM outbox_deliveries WHERE id = ANY($1)", list(events))

    async def _relay_forever(self) -> None:
        async with AsyncExitStack() as stack:
            listener = await stack.enter_async_context(self._bus.listen(WAKE_TOPIC))
            while True:
                try:
                    while await self.relay():
                        pass
                except Exception:
                    logger.exception("the relay stumbled; it tries again")
                    await asyncio.sleep(_IDLE)
                try:
                    # Not by wait_for, which may lose a cancellation to a wake-up of the same moment.
                    async with asyncio.timeout(_IDLE):
                        await listener.get()
                    # However often it was woken meanwhile, one look is enough.
                    listener.clear()
                except TimeoutError:
                    continue

    async def _work_forever(self, lane: Lane | BatchLane) -> None:
        waker = self._wakers[lane.name]
        while True:
            waker.clear()
            try:
                while await self.work(lane):
                    pass
            except Exception:
                logger.exception("lane %s stumbled; it tries again", lane.name)
            try:
                async with asyncio.timeout(_IDLE):
                    await waker.wait()
            except TimeoutError:
                continue


def _events_of(lane: Lane | BatchLane) -> Sequence[type[Event]]:
    return lane.events if isinstance(lane, BatchLane) else list(lane.reactions)


async def _postpone(rows: Sequence[Mapping[str, Any]], longest: timedelta = _LONGEST_BACKOFF) -> None:
    """Tries again later, and at scattered times: what failed with others in a batch is so tried without them."""
    await db.execute(
        "UPDATE outbox_deliveries SET attempts = attempts + 1, due_at = $3::timestamptz"
        " + least($4::interval, $2::interval * 2 ^ least(attempts, 12)) * (0.5 + random()) WHERE id = ANY($1)",
        [row["id"] for row in rows],
        _SHORTEST_BACKOFF,
        clock.now(),
        longest,
    )


def waker(bus: Bus) -> Callable[[], Awaitable[None]]:
    """What to give `outbox.on_commit` so that relays in all processes wake at once.

    It keeps nobody waiting for the bus; and what is committed while a wake-up is under way shares the next one.
    """
    asked, waking = False, None

    async def publish() -> None:
        nonlocal asked
        while asked:
            asked = False
            await bus.publish([(WAKE_TOPIC, b"1")])

    async def wake() -> None:
        nonlocal asked, waking
        asked = True
        if waking is None or waking.done():
            waking = tasks.begin(publish(), "relay.wake")

    return wake
