"""How a shop helps a team: it fills what the team lacks, at its own cost, and nobody is invented for it."""

from datetime import datetime
from uuid import UUID

from commerce.group_buys import queries, rules
from commerce.group_buys.actions import closing, steps
from commerce.group_buys.records import GroupBuy, Team
from commerce.shops import queries as shop_queries
from core import clock, db
from core.errors import Forbidden, NotFound
from core.unit_of_work import action

_TEAM = db.columns(Team)


@action
async def fill_team(owner_id: UUID, team_id: UUID) -> Team:
    """OPEN → SUCCEEDED with those who have paid, by the owner of the offer's shop; once more changes nothing.

    A filled place takes no unit and moves no money: the team needs fewer people, and the shop sells to those it has at
    their price. Whoever holds a seat unpaid holds nothing any more. Raises NotFound, Forbidden, TeamClosed, or
    NothingToFill when the team has people enough. Records TeamChanged and GroupBuyChanged.
    """
    await _require_sold_by(owner_id, team_id)
    found = await steps.locked_by_team(team_id)
    assert found is not None
    group_buy, team = found
    if team.merchant_filled_count:
        return team
    now = clock.now()
    if reason := rules.why_not_fill(team, now):
        raise reason
    return await _fill(group_buy, team, now)


async def _require_sold_by(owner_id: UUID, team_id: UUID) -> None:
    [team] = await queries.teams_by_ids(owner_id, [team_id])
    if team is None:
        raise NotFound("team_id")
    [group_buy] = await queries.by_ids([team.group_buy_id])
    [shop] = await shop_queries.by_owners([owner_id])
    if group_buy is None or shop is None or shop.id != group_buy.shop_id:
        raise Forbidden("team_id")


async def _fill(group_buy: GroupBuy, team: Team, now: datetime) -> Team:
    [filled] = await db.records(
        Team,
        "UPDATE teams SET status = 'SUCCEEDED', closed_at = $2, held_count = 0, sequence = sequence + 1,"
        " merchant_filled_count = size - spare_size - joined_count, size = joined_count, spare_size = 0"
        f" WHERE id = $1 AND status = 'OPEN' RETURNING {_TEAM}",
        team.id,
        now,
    )
    await closing.succeed(group_buy, team, filled)
    return filled
