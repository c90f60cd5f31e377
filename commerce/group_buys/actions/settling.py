"""What a captured payment does to its seat: the team opens, grows or succeeds, or the money goes back."""

from datetime import datetime, timedelta
from uuid import UUID

from commerce.group_buys import rules
from commerce.group_buys.actions import closing, steps
from commerce.group_buys.errors import SeatExpired, TeamClosed
from commerce.group_buys.records import GroupBuy, Seat, Team
from commerce.orders import actions as order_actions
from commerce.payments import actions as payment_actions
from core import clock, db
from core.errors import NotFound, Refusal
from core.unit_of_work import action


@action
async def settle_payment(order_id: UUID) -> Refusal | None:
    """Settles the captured payment of a seat's order, once however often it is called.

    None when the seat is paid: the leader's opens the team, the one that fills it makes it succeed, and then its seats
    and orders are confirmed and its units sold in this transaction. A payment that came too late is refunded in full,
    and SeatExpired or TeamClosed is returned, not raised, so that the refund commits. Raises NotFound for an order
    that pays for no seat. Records TeamChanged and GroupBuyChanged.
    """
    found = await steps.locked_by_order(order_id)
    if found is None:
        raise NotFound("order_id")
    group_buy, team, seat = found
    now = clock.now()
    if seat.status == "HELD":
        if not rules.is_over(group_buy, team, now):
            await _pay(group_buy, team, seat, now)
            return None
        await _end_overdue(group_buy, team, seat, now)
    elif seat.status != "RELEASED":
        return None
    await payment_actions.request_refund(order_id, None, "PAID_TOO_LATE")
    team = await steps.team_as_of_now(team.id)
    return TeamClosed() if team.opened_at is not None and team.closed_at is not None else SeatExpired()


async def _end_overdue(group_buy: GroupBuy, team: Team, seat: Seat, now: datetime) -> None:
    """Does at once what the timers would do in a moment."""
    if team.status == "OPEN":
        await closing.end(group_buy, team, now)
    else:
        await steps.release(team, seat, now)


async def _pay(group_buy: GroupBuy, team: Team, seat: Seat, now: datetime) -> None:
    if not await order_actions.mark_paid(seat.order_id):
        raise RuntimeError(f"order {seat.order_id} of a held seat does not wait for its payment")
    after, counted = await _seat_paid(group_buy, team, seat, now)
    if after.status == "SUCCEEDED":
        steps.tell("SUCCEEDED", after, await closing.confirm(counted, after))
    else:
        steps.tell("OPENED" if team.status == "PENDING" else "JOINED", after, counted)


async def _seat_paid(group_buy: GroupBuy, team: Team, seat: Seat, now: datetime) -> tuple[Team, GroupBuy]:
    """HELD → PAID, with which the team goes from PENDING to OPEN, or grows, or succeeds. Under the offer's lock."""
    row = await db.row(
        "WITH seat AS (UPDATE seats s SET status = 'PAID', held_until = NULL, paid_at = $2, joined_sequence = $3"
        " WHERE id = $1 AND status = 'HELD'"
        f" RETURNING s.group_buy_id, s.team_id, {steps.COUNTED_BY_THIS_SEAT} AS counts),"
        " team AS (UPDATE teams t SET joined_count = joined_count + 1, held_count = held_count - 1,"
        " sequence = sequence + 1, opened_at = coalesce(opened_at, $2), expires_at = coalesce(expires_at, $4),"
        " status = CASE WHEN joined_count + 1 = size THEN 'SUCCEEDED' ELSE 'OPEN' END,"
        " closed_at = CASE WHEN joined_count + 1 = size THEN $2 END"
        " FROM seat WHERE t.id = seat.team_id AND t.status = $5 RETURNING t.*),"
        " offer AS (UPDATE group_buys g SET joined_count = g.joined_count + seat.counts::int, sequence = g.sequence + 1"
        " FROM seat WHERE g.id = seat.group_buy_id RETURNING g.*)"
        f" SELECT {db.columns(Team, 'team')}, {db.columns(GroupBuy, 'offer')} FROM team, offer",
        seat.id,
        now,
        team.sequence + 1,
        now + timedelta(seconds=group_buy.team_ttl_seconds),
        team.status,
    )
    if row is None:
        raise RuntimeError(f"seat {seat.id} changed under the lock of its offer")
    split = len(Team.__struct_fields__)
    return Team(*row[:split]), GroupBuy(*row[split:])
