"""How a seat is given back by its holder: before it is paid, or out of an open team."""

from datetime import datetime
from uuid import UUID

from commerce.group_buys import rules
from commerce.group_buys.actions import closing, steps
from commerce.group_buys.errors import TeamClosed
from commerce.group_buys.records import Seat, Team
from commerce.orders import actions as order_actions
from core import clock, db
from core.errors import NotFound, WrongState
from core.unit_of_work import action

_TEAM = db.columns(Team)


@action
async def release_seat(order_id: UUID) -> None:
    """Gives a held seat back before its order is paid; the order is cancelled, and a leader's team fails unseen.

    Raises NotFound for an order that pays for no seat, and WrongState when the seat is not held any more.
    """
    found = await steps.locked_by_order(order_id)
    if found is None:
        raise NotFound("order_id")
    _, team, seat = found
    if not await steps.release(team, seat, clock.now()):
        raise WrongState("order_id", state=seat.status)


@action
async def leave(order_id: UUID) -> None:
    """Takes a paid member out of an open team: the order is refunded in full.

    The earliest paid member becomes leader in a leader's place; when nobody is left the team fails. Raises NotFound for
    an order that pays for no seat, WrongState when the seat is not paid, TeamClosed when the team is not open any
    more. Records TeamChanged and GroupBuyChanged.
    """
    found = await steps.locked_by_order(order_id)
    if found is None:
        raise NotFound("order_id")
    group_buy, team, seat = found
    now = clock.now()
    if seat.status != "PAID":
        raise WrongState("order_id", state=seat.status)
    if rules.is_over(group_buy, team, now):
        raise TeamClosed("order_id")
    await _leave(team, seat, now)


async def _leave(team: Team, seat: Seat, now: datetime) -> None:
    last_seen = await db.value(
        "UPDATE seats s SET status = 'REFUNDING', left_sequence = $2 WHERE id = $1 AND status = 'PAID'"
        f" RETURNING {steps.COUNTED_BY_THIS_SEAT}",
        seat.id,
        team.sequence + 1,
    )
    [after] = await db.records(
        Team,
        "UPDATE teams SET joined_count = joined_count - 1, sequence = sequence + 1,"
        " leader_id = CASE WHEN leader_id <> $2 THEN leader_id ELSE coalesce((SELECT s.user_id FROM seats s"
        " WHERE s.team_id = teams.id AND s.status = 'PAID' ORDER BY s.joined_sequence LIMIT 1), leader_id) END"
        f" WHERE id = $1 AND status = 'OPEN' RETURNING {_TEAM}",
        team.id,
        seat.user_id,
    )
    group_buy = await steps.count(
        seat.group_buy_id, held=-seat.quantity, joined=-1 if last_seen else 0, open_seats=1, step=1
    )
    await order_actions.begin_refund([seat.order_id], "LEFT_TEAM")
    steps.tell("LEFT", after, group_buy)
    if after.joined_count == 0:
        await closing.fail(after, now)
