"""The small changes that the use cases are made of. All but `locked…` run under the lock of the offer's row."""

from datetime import datetime
from uuid import UUID

from commerce.group_buys.events import (
    GroupBuyChanged,
    GroupBuyStockChanged,
    TeamChanged,
    TeamEventKind,
    group_buy_topic,
    team_topic,
)
from commerce.group_buys.records import GroupBuy, Seat, Team
from commerce.orders import actions as order_actions
from core import db, outbox

_GROUP_BUY = db.columns(GroupBuy)
_TEAM = db.columns(Team)
# Whether somebody has no other paid or confirmed seat in the offer: whether the offer's count of people changes.
COUNTED_BY_THIS_SEAT = (
    "NOT EXISTS (SELECT FROM seats o WHERE o.group_buy_id = s.group_buy_id AND o.user_id = s.user_id"
    " AND o.team_id <> s.team_id AND o.status IN ('PAID', 'CONFIRMED'))"
)


async def locked_by_team(team_id: UUID) -> tuple[GroupBuy, Team] | None:
    """The offer of a team, locked until the transaction ends, and the team; None when there is no such team."""
    found = await db.records(
        GroupBuy,
        f"SELECT {_GROUP_BUY} FROM group_buys WHERE id = (SELECT group_buy_id FROM teams WHERE id = $1)"
        " FOR NO KEY UPDATE",
        team_id,
    )
    return (found[0], await team_as_of_now(team_id)) if found else None


async def locked_by_order(order_id: UUID) -> tuple[GroupBuy, Team, Seat] | None:
    """The offer, locked, with the team and the seat that an order pays for; None for a plain order."""
    found = await db.records(
        GroupBuy,
        f"SELECT {_GROUP_BUY} FROM group_buys WHERE id = (SELECT group_buy_id FROM seats WHERE order_id = $1)"
        " FOR NO KEY UPDATE",
        order_id,
    )
    if not found:
        return None
    # Read after the lock was given, so that nothing in it can change any more.
    row = await db.row(
        f"SELECT {db.columns(Team, 't')}, {db.columns(Seat, 's')} FROM seats s JOIN teams t ON t.id = s.team_id"
        " WHERE s.order_id = $1",
        order_id,
    )
    assert row is not None
    split = len(Team.__struct_fields__)
    return found[0], Team(*row[:split]), Seat(*row[split:])


async def team_as_of_now(team_id: UUID) -> Team:
    """The team as it is under the offer's lock."""
    [team] = await db.records(Team, f"SELECT {_TEAM} FROM teams WHERE id = $1", team_id)
    return team


async def count(
    group_buy_id: UUID, *, held: int = 0, sold: int = 0, joined: int = 0, open_seats: int = 0, step: int = 0
) -> GroupBuy:
    """Adds to an offer's counters, and `step` to its sequence. Records GroupBuyStockChanged as `tell_stock` does."""
    [group_buy] = await db.records(
        GroupBuy,
        "UPDATE group_buys SET held = held + $2, sold = sold + $3, joined_count = joined_count + $4,"
        f" open_seats = open_seats + $5, sequence = sequence + $6 WHERE id = $1 RETURNING {_GROUP_BUY}",
        group_buy_id,
        held,
        sold,
        joined,
        open_seats,
        step,
    )
    tell_stock(group_buy, group_buy.available + held + sold)
    return group_buy


def tell_stock(group_buy: GroupBuy, before: int) -> None:
    """Records GroupBuyStockChanged when there are units of an offer now that had none `before`, or none any more."""
    if (before > 0) != (group_buy.available > 0):
        outbox.record(GroupBuyStockChanged(group_buy_id=group_buy.id, product_id=group_buy.product_id))


def tell(kind: TeamEventKind, team: Team, group_buy: GroupBuy) -> None:
    """Records a step of the team and one of its offer."""
    tell_team(kind, team)
    event = GroupBuyChanged(group_buy=group_buy, team=team)
    outbox.record(event, topic=group_buy_topic(group_buy.id), sequence=group_buy.sequence)


def tell_team(kind: TeamEventKind, team: Team) -> None:
    """Records a step of the team alone: of one that nobody but its leader has seen."""
    event = TeamChanged(kind=kind, team=team, group_buy_id=team.group_buy_id)
    outbox.record(event, topic=team_topic(team.id), sequence=team.sequence)


async def release(team: Team, seat: Seat, now: datetime) -> bool:
    """HELD → RELEASED: the place and the units come back; a team whose leader it was has failed. False if too late."""
    changed = await db.execute(
        "UPDATE seats SET status = 'RELEASED', held_until = NULL WHERE id = $1 AND status = 'HELD'", seat.id
    )
    if not changed:
        return False
    [after] = await db.records(
        Team,
        "UPDATE teams SET held_count = held_count - 1,"
        " closed_at = CASE WHEN status = 'PENDING' THEN $2 ELSE closed_at END,"
        " sequence = sequence + CASE WHEN status = 'PENDING' THEN 1 ELSE 0 END,"
        " status = CASE WHEN status = 'PENDING' THEN 'FAILED' ELSE status END"
        f" WHERE id = $1 RETURNING {_TEAM}",
        team.id,
        now,
    )
    # One more of a team that goes on; none any more of one that never opened, whose others were all open.
    opened = 1 if after.closed_at is None else 1 - after.size
    await count(seat.group_buy_id, held=-seat.quantity, open_seats=opened)
    await order_actions.cancel_unpaid([seat.order_id])
    if after.status == "FAILED":
        tell_team("FAILED", after)
    return True
