"""How a seat is taken: held with its units while its order is paid. Sent twice, it is taken once."""

from uuid import UUID

from commerce.group_buys import rules
from commerce.group_buys.actions import filing
from commerce.group_buys.actions.grouping import ROUNDS
from commerce.group_buys.records import TakenSeat
from commerce.group_buys.rounds import Taking
from commerce.orders import Address, Allowance
from commerce.orders import queries as order_queries
from core import idempotency
from core.errors import NotFound


async def open_team(
    buyer_id: UUID,
    group_buy_id: UUID,
    quantity: int,
    address: Address | None,
    idempotency_key: str,
    *,
    allowance: Allowance | None = None,
) -> TakenSeat:
    """Takes the leader's seat of a new team, PENDING until its order is paid.

    Raises Invalid, NotFound, NotStarted, Ended, LimitExceeded, OfferSoldOut, TooManyUnpaid or TooManyHeld beyond the
    `allowance`, or Conflict for the same key with another request. No event about the team: nobody else may know of it
    yet. Records OrderPlaced.
    """
    rules.quantity(quantity)
    fingerprint = idempotency.fingerprint("open", group_buy_id, quantity, address)
    key = idempotency.key(idempotency_key)
    return await _take(group_buy_id, Taking(buyer_id, None, quantity, address, key, fingerprint, allowance))


async def join_team(
    buyer_id: UUID,
    team_id: UUID,
    quantity: int,
    address: Address | None,
    idempotency_key: str,
    *,
    allowance: Allowance | None = None,
) -> TakenSeat:
    """Takes a seat in an open team.

    Raises Invalid, NotFound, TeamClosed, AlreadyInTeam, TeamFull, LimitExceeded, OfferSoldOut, or Conflict for the same
    key with another request. No event about the team: holding a seat is none. Records OrderPlaced.
    """
    rules.quantity(quantity)
    fingerprint = idempotency.fingerprint("join", team_id, quantity, address)
    key = idempotency.key(idempotency_key)
    group_buy_id = await filing.offer_of_team(team_id)
    if group_buy_id is None:
        await order_queries.existing(buyer_id, key, fingerprint)
        raise NotFound("team_id")
    return await _take(group_buy_id, Taking(buyer_id, team_id, quantity, address, key, fingerprint, allowance))


async def _take(group_buy_id: UUID, wish: Taking) -> TakenSeat:
    taken = await ROUNDS.ask(group_buy_id, wish)
    assert isinstance(taken, TakenSeat)
    filing.remember(taken)
    return taken
