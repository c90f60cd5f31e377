"""What a round writes: everything that it decided, in a handful of statements, each of which names the state it leaves.

Rows go to PostgreSQL as JSON of the records that they are.
"""

from commerce.group_buys.actions import closing, steps
from commerce.group_buys.records import Seat, Team
from commerce.group_buys.rounds import Round
from commerce.orders import actions as order_actions
from commerce.payments import actions as payment_actions
from core import db

_TEAM = db.columns(Team)
_SEAT = db.columns(Seat)
_PLACES = (
    "WITH offer AS (UPDATE group_buys SET held = $2, sold = $3, joined_count = $4, sequence = $5"
    " WHERE id = $1 AND (held, sold, joined_count, sequence) = ($6, $7, $8, $9) RETURNING 1),"
    f" opened AS (INSERT INTO teams ({_TEAM}) SELECT {_TEAM} FROM jsonb_populate_recordset(NULL::teams, $10)"
    " RETURNING 1),"
    " changed AS (UPDATE teams t SET joined_count = n.joined_count, held_count = n.held_count, status = n.status,"
    " opened_at = n.opened_at, expires_at = n.expires_at, closed_at = n.closed_at, sequence = n.sequence"
    " FROM jsonb_populate_recordset(NULL::teams, $11) o JOIN jsonb_populate_recordset(NULL::teams, $12) n USING (id)"
    " WHERE t.id = o.id AND (t.status, t.joined_count, t.held_count, t.sequence)"
    " = (o.status, o.joined_count, o.held_count, o.sequence) RETURNING 1),"
    f" taken AS (INSERT INTO seats ({_SEAT}) SELECT {_SEAT} FROM jsonb_populate_recordset(NULL::seats, $13)"
    " RETURNING 1),"
    " paid AS (UPDATE seats s SET status = p.status, held_until = p.held_until, paid_at = p.paid_at,"
    " joined_sequence = p.joined_sequence FROM jsonb_populate_recordset(NULL::seats, $14) p"
    " WHERE s.id = p.id AND s.status = 'HELD' RETURNING 1)"
    " SELECT (SELECT count(*) FROM offer), (SELECT count(*) FROM opened), (SELECT count(*) FROM changed),"
    " (SELECT count(*) FROM taken), (SELECT count(*) FROM paid)"
)


async def write(this: Round) -> None:
    """Writes what was decided, and records what is to be told of it."""
    if this.drafts:
        await order_actions.write(this.drafts)
    if this.paid:
        _require(await order_actions.mark_paid([seat.order_id for seat in this.paid]), len(this.paid), "orders to pay")
    if this.taken or this.paid:
        await _write_places(this)
    if this.succeeded:
        _require(await closing.confirm(this.group_buy, this.succeeded), (this.sold, this.sold), "units held and sold")
    if this.late:
        await payment_actions.request_refunds(this.late, "PAID_TOO_LATE")
    for step in this.steps:
        steps.tell(step.kind, step.team, step.group_buy)


async def _write_places(this: Round) -> None:
    before, after = this.known.group_buy, this.group_buy
    changed, opened = this.changed_teams, this.new_teams
    found = await db.row(
        _PLACES,
        after.id,
        *(after.held, after.sold, after.joined_count, after.sequence),
        *(before.held, before.sold, before.joined_count, before.sequence),
        opened,
        [old for old, _ in changed],
        [new for _, new in changed],
        this.taken,
        this.paid,
    )
    assert found is not None
    _require(tuple(found), (1, len(opened), len(changed), len(this.taken), len(this.paid)), "rows of a round")


def _require(found: object, expected: object, what: str) -> None:
    """What is decided under the lock is what is written; anything else is a defect, and nothing is written."""
    if found != expected:
        raise RuntimeError(f"{found} {what} where {expected} were to be")
