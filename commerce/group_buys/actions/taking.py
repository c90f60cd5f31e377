"""How a seat is taken: held with its units while its order is paid. Sent twice, it is taken once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import msgspec

from commerce.group_buys import queries, rules
from commerce.group_buys.records import GroupBuy, Seat, TakenSeat, Team
from commerce.orders import Address, NewLine, Order
from commerce.orders import actions as order_actions
from commerce.orders import queries as order_queries
from core import clock, db, idempotency
from core.errors import NotFound, Refusal
from core.ids import new_id
from core.unit_of_work import action

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
    standing = await queries.standing(group_buy_id, wish.buyer_id)
    if standing is None:
        raise NotFound("group_buy_id")
    if reason := rules.why_not_open(standing, wish.quantity, now):
        raise reason
    order = await _order(standing.group_buy, rules.held_until(now, standing.group_buy.ends_at), wish)
    team = await _pending_team(standing.group_buy, wish, now)
    seat = None if team is None else await _seat(standing.group_buy, team, order, wish)
    if team is None or seat is None:
        # Somebody was first, and what was to be had a moment ago is gone.
        after = await queries.standing(group_buy_id, wish.buyer_id)
        raise rules.refused(rules.why_not_open(after, wish.quantity, now) if after else None)
    return TakenSeat(seat, team, order)


async def _pending_team(group_buy: GroupBuy, wish: _Wish, now: datetime) -> Team | None:
    """Units of the offer, which is locked from here on, and a team to lead; None when they are not to be had."""
    made = await db.records(
        Team,
        "WITH offer AS (UPDATE group_buys SET held = held + $2 WHERE id = $1 AND stock - held - sold >= $2"
        " AND starts_at <= $3 AND ends_at > $3 RETURNING id)"
        " INSERT INTO teams (id, group_buy_id, leader_id, size, spare_size, joined_count, held_count, status, sequence)"
        f" SELECT $4, offer.id, $5, $6, $7, 0, 1, 'PENDING', 0 FROM offer RETURNING {_TEAM}",
        group_buy.id,
        wish.quantity,
        now,
        new_id(),
        wish.buyer_id,
        group_buy.largest_team,
        group_buy.largest_team - group_buy.team_size,
    )
    return made[0] if made else None


@action
async def _join(team_id: UUID, wish: _Wish) -> TakenSeat:
    if before := await _taken(wish):
        return before
    now = clock.now()
    standing = await queries.standing_in(team_id, wish.buyer_id)
    if standing is None or standing.team is None:
        raise NotFound("team_id")
    if reason := rules.why_not_join(standing, wish.buyer_id, wish.quantity, now):
        raise reason
    assert standing.team.expires_at is not None
    order = await _order(standing.group_buy, rules.held_until(now, standing.team.expires_at), wish)
    team = await _place(standing.team, wish, now)
    seat = None if team is None else await _seat(standing.group_buy, team, order, wish)
    if team is None or seat is None:
        after = await queries.standing_in(team_id, wish.buyer_id)
        raise rules.refused(rules.why_not_join(after, wish.buyer_id, wish.quantity, now) if after else None)
    return TakenSeat(seat, team, order)


async def _place(team: Team, wish: _Wish, now: datetime) -> Team | None:
    """Units of the offer, which is locked from here on, and a place in the team; None when either is not to be had."""
    found = await db.records(
        Team,
        "WITH offer AS (UPDATE group_buys SET held = held + $2 WHERE id = $1 AND stock - held - sold >= $2"
        " AND phase <> 'CLOSED' RETURNING id)"
        " UPDATE teams SET held_count = held_count + 1 FROM offer WHERE teams.id = $3 AND status = 'OPEN'"
        " AND expires_at > $4 AND joined_count + held_count < size AND group_buy_id = offer.id"
        f" RETURNING {db.columns(Team, 'teams')}",
        team.group_buy_id,
        wish.quantity,
        team.id,
        now,
    )
    return found[0] if found else None


async def _order(group_buy: GroupBuy, pay_by: datetime, wish: _Wish) -> Order:
    """Written before the offer is locked, so that others wait for less."""
    return await order_actions.create(
        wish.buyer_id,
        group_buy.shop_id,
        "TEAM",
        [NewLine(group_buy.variant_id, group_buy.title, wish.quantity, group_buy.price_minor)],
        group_buy.currency,
        pay_by,
        wish.address,
        wish.key,
        wish.fingerprint,
    )


async def _seat(group_buy: GroupBuy, team: Team, order: Order, wish: _Wish) -> Seat | None:
    """The seat; None when it would be the buyer's second in the team, or too many units.

    A statement of its own under the offer's lock: only so does it see all seats that the buyer has by now.
    """
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
        order.pay_by,
        group_buy.per_user_limit,
    )
    return seats[0] if seats else None
