"""What rounds write: everything that they decided, in a handful of statements, each of which names the state it leaves.

Rows go to PostgreSQL as JSON of the records that they are.
"""

from collections.abc import Sequence
from typing import Any

from commerce.group_buys.actions import closing, steps
from commerce.group_buys.records import Seat, Team
from commerce.group_buys.rounds import Round
from commerce.orders import actions as order_actions
from commerce.payments import actions as payment_actions
from core import db

_TEAM = db.columns(Team)
_SEAT = db.columns(Seat)
_PLACES = (
    "WITH offers AS (UPDATE group_buys g SET held = n.held, sold = n.sold, joined_count = n.joined_count,"
    " open_seats = n.open_seats, sequence = n.sequence FROM jsonb_populate_recordset(NULL::group_buys, $1) o"
    " JOIN jsonb_populate_recordset(NULL::group_buys, $2) n USING (id) WHERE g.id = o.id"
    " AND (g.held, g.sold, g.joined_count, g.open_seats, g.sequence)"
    " = (o.held, o.sold, o.joined_count, o.open_seats, o.sequence) RETURNING 1),"
    f" opened AS (INSERT INTO teams ({_TEAM}) SELECT {_TEAM} FROM jsonb_populate_recordset(NULL::teams, $3)"
    " RETURNING 1),"
    " changed AS (UPDATE teams t SET joined_count = n.joined_count, held_count = n.held_count, status = n.status,"
    " opened_at = n.opened_at, expires_at = n.expires_at, closed_at = n.closed_at, sequence = n.sequence"
    " FROM jsonb_populate_recordset(NULL::teams, $4) o JOIN jsonb_populate_recordset(NULL::teams, $5) n USING (id)"
    " WHERE t.id = o.id AND (t.status, t.joined_count, t.held_count, t.sequence)"
    " = (o.status, o.joined_count, o.held_count, o.sequence) RETURNING 1),"
    f" taken AS (INSERT INTO seats ({_SEAT}) SELECT {_SEAT} FROM jsonb_populate_recordset(NULL::seats, $6)"
    " RETURNING 1),"
    " paid AS (UPDATE seats s SET status = p.status, held_until = p.held_until, paid_at = p.paid_at,"
    " joined_sequence = p.joined_sequence FROM jsonb_populate_recordset(NULL::seats, $7) p"
    " WHERE s.id = p.id AND s.status = 'HELD' RETURNING 1)"
    " SELECT (SELECT count(*) FROM offers), (SELECT count(*) FROM opened), (SELECT count(*) FROM changed),"
    " (SELECT count(*) FROM taken), (SELECT count(*) FROM paid)"
)


async def write(rounds: Sequence[Round]) -> None:
    """Writes what was decided, and records what is to be told of it."""
    if drafts := [made for this in rounds for made in this.drafts]:
        await order_actions.write(drafts)
    paid = [seat for this in rounds for seat in this.paid]
    if paid:
        _require(await order_actions.mark_paid([seat.order_id for seat in paid]), len(paid), "orders to pay")
    if changed := [this for this in rounds if this.taken or this.paid]:
        await _write_places(changed)
    if closed := [(this.group_buy, team) for this in rounds for team in this.succeeded]:
        sold = sum(this.sold for this in rounds)
        _require(await closing.confirm(closed), (sold, sold), "units held and sold")
    if late := [order_id for this in rounds for order_id in this.late]:
        await payment_actions.request_refunds(late, "PAID_TOO_LATE")
    for this in rounds:
        for step in this.steps:
            steps.tell(step.kind, step.team, step.group_buy)


async def _write_places(rounds: Sequence[Round]) -> None:
    changed = [teams for this in rounds for teams in this.changed_teams]
    written: list[list[Any]] = [
        [this.known.group_buy for this in rounds],
        [this.group_buy for this in rounds],
        [team for this in rounds for team in this.new_teams],
        [before for before, _ in changed],
        [after for _, after in changed],
        [seat for this in rounds for seat in this.taken],
        [seat for this in rounds for seat in this.paid],
    ]
    found = await db.row(_PLACES, *written)
    assert found is not None
    offers, _, opened, _, after, taken, paid = map(len, written)
    _require(tuple(found), (offers, opened, after, taken, paid), "rows of rounds")
    for this in rounds:
        steps.tell_stock(this.group_buy, this.known.group_buy.available)


def _require(found: object, expected: object, what: str) -> None:
    """What is decided under the lock is what is written; anything else is a defect, and nothing is written."""
    if found != expected:
        raise RuntimeError(f"{found} {what} where {expected} were to be")
