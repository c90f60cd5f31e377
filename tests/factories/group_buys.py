"""Offers, teams and seats for tests."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from commerce import payments
from commerce.catalogue import Variant
from commerce.group_buys import GroupBuy, NewTier, Seat, TakenSeat, Team, actions, queries
from commerce.orders import Order
from commerce.orders import queries as order_queries
from commerce.payments import actions as payment_actions
from core import clock
from core.errors import Refusal
from core.ids import new_id
from tests.factories import products
from tests.factories.people import person


async def offer(
    owner_id: UUID | None = None,
    *,
    variant: Variant | None = None,
    stock: int = 10,
    team_size: int = 2,
    team_ttl_seconds: int = 3600,
    per_user_limit: int = 1,
    starts_in: float = 0,
    ends_in: float = 86_400,
    tiers: Sequence[tuple[int, str]] = (),
) -> GroupBuy:
    """A group-buy at 99.00 of a variant at 128.00, with all its units unless a variant is given."""
    owner_id = owner_id or await person("店主")
    variant = variant or await products.variant(owner_id, price="128.00", stock=stock)
    return await actions.create(
        owner_id,
        variant.id,
        price=Decimal("99.00"),
        team_size=team_size,
        team_ttl_seconds=team_ttl_seconds,
        starts_at=clock.now() + timedelta(seconds=starts_in),
        ends_at=clock.now() + timedelta(seconds=ends_in),
        stock=stock,
        per_user_limit=per_user_limit,
        tiers=[NewTier(size, Decimal(price)) for size, price in tiers],
    )


async def opening(group_buy: GroupBuy, leader_id: UUID | None = None, quantity: int = 1) -> TakenSeat:
    """The leader's seat of a new team, not paid yet."""
    return await actions.open_team(leader_id or await person("团长"), group_buy.id, quantity, None, new_id().hex)


async def opened(group_buy: GroupBuy, leader_id: UUID | None = None, quantity: int = 1) -> TakenSeat:
    """The leader's seat of an open team."""
    taken = await opening(group_buy, leader_id, quantity)
    assert await pay(taken) is None
    return await again(taken)


async def joining(team: Team, buyer_id: UUID | None = None, quantity: int = 1) -> TakenSeat:
    """A seat in a team, not paid yet."""
    return await actions.join_team(buyer_id or await person("团员"), team.id, quantity, None, new_id().hex)


async def joined(team: Team, buyer_id: UUID | None = None, quantity: int = 1) -> TakenSeat:
    """A paid seat in a team."""
    taken = await joining(team, buyer_id, quantity)
    assert await pay(taken) is None
    return await again(taken)


async def captured(taken: TakenSeat) -> None:
    """The order's payment, captured and not yet settled."""
    provider = payments.SandboxProvider()
    order = taken.order
    payment = await payment_actions.begin(order.id, order.buyer_id, provider.name, order.total, new_id().hex, "")
    outcome = await payment_actions.capture(provider, payment, "a token")
    assert await payment_actions.record_outcome(payment.id, outcome)


async def pay(taken: TakenSeat) -> Refusal | None:
    """Pays a seat's order; what settling it said."""
    await captured(taken)
    return await actions.settle_payment(taken.order.id)


async def again(taken: TakenSeat) -> TakenSeat:
    """The seat, its team and its order as they are now."""
    return TakenSeat(await seat_now(taken), await team_now(taken.team.id, taken.seat.user_id), await order_now(taken))


async def seat_now(taken: TakenSeat) -> Seat:
    [found] = await queries.seats_of_orders([taken.order.id])
    assert found is not None
    return found


async def order_now(taken: TakenSeat) -> Order:
    [found] = await order_queries.by_ids([taken.order.id])
    assert found is not None
    return found


async def team_now(team_id: UUID, viewer_id: UUID | None = None) -> Team:
    [found] = await queries.teams_by_ids(viewer_id, [team_id])
    assert found is not None
    return found


async def offer_now(group_buy: GroupBuy) -> GroupBuy:
    [found] = await queries.by_ids([group_buy.id])
    assert found is not None
    return found
