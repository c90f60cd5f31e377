"""What a round reads: the offer's row, which it locks, and then all that its requests are about, at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from commerce.group_buys import rules
from commerce.group_buys.records import GroupBuy, Seat, Team
from commerce.group_buys.rounds import Known, Request, Settling, Taking
from commerce.orders import Order
from core import db

_GROUP_BUY = db.columns(GroupBuy)
# $1 an offer, $2 people, $3 orders, $4 teams: the teams, those of the orders' seats, and those of the live seats that
# these people, and who has placed the orders, have in the offer; each with those seats.
_TEAMS_AND_SEATS = (
    "WITH people AS (SELECT unnest($2::uuid[]) AS user_id UNION SELECT user_id FROM seats WHERE order_id = ANY($3)),"
    # One by one, as the planner would rather read all seats, and all teams, to find those of a round.
    " theirs AS (SELECT s.* FROM people p CROSS JOIN LATERAL (SELECT * FROM seats WHERE group_buy_id = $1"
    f" AND user_id = p.user_id AND (status IN {rules.LIVE} OR order_id = ANY($3)) OFFSET 0) s),"
    " asked AS (SELECT unnest($4::uuid[]) AS id UNION SELECT team_id FROM theirs)"
    f" SELECT {db.columns(Team, 't')}, {db.columns(Seat, 's')} FROM asked a"
    " CROSS JOIN LATERAL (SELECT * FROM teams WHERE id = a.id AND group_buy_id = $1 LIMIT 1) t"
    " LEFT JOIN theirs s ON s.team_id = a.id"
)


async def locked(group_buy_id: UUID) -> GroupBuy | None:
    """The offer, locked until the transaction ends; what is read after it can change no more."""
    found = await db.records(
        GroupBuy, f"SELECT {_GROUP_BUY} FROM group_buys WHERE id = $1 FOR NO KEY UPDATE", group_buy_id
    )
    return found[0] if found else None


async def known(
    group_buy: GroupBuy, requests: Sequence[Request], made: Mapping[tuple[UUID, str], tuple[str, Order]]
) -> Known:
    """All that a round needs to know; `made` are the orders that were made before under its requests' keys."""
    takings = [one for one in requests if isinstance(one, Taking)]
    settled = {one.order_id for one in requests if isinstance(one, Settling)}
    rows = await db.rows(
        _TEAMS_AND_SEATS,
        group_buy.id,
        list({one.buyer_id for one in takings}),
        list(settled | {order.id for _, order in made.values()}),
        list({one.team_id for one in takings if one.team_id is not None}),
    )
    teams: dict[UUID, Team] = {}
    seats: dict[UUID, Seat] = {}
    split = len(Team.__struct_fields__)
    for row in rows:
        teams.setdefault(row[0], Team(*row[:split]))
        if row[split] is not None:
            seat = Seat(*row[split:])
            seats[seat.order_id] = seat
    coming = Counter(seats[order_id].team_id for order_id in settled if order_id in seats)
    complete = [team.id for team in teams.values() if team.joined_count + coming[team.id] >= team.size]
    units = await _paid_units([team_id for team_id in complete if team_id in coming])
    return Known(group_buy, teams, seats, made, units)


async def _paid_units(team_ids: Sequence[UUID]) -> dict[UUID, int]:
    if not team_ids:
        return {}
    found = await db.rows(
        "SELECT team_id, sum(quantity) FROM seats WHERE team_id = ANY($1) AND status = 'PAID' GROUP BY team_id",
        team_ids,
    )
    return {team_id: int(units) for team_id, units in found}
