"""What viewers say while a stream is live."""

from uuid import UUID

from content.live import rules
from content.live.actions import steps
from content.live.events import LiveMessagePosted
from content.live.records import LiveMessage
from core import clock, db
from core.ids import new_id
from core.unit_of_work import action
from people.follows import queries as follow_queries


@action
async def send_message(author_id: UUID, stream_id: UUID, body: str) -> LiveMessage:
    """Says something in the chat of a live stream.

    Raises Invalid, NotFound, WrongState, or KeptApart from its host; records LiveMessagePosted.
    """
    found = await db.row(
        "WITH step AS (UPDATE live_streams SET sequence = sequence + 1 WHERE id = $2 AND status = 'LIVE'"
        " RETURNING sequence, host_id)"
        " INSERT INTO live_messages (id, live_stream_id, author_id, body, sent_at, sequence)"
        " SELECT $1, $2, $3, $4, $5, sequence FROM step"
        f" RETURNING (SELECT host_id FROM step), {db.columns(LiveMessage)}",
        new_id(),
        stream_id,
        author_id,
        rules.body(body),
        clock.now(),
    )
    if found is None:
        await steps.refuse(None, stream_id)
    host_id, *fields = found
    await follow_queries.require_together(author_id, [host_id], "live_stream_id")
    message = LiveMessage(*fields)
    steps.tell(stream_id, message.sequence, LiveMessagePosted(message=message))
    return message
