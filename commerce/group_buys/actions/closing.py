"""How an open team ends: everybody's order is confirmed at the price that was reached, or everybody is refunded.

All of it under the lock of the offer's row, and in one transaction. Whoever holds a seat unpaid holds nothing any more.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commerce.catalogue import stock
from commerce.group_buys.actions import steps
from commerce.group_buys.records import GroupBuy, Team
from commerce.orders import actions as order_actions
from core import clock, db
from core.unit_of_work import action

_TEAM = db.columns(Team)


@action
async def expire(team_id: UUID) -> bool:
    """Ends a team whose deadline has passed; False when somebody was first."""
    found = await steps.locked_by_team(team_id)
    return found is not None and await end(*found, clock.now())


async def end(group_buy: GroupBuy, team: Team, now: datetime) -> bool:
    """OPEN → SUCCEEDED when its deadline finds enough people in it, and else OPEN → FAILED. False if too late."""
    if team.joined_count < team.minimum_size:
        return await fail(team, now)
    closed = await db.records(
        Team,
        "UPDATE teams SET status = 'SUCCEEDED', closed_at = $2, held_count = 0, sequence = sequence + 1"
        f" WHERE id = $1 AND status = 'OPEN' RETURNING {_TEAM}",
        team.id,
        now,
    )
    if not closed:
        return False
    await succeed(group_buy, team, closed[0])
    return True


async def succeed(group_buy: GroupBuy, before: Team, team: Team) -> None:
    """Does what follows when a team was just closed with those who are in it, and tells of it."""
    units = await confirm([(group_buy, team)])
    counted = await steps.count(group_buy.id, held=-units.held, sold=units.sold, open_seats=-before.untaken, step=1)
    steps.tell("SUCCEEDED", team, counted)


class Units(NamedTuple):
    """What teams held when they succeeded, and what of it they have bought."""

    held: int
    sold: int


async def confirm(closed: Sequence[tuple[GroupBuy, Team]]) -> Units:
    """Confirms the seats and orders of teams that have just succeeded, each with its offer, and sells their units.

    What the price reached is below the one paid goes back to each.
    """
    teams = [team for _, team in closed]
    seats = await db.rows(
        "UPDATE seats SET status = CASE status WHEN 'PAID' THEN 'CONFIRMED' ELSE 'RELEASED' END, held_until = NULL"
        " WHERE team_id = ANY($1) AND status IN ('PAID', 'HELD')"
        " RETURNING team_id, order_id, quantity, status = 'CONFIRMED' AS paid",
        [team.id for team in teams],
    )
    paid = [row for row in seats if row["paid"]]
    too_much = {team.id: offer.price_minor - offer.price_for(team.joined_count).minor for offer, team in closed}
    confirmed = await order_actions.confirm(
        {row["order_id"]: too_much[row["team_id"]] * row["quantity"] for row in paid}
    )
    if Counter(row["team_id"] for row in paid) != {team.id: team.joined_count for team in teams}:
        raise RuntimeError(f"{len(paid)} paid seats in the teams {[(team.id, team.joined_count) for team in teams]}")
    if confirmed != len(paid):
        raise RuntimeError(f"{confirmed} paid orders of {len(paid)} paid seats")
    if unpaid := [row["order_id"] for row in seats if not row["paid"]]:
        await order_actions.cancel_unpaid(unpaid)
    variant_of = {team.id: offer.variant_id for offer, team in closed}
    sold: Counter[UUID] = Counter()
    for row in paid:
        sold[variant_of[row["team_id"]]] += row["quantity"]
    await stock.sell(sold)
    return Units(sum(row["quantity"] for row in seats), sold.total())


async def fail(team: Team, now: datetime) -> bool:
    """OPEN → FAILED: whoever has paid is refunded, whoever has not holds nothing any more. False if too late."""
    failed = await db.records(
        Team,
        "UPDATE teams SET status = 'FAILED', closed_at = $2, held_count = 0, sequence = sequence + 1"
        f" WHERE id = $1 AND status = 'OPEN' RETURNING {_TEAM}",
        team.id,
        now,
    )
    if not failed:
        return False
    seats = await db.rows(
        "UPDATE seats s SET status = CASE status WHEN 'PAID' THEN 'REFUNDING' ELSE 'RELEASED' END, held_until = NULL"
        " WHERE team_id = $1 AND status IN ('PAID', 'HELD')"
        f" RETURNING order_id, quantity, status = 'REFUNDING' AS paid, {steps.COUNTED_BY_THIS_SEAT} AS counted",
        team.id,
    )
    gone = sum(row["paid"] and row["counted"] for row in seats)
    units = sum(row["quantity"] for row in seats)
    group_buy = await steps.count(team.group_buy_id, held=-units, joined=-gone, open_seats=-team.untaken, step=1)
    paid = [row["order_id"] for row in seats if row["paid"]]
    if paid:
        await order_actions.begin_refund(paid, "TEAM_FAILED")
    if unpaid := [row["order_id"] for row in seats if not row["paid"]]:
        await order_actions.cancel_unpaid(unpaid)
    steps.tell("FAILED", failed[0], group_buy)
    return True
