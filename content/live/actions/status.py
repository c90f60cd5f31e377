"""A stream is announced, begins and ends."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from content.live import rules
from content.live.actions import steps
from content.live.events import LiveStatusChanged
from content.live.records import LiveStream
from core import clock, db, validation
from core.ids import new_id
from core.unit_of_work import action


@action
async def schedule(host_id: UUID, *, title: str, scheduled_at: datetime, cover_url: str | None = None) -> LiveStream:
    """Announces a stream. Raises Invalid; records LiveStatusChanged, its first step."""
    now = clock.now()
    [stream] = await db.records(
        LiveStream,
        "INSERT INTO live_streams (id, host_id, title, cover_url, status, scheduled_at, viewer_count,"
        f" peak_viewer_count, sequence) VALUES ($1, $2, $3, $4, 'SCHEDULED', $5, 0, 0, 1) RETURNING {steps.STREAM}",
        new_id(),
        host_id,
        rules.title(title),
        None if cover_url is None else validation.url(cover_url, "cover_url"),
        rules.scheduled_at(scheduled_at, now),
    )
    steps.tell(stream.id, stream.sequence, LiveStatusChanged(live_stream=stream))
    return stream


@action
async def start(host_id: UUID, stream_id: UUID) -> LiveStream:
    """SCHEDULED → LIVE. Raises NotFound, Forbidden or WrongState; records LiveStatusChanged."""
    return await _change_status(
        host_id, stream_id, "status = 'LIVE', started_at = $4", ("SCHEDULED",), on_air="removed_sequence IS NULL"
    )


@action
async def end(host_id: UUID, stream_id: UUID) -> LiveStream:
    """LIVE → ENDED, or SCHEDULED → CANCELLED. Raises NotFound, Forbidden or WrongState; records LiveStatusChanged."""
    return await _change_status(
        host_id,
        stream_id,
        "status = CASE status WHEN 'LIVE' THEN 'ENDED' ELSE 'CANCELLED' END,"
        " ended_at = CASE status WHEN 'LIVE' THEN $4::timestamptz END, viewer_count = 0",
        rules.OPEN,
        on_air="false",
    )


async def _change_status(
    host_id: UUID, stream_id: UUID, change: str, leaving: Sequence[str], *, on_air: str
) -> LiveStream:
    found = await db.records(
        LiveStream,
        f"UPDATE live_streams SET {change}, sequence = sequence + 1"
        f" WHERE id = $1 AND host_id = $2 AND status = ANY($3) AND $4::timestamptz IS NOT NULL"
        f" RETURNING {steps.STREAM}",
        stream_id,
        host_id,
        list(leaving),
        clock.now(),
    )
    if not found:
        await steps.refuse(host_id, stream_id)
    await db.execute(f"UPDATE live_listings SET on_air = {on_air} WHERE live_stream_id = $1", stream_id)
    steps.tell(stream_id, found[0].sequence, LiveStatusChanged(live_stream=found[0]))
    return found[0]
