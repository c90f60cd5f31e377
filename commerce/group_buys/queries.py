"""All reads of group-buys, batch first."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commerce.group_buys import rules
from commerce.group_buys.records import Alternatives, GroupBuy, Member, Seat, Team
from core import clock, db
from core.gathering import gathered, gathered_lists
from core.ids import BEYOND
from core.pagination import Count, Page, PageRequest, page_of, pages_of


class EndingSoonKey(NamedTuple):
    ends_at: datetime
    id: UUID


class NewestKey(NamedTuple):
    id: UUID


class PopularKey(NamedTuple):
    joined_count: Count
    id: UUID


class OpenTeamKey(NamedTuple):
    remaining: Count
    id: UUID


_GROUP_BUY = db.columns(GroupBuy)
_TEAM = db.columns(Team)
_SEAT = db.columns(Seat)
# Offers that run or will run; `$1` is now.
_LISTED = f"SELECT {_GROUP_BUY} FROM group_buys WHERE phase <> 'CLOSED' AND ends_at > $1"
# Nobody looks through more offers of one product than this.
_MOST_RUNNING = 20
_MOST_ALTERNATIVES = 5


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, GroupBuy]:
    """The offers with `ids`, in their order."""
    found = await db.records(GroupBuy, f"SELECT {_GROUP_BUY} FROM group_buys WHERE id = ANY($1)", ids)
    return {group_buy.id: group_buy for group_buy in found}


async def teams_by_ids(viewer_id: UUID | None, ids: Sequence[UUID]) -> list[Team | None]:
    """The teams with `ids`, in their order; one that never opened is None to all but its leader."""
    found = await teams_for_followers(ids)
    return [team if team is not None and rules.can_see(team, viewer_id) else None for team in found]


@gathered
async def teams_for_followers(ids: list[UUID]) -> dict[UUID, Team]:
    """The teams with `ids`, in their order. For whoever saw the team when they began to follow it."""
    found = await db.records(Team, f"SELECT {_TEAM} FROM teams WHERE id = ANY($1)", ids)
    return {team.id: team for team in found}


async def seats_by_ids(viewer_id: UUID | None, ids: Sequence[UUID]) -> list[Seat | None]:
    """The seats with `ids`, in their order; somebody else's is None."""
    if viewer_id is None:
        return [None] * len(ids)
    found = await db.records(
        Seat, f"SELECT {_SEAT} FROM seats WHERE id = ANY($1) AND user_id = $2", list(set(ids)), viewer_id
    )
    return db.in_order(ids, {seat.id: seat for seat in found})


@gathered
async def seats_of_orders(order_ids: list[UUID]) -> dict[UUID, Seat]:
    """The seat that each order pays for; None for an order that pays for none."""
    found = await db.records(Seat, f"SELECT {_SEAT} FROM seats WHERE order_id = ANY($1)", order_ids)
    return {seat.order_id: seat for seat in found}


@gathered
async def team_of_orders(order_ids: list[UUID]) -> dict[UUID, Team]:
    """The team that each order is a part of; None for a plain order. For whoever may see the order."""
    found = await db.rows(
        f"SELECT s.order_id, {db.columns(Team, 't')} FROM seats s JOIN teams t ON t.id = s.team_id"
        " WHERE s.order_id = ANY($1)",
        order_ids,
    )
    return {row[0]: Team(*row[1:]) for row in found}


@gathered_lists
async def running_on(product_ids: list[UUID]) -> list[tuple[UUID, GroupBuy]]:
    """The offers that run now on each product, those that end first in front, 20 at the most."""
    found = await db.records(
        GroupBuy,
        f"SELECT {db.columns(GroupBuy, 'g')} FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL"
        f" (SELECT {_GROUP_BUY} FROM group_buys WHERE product_id = p.id AND phase <> 'CLOSED'"
        " AND starts_at <= $2 AND ends_at > $2 ORDER BY ends_at, id LIMIT $3) g ORDER BY g.ends_at, g.id",
        product_ids,
        clock.now(),
        _MOST_RUNNING,
    )
    return [(group_buy.product_id, group_buy) for group_buy in found]


async def one_short_until(product_ids: Sequence[UUID]) -> list[datetime | None]:
    """Until when, on each product, one of its open teams waits for one person alone; None where none does."""
    found = await db.rows(
        "SELECT g.product_id, max(t.expires_at) FROM group_buys g JOIN teams t ON t.group_buy_id = g.id"
        " WHERE g.product_id = ANY($1) AND g.phase <> 'CLOSED' AND g.starts_at <= $2 AND g.ends_at > $2"
        " AND t.status = 'OPEN' AND t.expires_at > $2 AND t.size - t.joined_count = 1 GROUP BY g.product_id",
        list(set(product_ids)),
        clock.now(),
    )
    return db.in_order(product_ids, dict(found))


async def ending_soon(request: PageRequest[EndingSoonKey]) -> Page[GroupBuy]:
    """Offers that run or will, those that end first in front."""
    after = request.key or EndingSoonKey(clock.now(), BEYOND)
    found = await db.records(
        GroupBuy,
        f"{_LISTED} AND (ends_at, id) > ($2, $3) ORDER BY ends_at, id LIMIT $4",
        clock.now(),
        *after,
        request.limit + 1,
    )
    return page_of(found, request, lambda group_buy: (group_buy.ends_at, group_buy.id))


async def newest(request: PageRequest[NewestKey]) -> Page[GroupBuy]:
    """Offers that run or will, the latest made in front."""
    [after] = request.key or NewestKey(BEYOND)
    found = await db.records(
        GroupBuy, f"{_LISTED} AND id < $2 ORDER BY id DESC LIMIT $3", clock.now(), after, request.limit + 1
    )
    return page_of(found, request, lambda group_buy: (group_buy.id,))


async def popular(request: PageRequest[PopularKey]) -> Page[GroupBuy]:
    """Offers that run or will, those with most members in front."""
    after = request.key or PopularKey(2**31 - 1, BEYOND)
    found = await db.records(
        GroupBuy,
        f"{_LISTED} AND (joined_count, id) < ($2::int, $3::uuid) ORDER BY joined_count DESC, id DESC LIMIT $4",
        clock.now(),
        *after,
        request.limit + 1,
    )
    return page_of(found, request, lambda group_buy: (group_buy.joined_count, group_buy.id))


async def open_teams(group_buy_ids: Sequence[UUID], request: PageRequest[OpenTeamKey]) -> list[Page[Team]]:
    """A page of each offer's open teams: those that need fewest people first, then the oldest."""
    remaining, after_id = request.key or OpenTeamKey(0, BEYOND)
    found = await db.records(
        Team,
        f"SELECT {db.columns(Team, 't')} FROM unnest($1::uuid[]) AS g (id) CROSS JOIN LATERAL"
        f" (SELECT {_TEAM} FROM teams WHERE group_buy_id = g.id AND status = 'OPEN' AND expires_at > $2"
        " AND (size - joined_count, id) > ($3::int, $4::uuid) ORDER BY size - joined_count, id LIMIT $5) t"
        " ORDER BY t.size - t.joined_count, t.id",
        list(set(group_buy_ids)),
        clock.now(),
        remaining,
        after_id,
        request.limit + 1,
    )
    return pages_of(
        group_buy_ids,
        ((team.group_buy_id, team) for team in found),
        request,
        lambda team: (team.remaining_count, team.id),
    )


async def members(teams: Sequence[Team]) -> list[list[Member]]:
    """Those who have paid in each team, in the order in which they did, as of the team's `sequence`."""
    found = await db.rows(
        "SELECT team_id, user_id, paid_at, joined_sequence, left_sequence FROM seats"
        " WHERE team_id = ANY($1) AND joined_sequence IS NOT NULL ORDER BY team_id, joined_sequence",
        list({team.id for team in teams}),
    )
    stays: dict[UUID, list[tuple[UUID, datetime, int, int | None]]] = {}
    for team_id, *stay in found:
        stays.setdefault(team_id, []).append(tuple(stay))
    return [
        [
            Member(user_id, paid_at, user_id == team.leader_id)
            for user_id, paid_at, joined, left in stays.get(team.id, ())
            if joined <= team.sequence and (left is None or left > team.sequence)
        ]
        for team in teams
    ]


async def seats_of_viewer(viewer_id: UUID | None, teams: Sequence[Team]) -> list[Seat | None]:
    """The viewer's latest seat in each team; None for nobody and for who never took one."""
    return [None] * len(teams) if viewer_id is None else await _latest_seats([(viewer_id, team.id) for team in teams])


@gathered
async def _latest_seats(pairs: list[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Seat]:
    """The latest seat of each (person, team)."""
    found = await db.records(
        Seat,
        f"SELECT DISTINCT ON (user_id, team_id) {_SEAT} FROM seats"
        " WHERE (user_id, team_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"
        " ORDER BY user_id, team_id, id DESC",
        [user_id for user_id, _ in pairs],
        [team_id for _, team_id in pairs],
    )
    return {(seat.user_id, seat.team_id): seat for seat in found}


async def teams_of_viewer(viewer_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Team]]:
    """A page of the teams that each person holds, or until they failed held, a seat in; the newest team first."""
    found = await db.rows(
        f"SELECT v.id, {db.columns(Team, 't')} FROM unnest($1::uuid[]) AS v (id) CROSS JOIN LATERAL"
        " (SELECT team_id FROM seats WHERE user_id = v.id AND status <> 'RELEASED' AND left_sequence IS NULL"
        " AND team_id < $2 ORDER BY team_id DESC LIMIT $3) s CROSS JOIN LATERAL"
        # One by one, as the planner would rather read all teams to find a page of them.
        f" (SELECT {_TEAM} FROM teams WHERE id = s.team_id LIMIT 1) t ORDER BY t.id DESC",
        list(set(viewer_ids)),
        request.key or BEYOND,
        request.limit + 1,
    )
    return pages_of(viewer_ids, ((row[0], Team(*row[1:])) for row in found), request, lambda team: team.id)


async def alternatives(team_id: UUID, buyer_id: UUID, units: int) -> Alternatives:
    """What somebody can have who came too late for a team, in one statement.

    Teams with an open seat that they are not in, those that need fewest people first, then the oldest; five at the
    most. None, and no new one, when what they may buy of the offer, or what is left of it, is less than `units`.
    """
    now = clock.now()
    found = await db.rows(
        f"SELECT {db.columns(GroupBuy, 'g')}, mine.units, {db.columns(Team, 't')}"
        " FROM teams late JOIN group_buys g ON g.id = late.group_buy_id CROSS JOIN LATERAL"
        " (SELECT coalesce(sum(s.quantity), 0) AS units, coalesce(array_agg(s.team_id), '{}') AS teams FROM seats s"
        f" WHERE s.group_buy_id = g.id AND s.user_id = $2 AND s.status IN {rules.LIVE}"
        # A hold that is over is as good as released.
        " AND (s.held_until IS NULL OR s.held_until > $3)) mine LEFT JOIN LATERAL"
        f" (SELECT {_TEAM} FROM teams WHERE group_buy_id = g.id AND status = 'OPEN' AND expires_at > $3"
        " AND joined_count + held_count < size AND id <> ALL(mine.teams)"
        " ORDER BY size - joined_count, id LIMIT $4) t ON true"
        " WHERE late.id = $1 ORDER BY t.size - t.joined_count, t.id",
        team_id,
        buyer_id,
        now,
        _MOST_ALTERNATIVES,
    )
    if not found:
        return Alternatives([], False)
    split = len(GroupBuy.__struct_fields__)
    standing = rules.Standing(GroupBuy(*found[0][:split]), None, False, found[0][split])
    teams = [Team(*row[split + 1 :]) for row in found if row[split + 1] is not None]
    return rules.alternatives(standing, teams, units, now)


async def costs_what_its_team_reached(order_id: UUID) -> bool:
    """Whether an order's price is a tier's: one that those who were in its team at the close reached together."""
    [team] = await team_of_orders([order_id])
    if team is None or team.status != "SUCCEEDED":
        return False
    [group_buy] = await by_ids([team.group_buy_id])
    return group_buy is not None and group_buy.price_for(team.joined_count) != group_buy.price


async def alternatives_to_order(order_id: UUID) -> Alternatives:
    """`alternatives` to the seat that an order came too late to pay for; for its buyer."""
    [seat] = await seats_of_orders([order_id])
    return Alternatives([], False) if seat is None else await alternatives(seat.team_id, seat.user_id, seat.quantity)
