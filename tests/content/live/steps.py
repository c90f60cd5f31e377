"""What the outbox holds of a stream."""

from uuid import UUID

from content.live.events import topic
from core import db, outbox


async def told(stream_id: UUID) -> list[tuple[int, str]]:
    """The steps of a stream so far, as (sequence, name)."""
    return [(step.sequence, step.name) for step in await outbox.since(topic(stream_id), 0)]


async def everything() -> dict[str, list[tuple[object, ...]]]:
    """All that live streams keep, and all events: for tests that nothing changed."""
    tables = ("live_streams", "live_listings", "live_messages", "outbox")
    return {table: [tuple(row) for row in await db.rows(f"SELECT * FROM {table} ORDER BY id")] for table in tables}
