"""Making offers, and what time does to them."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commerce.catalogue import Variant
from commerce.group_buys import GroupBuy, NewTier, actions, errors
from commerce.shops import queries as shop_queries
from core import clock, db
from core.clock import MovableClock
from core.errors import Forbidden, Invalid, NotFound
from core.ids import new_id
from tests.commerce.group_buys.conftest import outbox
from tests.factories import group_buys as factory
from tests.factories import products
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("audited")


async def create(variant: Variant, owner: UUID | None = None, **given: Any) -> GroupBuy:
    terms: dict[str, Any] = {
        "price": Decimal("99.00"),
        "team_size": 2,
        "ends_at": clock.now() + timedelta(days=1),
        "stock": 5,
    }
    [shop] = await shop_queries.by_ids([variant.shop_id])
    assert shop is not None
    return await actions.create(owner or shop.owner_id, variant.id, **{**terms, **given})


class TestCreate:
    async def test_sets_units_aside(self) -> None:
        variant = await products.variant(price="128.00", stock=12)
        made = await create(variant)
        assert (made.price.amount, made.price.currency, made.status) == ("99.00", "CNY", "ACTIVE")
        assert (made.team_ttl_seconds, made.per_user_limit, made.available) == (86_400, 1, 5)
        assert (await products.now(variant.id)).available == 7
        assert ("GroupBuyCreated", None, None) in await outbox()
        assert await factory.offer_now(made) == made

    async def test_may_start_later(self) -> None:
        made = await create(await products.variant(), starts_at=clock.now() + timedelta(hours=1))
        assert (made.status, made.phase) == ("SCHEDULED", "SCHEDULED")

    @pytest.mark.parametrize(
        ("field", "given"),
        [
            ("price", {"price": Decimal("0")}),
            ("price", {"price": Decimal("99.001")}),
            ("price", {"price": Decimal("128.00")}),
            ("price", {"price": Decimal("200")}),
            ("team_size", {"team_size": 1}),
            ("team_size", {"team_size": 101}),
            ("team_ttl_seconds", {"team_ttl_seconds": 4}),
            ("team_ttl_seconds", {"team_ttl_seconds": 7 * 86_400 + 1}),
            ("stock", {"stock": 0}),
            ("stock", {"stock": 2, "team_size": 3}),
            ("stock", {"stock": 4, "tiers": [NewTier(5, Decimal("9.00"))]}),
            ("per_user_limit", {"per_user_limit": 0}),
            ("per_user_limit", {"per_user_limit": 1000}),
        ],
    )
    async def test_refuses_what_nobody_may_offer(self, field: str, given: dict[str, Any]) -> None:
        await self._refused(Invalid, field, **given)

    async def test_refuses_an_end_before_the_start_or_in_the_past(self) -> None:
        now = clock.now()
        await self._refused(Invalid, "ends_at", ends_at=now - timedelta(seconds=1), starts_at=now - timedelta(days=1))
        await self._refused(Invalid, "ends_at", ends_at=now + timedelta(hours=1), starts_at=now + timedelta(hours=1))

    async def test_refuses_more_than_the_variant_has(self) -> None:
        await self._refused(errors.OfferSoldOut, "stock", stock=13)

    async def test_refuses_who_does_not_own_the_shop(self) -> None:
        await self._refused(Forbidden, "variant_id", owner=await person("路人"))

    async def test_refuses_an_unknown_variant(self) -> None:
        with pytest.raises(NotFound):
            await actions.create(
                await person(), new_id(), price=Decimal(1), team_size=2, ends_at=clock.now() + timedelta(1), stock=2
            )

    async def _refused(self, refusal: type[Exception], field: str, **given: Any) -> None:
        variant = await products.variant(price="128.00", stock=12)
        before = await outbox()
        with pytest.raises(refusal) as refused:
            await create(variant, **given)
        assert refused.value.field == (field,)  # type: ignore[attr-defined]
        assert await products.now(variant.id) == variant
        assert await db.value("SELECT count(*) FROM group_buys") == 0
        assert await outbox() == before


class TestStartOffers:
    async def test_an_offer_starts_once_and_says_so(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(starts_in=60)
        assert await actions.start_offers() == 0
        with pytest.raises(errors.NotStarted):
            await factory.opening(offer)
        moving_clock.move(61)
        assert sum(await asyncio.gather(*(actions.start_offers() for _ in range(5)))) == 1
        assert (await outbox())[-2:] == [("GroupBuyChanged", "group_buy", 1), ("GroupBuyStarted", None, None)]
        await factory.opened(offer)

    async def test_nobody_has_to_wait_for_the_timer(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(starts_in=60)
        moving_clock.move(61)
        await factory.opened(offer)


class TestEndOffers:
    async def test_an_offer_ends_and_closes_once_and_says_so(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(ends_in=60, stock=3)
        await factory.opening(offer)
        moving_clock.move(61)
        assert sum(await asyncio.gather(*(actions.end_offers() for _ in range(5)))) == 1
        assert (await outbox())[-2:] == [("GroupBuyChanged", "group_buy", 1), ("GroupBuyEnded", None, None)]
        await actions.release_overdue_seats()
        assert sum(await asyncio.gather(*(actions.end_offers() for _ in range(5)))) == 1
        assert ("GroupBuyChanged", "group_buy", 2) in await outbox()
        assert (await products.now(offer.variant_id)).available == 3

    async def test_one_that_slept_through_its_whole_time_is_closed_too(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(starts_in=60, ends_in=120)
        moving_clock.move(300)
        assert [await actions.start_offers(), await actions.end_offers()] == [1, 2]
        assert (await factory.offer_now(offer)).closed


class TestStatus:
    async def test_follows_the_clock_and_the_units(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=2, starts_in=60, ends_in=120)
        assert offer.status == "SCHEDULED"
        moving_clock.move(61)
        assert offer.status == "ACTIVE"
        await factory.joined((await factory.opened(offer)).team)
        assert (await factory.offer_now(offer)).status == "SOLD_OUT"
        moving_clock.move(60)
        assert (await factory.offer_now(offer)).status == "ENDED"
