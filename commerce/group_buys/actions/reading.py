"""What rounds read: the offers' rows, which they lock, and then all that their requests are about, at once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from uuid import UUID

from commerce.group_buys import rules
from commerce.group_buys.records import GroupBuy, Seat, Team
from commerce.group_buys.rounds import Known, Made, Request, Settling, Taking
from core import db

_GROUP_BUY = db.columns(GroupBuy)
# Who shares a transaction with others waits no longer than this for any other lock in it.
_PATIENCE = "200ms"
# $1 offers and $2 people, in pairs; $3 orders; $4 offers and $5 teams, in pairs: the teams, those of the orders' seats,
# and those of the live seats that these people, and who placed the orders, have in the offers; each with those seats.
_TEAMS_AND_SEATS = (
    "WITH people AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS p (group_buy_id, user_id)"
    " UNION SELECT group_buy_id, user_id FROM seats WHERE order_id = ANY($3)),"
    # One by one, as the planner would rather read all seats, and all teams, to find those of a round.
    " theirs AS (SELECT s.* FROM people p CROSS JOIN LATERAL (SELECT * FROM seats WHERE group_buy_id = p.group_buy_id"
    f" AND user_id = p.user_id AND (status IN {rules.LIVE} OR order_id = ANY($3)) OFFSET 0) s),"
    " asked AS (SELECT * FROM unnest($4::uuid[], $5::uuid[]) AS a (group_buy_id, id)"
    " UNION SELECT group_buy_id, team_id FROM theirs)"
    f" SELECT {db.columns(Team, 't')}, {db.columns(Seat, 's')} FROM asked a"
    " CROSS JOIN LATERAL (SELECT * FROM teams WHERE id = a.id AND group_buy_id = a.group_buy_id LIMIT 1) t"
    " LEFT JOIN theirs s ON s.team_id = a.id"
)


async def locked(group_buy_id: UUID) -> dict[UUID, GroupBuy]:
    """The offer by its id, locked until the transaction ends; what is read after it can change no more."""
    found = await db.records(
        GroupBuy, f"SELECT {_GROUP_BUY} FROM group_buys WHERE id = $1 FOR NO KEY UPDATE", group_buy_id
    )
    return {group_buy.id: group_buy for group_buy in found}


async def locked_at_once(group_buy_ids: Collection[UUID]) -> dict[UUID, GroupBuy]:
    """`locked`, for those of the offers that nobody else has locked; from now on the transaction waits only shortly."""
    found = await db.records(
        GroupBuy,
        f"WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '{_PATIENCE}', true))"
        f" SELECT {db.columns(GroupBuy, 'g')} FROM group_buys g, patience"
        " WHERE g.id = ANY($1) FOR NO KEY UPDATE OF g SKIP LOCKED",
        list(group_buy_ids),
    )
    return {group_buy.id: group_buy for group_buy in found}


async def known(
    offers: Mapping[UUID, GroupBuy], asked: Mapping[UUID, Sequence[Request]], made: Made
) -> dict[UUID, Known]:
    """All that the round of each offer needs to know; `made` are the orders made before under the requests' keys."""
    takings = [(key, one) for key, requests in asked.items() for one in requests if isinstance(one, Taking)]
    settled = {one.order_id for one in chain.from_iterable(asked.values()) if isinstance(one, Settling)}
    people = list({(key, one.buyer_id) for key, one in takings})
    wanted = list({(key, one.team_id) for key, one in takings if one.team_id is not None})
    rows = await db.rows(
        _TEAMS_AND_SEATS,
        [key for key, _ in people],
        [buyer_id for _, buyer_id in people],
        list(settled | {order.id for _, order in made.values()}),
        [key for key, _ in wanted],
        [team_id for _, team_id in wanted],
    )
    teams: dict[UUID, dict[UUID, Team]] = {key: {} for key in offers}
    seats: dict[UUID, dict[UUID, Seat]] = {key: {} for key in offers}
    split, at = len(Team.__struct_fields__), Team.__struct_fields__.index("group_buy_id")
    for row in rows:
        # A key's earlier order may have been about another offer.
        if (key := row[at]) in offers:
            teams[key].setdefault(row[0], Team(*row[:split]))
            if row[split] is not None:
                seat = Seat(*row[split:])
                seats[key][seat.order_id] = seat
    units = await _paid_units([team_id for key in offers for team_id in _completable(teams[key], seats[key], settled)])
    return {key: Known(offer, teams[key], seats[key], made, units) for key, offer in offers.items()}


def _completable(teams: Mapping[UUID, Team], seats: Mapping[UUID, Seat], settled: Collection[UUID]) -> list[UUID]:
    """The teams that are complete if the seats that are to be settled are paid."""
    coming = Counter(seat.team_id for seat in seats.values() if seat.order_id in settled)
    return [team_id for team_id, count in coming.items() if teams[team_id].joined_count + count >= teams[team_id].size]


async def _paid_units(team_ids: Sequence[UUID]) -> dict[UUID, int]:
    if not team_ids:
        return {}
    found = await db.rows(
        "SELECT team_id, sum(quantity) FROM seats WHERE team_id = ANY($1) AND status = 'PAID' GROUP BY team_id",
        team_ids,
    )
    return {team_id: int(units) for team_id, units in found}
