"""How many people watch a stream, by what each process notes."""

from collections.abc import Mapping
from uuid import UUID

from content.live import rules
from content.live.actions import steps
from content.live.events import LiveViewersChanged
from core import clock, db
from core.ids import new_id
from core.unit_of_work import action


@action
async def note_presence(process_id: UUID, viewers: Mapping[UUID, int]) -> None:
    """Notes how many people watch each of some streams through a process."""
    await db.execute(
        "DELETE FROM live_presence WHERE process_id = $1 AND live_stream_id = ANY($2)",
        process_id,
        [stream_id for stream_id, count in viewers.items() if not count],
    )
    watched = {stream_id: count for stream_id, count in viewers.items() if count}
    await db.execute(
        "INSERT INTO live_presence (id, live_stream_id, process_id, viewers, seen_at)"
        " SELECT id, live_stream_id, $4, viewers, $5 FROM unnest($1::uuid[], $2::uuid[], $3::int[])"
        " AS w (id, live_stream_id, viewers) ON CONFLICT (live_stream_id, process_id)"
        " DO UPDATE SET viewers = excluded.viewers, seen_at = excluded.seen_at",
        [new_id() for _ in watched],
        list(watched),
        list(watched.values()),
        process_id,
        clock.now(),
    )


async def count_viewers() -> int:
    """Brings the viewer count of every live stream in line with who watches; returns how many it changed.

    Records LiveViewersChanged. Processes that have been silent for 30 seconds are forgotten.
    """
    alive = clock.now() - rules.PRESENCE_TTL
    await db.execute("DELETE FROM live_presence WHERE seen_at < $1", alive)
    wrong = await db.rows(
        "SELECT s.id FROM live_streams s WHERE s.status = 'LIVE' AND s.viewer_count <>"
        " (SELECT coalesce(sum(p.viewers), 0) FROM live_presence p WHERE p.live_stream_id = s.id)"
    )
    return sum([await _count_viewers(row["id"]) for row in wrong])


@action
async def _count_viewers(stream_id: UUID) -> bool:
    # Locked first, counted second: a sum taken by the waiting statement itself would be older than its lock.
    await db.execute("SELECT FROM live_streams WHERE id = $1 FOR UPDATE", stream_id)
    counted = await db.row(
        "UPDATE live_streams s SET viewer_count = w.viewers, sequence = sequence + 1,"
        " peak_viewer_count = greatest(peak_viewer_count, w.viewers)"
        " FROM (SELECT coalesce(sum(viewers), 0)::int AS viewers FROM live_presence WHERE live_stream_id = $1) w"
        " WHERE s.id = $1 AND s.status = 'LIVE' AND s.viewer_count <> w.viewers RETURNING s.viewer_count, s.sequence",
        stream_id,
    )
    if counted is None:
        return False
    count, sequence = counted
    steps.tell(stream_id, sequence, LiveViewersChanged(live_stream_id=stream_id, viewer_count=count))
    return True
