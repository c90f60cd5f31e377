"""How an offer is made, starts, ends, and gives back what it did not sell."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commerce.catalogue import Product, Variant, stock
from commerce.catalogue import queries as product_queries
from commerce.catalogue.errors import OutOfStock
from commerce.group_buys import rules
from commerce.group_buys.errors import OfferSoldOut
from commerce.group_buys.events import (
    GroupBuyChanged,
    GroupBuyCreated,
    GroupBuyEnded,
    GroupBuyStarted,
    group_buy_topic,
)
from commerce.group_buys.records import GroupBuy, NewTier
from commerce.shops import queries as shop_queries
from core import clock, db, outbox
from core.errors import Forbidden, NotFound
from core.ids import new_id
from core.unit_of_work import action

_GROUP_BUY = db.columns(GroupBuy)
_BATCH = 100


@action
async def create(
    owner_id: UUID,
    variant_id: UUID,
    *,
    price: Decimal,
    team_size: int,
    ends_at: datetime,
    stock: int,
    team_ttl_seconds: int = 86_400,
    starts_at: datetime | None = None,
    per_user_limit: int = 1,
    tiers: Sequence[NewTier] = (),
) -> GroupBuy:
    """Offers `stock` units of a variant, set aside from it, to teams; `price` per unit in major units.

    With `tiers` a team goes on past `team_size`, and when it closes everybody pays the price of the largest reached.

    Raises NotFound, Forbidden (not the shop's owner), Invalid or OfferSoldOut (the variant has fewer);
    records GroupBuyCreated.
    """
    now = clock.now()
    terms = rules.Terms(price, team_size, team_ttl_seconds, starts_at or now, ends_at, stock, per_user_limit, tiers)
    rules.check_terms(terms, now)
    variant, product = await _owned(owner_id, variant_id)
    group_buy = _offer(terms, variant, product.title, now)
    rules.stock(group_buy.stock, group_buy.largest_team)
    await _set_aside(variant_id, terms.stock)
    await _insert(group_buy)
    outbox.record(GroupBuyCreated(group_buy_id=group_buy.id, product_id=group_buy.product_id))
    return group_buy


async def _owned(owner_id: UUID, variant_id: UUID) -> tuple[Variant, Product]:
    [variant] = await product_queries.variants_by_ids([variant_id])
    if variant is None:
        raise NotFound("variant_id")
    [shop] = await shop_queries.by_ids([variant.shop_id])
    if shop is None or shop.owner_id != owner_id:
        raise Forbidden("variant_id")
    [product] = await product_queries.by_ids([variant.product_id])
    if product is None:
        raise NotFound("variant_id")
    return variant, product


def _offer(terms: rules.Terms, variant: Variant, title: str, now: datetime) -> GroupBuy:
    price_minor = rules.offer_price(terms.price, variant.currency, variant.price_minor)
    return GroupBuy(
        id=new_id(),
        shop_id=variant.shop_id,
        product_id=variant.product_id,
        variant_id=variant.id,
        title=title,
        price_minor=price_minor,
        currency=variant.currency,
        team_size=terms.team_size,
        team_ttl_seconds=terms.team_ttl_seconds,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        stock=terms.stock,
        held=0,
        sold=0,
        per_user_limit=terms.per_user_limit,
        joined_count=0,
        phase="RUNNING" if terms.starts_at <= now else "SCHEDULED",
        sequence=0,
        ladder=rules.ladder(terms.tiers, variant.currency, terms.team_size, price_minor),
    )


async def _set_aside(variant_id: UUID, units: int) -> None:
    try:
        await stock.hold({variant_id: units})
    except OutOfStock as refusal:
        raise OfferSoldOut("stock", available=refusal.available) from refusal


async def _insert(group_buy: GroupBuy) -> None:
    names = GroupBuy.__struct_fields__
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    await db.execute(
        f"INSERT INTO group_buys ({_GROUP_BUY}) VALUES ({places})", *(getattr(group_buy, name) for name in names)
    )


@action
async def start_offers() -> int:
    """Tells of the offers whose time has come; records GroupBuyStarted for each. Returns how many."""
    started = await _turn("SCHEDULED", "RUNNING", "starts_at <= $1")
    for group_buy in started:
        outbox.record(GroupBuyStarted(group_buy_id=group_buy.id, product_id=group_buy.product_id))
    return len(started)


async def end_offers() -> int:
    """Ends the offers whose time is over, and closes those whose last team is. Returns how many.

    Records GroupBuyEnded when no team can be opened any more. What was set aside and is not sold stays for the open
    teams, and goes back to the variant when the last of them is closed.
    """
    return await _end() + await _close()


@action
async def _end() -> int:
    ended = await _turn("RUNNING", "ENDED", "ends_at <= $1")
    for group_buy in ended:
        outbox.record(GroupBuyEnded(group_buy_id=group_buy.id, product_id=group_buy.product_id))
    return len(ended)


@action
async def _close() -> int:
    unfinished = "SELECT FROM teams t WHERE t.group_buy_id = g.id AND t.status IN ('PENDING', 'OPEN')"
    closed = await _turn("ENDED", "CLOSED", f"ends_at <= $1 AND NOT EXISTS ({unfinished})")
    unsold: dict[UUID, int] = {}
    for group_buy in closed:
        left = group_buy.stock - group_buy.held - group_buy.sold
        if left:
            unsold[group_buy.variant_id] = unsold.get(group_buy.variant_id, 0) + left
    if unsold:
        await stock.release(unsold)
    return len(closed)


async def _turn(before: str, after: str, due: str) -> list[GroupBuy]:
    """Moves offers that are due from one phase to the next, a batch at a time, and records the step of each."""
    turned = await db.records(
        GroupBuy,
        "UPDATE group_buys SET phase = $3, sequence = sequence + 1 WHERE phase = $2 AND id IN"
        f" (SELECT g.id FROM group_buys g WHERE phase = $2 AND {due} LIMIT $4 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_GROUP_BUY}",
        clock.now(),
        before,
        after,
        _BATCH,
    )
    for group_buy in turned:
        event = GroupBuyChanged(group_buy=group_buy, team=None)
        outbox.record(event, topic=group_buy_topic(group_buy.id), sequence=group_buy.sequence)
    return turned
