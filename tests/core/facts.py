"""Events of no domain, and a topic of no domain, for tests of what carries them."""

from uuid import UUID

from core import db, outbox
from core.outbox import Event
from core.streams import Snapshot
from core.unit_of_work import action

TOPIC = "counter:1"


class Counted(Event, frozen=True):
    """The counter stands at `value`."""

    value: int


class Renamed(Event, frozen=True):
    """Something is called `name` now."""

    id: UUID
    name: str


async def make_counter() -> None:
    """A counter at 0, whose steps are a topic."""
    await db.execute("CREATE TABLE IF NOT EXISTS counter (value bigint NOT NULL)")
    await db.execute("INSERT INTO counter VALUES (0)")


@action
async def count() -> int:
    """One more, told as a step."""
    value: int = await db.value("UPDATE counter SET value = value + 1 RETURNING value")
    outbox.record(Counted(value=value), topic=TOPIC, sequence=value)
    return value


async def snapshot() -> Snapshot[int] | None:
    """The counter as it stands; None when there is none."""
    value = await db.value("SELECT value FROM counter")
    return None if value is None else Snapshot(value, value)


@action
async def tell(*events: Event) -> None:
    """Records events of no topic."""
    for event in events:
        outbox.record(event)
