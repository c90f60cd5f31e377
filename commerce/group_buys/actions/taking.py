"""How a seat is taken: held with its units while its order is paid. Sent twice, it is taken once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import msgspec

from commerce.group_buys import queries, rules
from commerce.group_buys.records import GroupBuy, Seat, TakenSeat, Team
from commerce.orders import Address, NewLine
from commerce.orders import actions as order_actions
from commerce.orders import queries as order_queries
from core import clock, db, idempotency
from core.errors import NotFound, Refusal
from core.ids import new_id
from core.unit_of_work import action

_GROUP_BUY = db.columns(GroupBuy)
_TEAM = db.columns(Team)
_SEAT = db.columns(Seat)


class _Wish(msgspec.Struct, frozen=True):
    """What a buyer asks for, and what makes asking twice the same."""

    buyer_id: UUID
    quantity: int
    address: Address | None
    key: str
    fingerprint: str


async def open_team(
    buyer_id: UUID, group_buy_id: UUID, quantity: int, address: Address | None, idempotency_key: str
) -> TakenSeat:
    """Takes the leader's seat of a new team, PENDING until its order is paid.

    Raises Invalid, NotFound, NotStarted, Ended, LimitExceeded, OfferSoldOut, or Conflict for the same key with another
    request. No event about the team: nobody else may know of it yet. Records OrderPlaced.
    """
    rules.quantity(quantity)
    wish = _Wish(
        buyer_id, quantity, address, idempotency_key, idempotency.fingerprint("open", group_buy_id, quantity, address)
    )
    return await _once(wish, partial(_open, group_buy_id, wish))


async def join_team(
    buyer_id: UUID, team_id: UUID, quantity: int, address: Address | None, idempotency_key: str
) -> TakenSeat:
    """Takes a seat in an open team.

    Raises Invalid, NotFound, TeamClosed, AlreadyInTeam, TeamFull, LimitExceeded, OfferSoldOut, or Conflict for the same
    key with another request. No event about the team: holding a seat is none. Records OrderPlaced.
    """
    rules.quantity(quantity)
    fingerprint = idempotency.fingerprint("join", team_id, quantity, address)
    wish = _Wish(buyer_id, quantity, address, idempotency_key, fingerprint)
    return await _once(wish, partial(_join, team_id, wish))


async def _once(wish: _Wish, take: Callable[[], Awaitable[TakenSeat]]) -> TakenSeat:
    """What `take` gives, or what it gave to the same request when that was sent before."""
    try:
        return await take()
    except Refusal:
        # Perhaps only because the request's twin came first, at this very moment: then its answer is the answer.
        before = await _taken(wish)
        if before is None:
            raise
        return before


async def _taken(wish: _Wish) -> TakenSeat | None:
    order = await order_queries.existing(wish.buyer_id, wish.key, wish.fingerprint)
    if order is None:
        return None
    [seat] = await queries.seats_of_orders([order.id])
    [team] = await queries.team_of_orders([order.id])
    assert seat is not None and team is not None
    return TakenSeat(seat, team, order)


@action
async def _open(group_buy_id: UUID, wish: _Wish) -> TakenSeat:
    if before := await _taken(wish):
        return before
    now = clock.now()

    async def refusal() -> Refusal | None:
        standing = await queries.standing(group_buy_id, wish.buyer_id)
        return rules.why_not_open(standing, wish.quantity, now) if standing else NotFound("group_buy_id")

    if reason := await refusal():
        raise reason
    held = await db.records(
        GroupBuy,
        "UPDATE group_buys SET held = held + $2 WHERE id = $1 AND stock - held - sold >= $2"
        f" AND starts_at <= $3 AND ends_at > $3 RETURNING {_GROUP_BUY}",
        group_buy_id,
        wish.quantity,
        now,
    )
    if not held:
        raise rules.refused(await refusal())
    team = await _pending_team(held[0], wish.buyer_id)
    taken = await _order_and_seat(held[0], team, rules.held_until(now, held[0].ends_at), wish)
    if taken is None:
        raise rules.refused(await refusal())
    return taken


async def _pending_team(group_buy: GroupBuy, leader_id: UUID) -> Team:
    [team] = await db.records(
        Team,
        "INSERT INTO teams (id, group_buy_id, leader_id, size, joined_count, held_count, status, sequence)"
        f" VALUES ($1, $2, $3, $4, 0, 1, 'PENDING', 0) RETURNING {_TEAM}",
        new_id(),
        group_buy.id,
        leader_id,
        group_buy.team_size,
    )
    return team


@action
async def _join(team_id: UUID, wish: _Wish) -> TakenSeat:
    if before := await _taken(wish):
        return before
    now = clock.now()

    async def refusal() -> Refusal | None:
        standing = await queries.standing_in(team_id, wish.buyer_id)
        return rules.why_not_join(standing, wish.buyer_id, wish.quantity, now) if standing else NotFound("team_id")

    if reason := await refusal():
        raise reason
    places = await _hold_place(team_id, wish.quantity, now)
    if places is None:
        raise rules.refused(await refusal())
    group_buy, team = places
    assert team.expires_at is not None
    taken = await _order_and_seat(group_buy, team, rules.held_until(now, team.expires_at), wish)
    if taken is None:
        raise rules.refused(await refusal())
    return taken


async def _hold_place(team_id: UUID, quantity: int, now: datetime) -> tuple[GroupBuy, Team] | None:
    """Units of the offer, then a place in the team; None when either is not to be had."""
    held = await db.records(
        GroupBuy,
        "UPDATE group_buys SET held = held + $2 WHERE id = (SELECT group_buy_id FROM teams WHERE id = $1)"
        f" AND stock - held - sold >= $2 AND phase <> 'CLOSED' RETURNING {_GROUP_BUY}",
        team_id,
        quantity,
    )
    if not held:
        return None
    teams = await db.records(
        Team,
        "UPDATE teams SET held_count = held_count + 1 WHERE id = $1 AND status = 'OPEN' AND expires_at > $2"
        f" AND joined_count + held_count < size RETURNING {_TEAM}",
        team_id,
        now,
    )
    return (held[0], teams[0]) if teams else None


async def _order_and_seat(group_buy: GroupBuy, team: Team, held_until: datetime, wish: _Wish) -> TakenSeat | None:
    """The order to pay and the seat; None when it would be the buyer's second in the team, or too many units."""
    order = await order_actions.create(
        wish.buyer_id,
        group_buy.shop_id,
        "TEAM",
        [NewLine(group_buy.variant_id, group_buy.title, wish.quantity, group_buy.price_minor)],
        group_buy.currency,
        held_until,
        wish.address,
        wish.key,
        wish.fingerprint,
    )
    seats = await db.records(
        Seat,
        "INSERT INTO seats (id, team_id, group_buy_id, user_id, order_id, quantity, status, held_until)"
        " SELECT $1, $2, $3, $4, $5, $6::int, 'HELD', $7 FROM (SELECT coalesce(sum(quantity), 0) AS units,"
        " coalesce(bool_or(team_id = $2), false) AS in_team FROM seats"
        f" WHERE group_buy_id = $3 AND user_id = $4 AND status IN {rules.LIVE}) mine"
        f" WHERE NOT mine.in_team AND mine.units + $6::int <= $8 RETURNING {_SEAT}",
        new_id(),
        team.id,
        group_buy.id,
        wish.buyer_id,
        order.id,
        wish.quantity,
        held_until,
        group_buy.per_user_limit,
    )
    return TakenSeat(seats[0], team, order) if seats else None
