"""What all writes of a stream share: its lock and next number, telling what happened, and why it could not."""

from typing import NoReturn
from uuid import UUID

from content.live import queries, rules
from content.live.events import topic
from content.live.records import LiveStream
from core import db, outbox
from core.errors import Forbidden, NotFound, WrongState
from core.outbox import Event

STREAM = db.columns(LiveStream)


def tell(stream_id: UUID, sequence: int, event: Event) -> None:
    """Records an event as the step of a stream."""
    outbox.record(event, topic=topic(stream_id), sequence=sequence)


async def advance(
    host_id: UUID, stream_id: UUID, change: str = "", *args: object, field: str = "live_stream_id"
) -> LiveStream:
    """The open stream of `host_id` at its next sequence, locked, with `change` made ($4 and on are `args`)."""
    found = await db.records(
        LiveStream,
        f"UPDATE live_streams SET {change + ',' if change else ''} sequence = sequence + 1"
        f" WHERE id = $1 AND host_id = $2 AND status = ANY($3) RETURNING {STREAM}",
        stream_id,
        host_id,
        list(rules.OPEN),
        *args,
    )
    if not found:
        await refuse(host_id, stream_id, field)
    return found[0]


async def refuse(host_id: UUID | None, stream_id: UUID, field: str = "live_stream_id") -> NoReturn:
    """Raises why a stream could not be changed by `host_id` (None: by anybody)."""
    [stream] = await queries.by_ids([stream_id])
    if stream is None:
        raise NotFound(field)
    if host_id not in (None, stream.host_id):
        raise Forbidden(field)
    raise WrongState(field, state=stream.status)
