"""What a shop gives back of an order: never more than there is, once under each key, whatever races it."""

import asyncio
from decimal import Decimal
from uuid import UUID

import pytest

from commerce.checkout import actions as checkout
from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.orders import Order, actions, rules
from commerce.orders.errors import MoreThanIsLeft, TooManyRefunds
from commerce.payments import queries as payments
from core import db
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from core.ids import new_id
from tests.factories import group_buys, orders, products
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


async def sold(*, shipped: bool = True) -> tuple[UUID, Order]:
    """A shop's owner, and an order of two units at 128.00 that is on its way."""
    owner = await person("店主")
    order = await orders.paid(variant=await products.variant(owner, stock=10), quantity=2)
    return owner, await actions.ship(owner, order.id, "顺丰", "SF1") if shipped else order


async def refund(owner: UUID, order: Order, amount: str, *, note: str = "少发了一件", key: str | None = None) -> Order:
    return await actions.refund(owner, order.id, Decimal(amount), note, key or new_id().hex)


async def balances(order: Order) -> list[int]:
    """What the shop has, what is in flight, and what is due to the buyer."""
    names = [accounts.shop(order.shop_id), accounts.in_flight(order.id), accounts.refunds_due(order.id)]
    return await ledger.balances(names, "CNY")


class TestRefund:
    async def test_a_part_leaves_the_order_as_it_is(self) -> None:
        owner, order = await sold()
        after = await refund(owner, order, "28.50")
        assert (after.status, after.refunded_minor, await balances(order)) == ("SHIPPED", 0, [22750, 0, 2850])
        await orders.react()
        after = await orders.now(order)
        assert (after.status, after.refunded.amount, await balances(order)) == ("SHIPPED", "28.50", [22750, 0, 0])
        [one] = await payments.refunds_of_order(order.id)
        assert (one.amount.amount, one.reason, one.note, one.status) == ("28.50", "SHOP", "少发了一件", "DONE")
        assert one.done_at is not None

    async def test_parts_up_to_the_whole(self) -> None:
        owner, order = await sold()
        await actions.confirm_receipt(order.buyer_id, order.id)
        for amount in ("100", "150.00", "6.00"):
            await refund(owner, order, amount)
            await orders.react()
        after = await orders.now(order)
        assert (after.status, after.refunded, await balances(order)) == ("COMPLETED", order.total, [0, 0, 0])

    async def test_all_of_what_was_not_shipped_takes_it_back(self) -> None:
        owner, order = await sold(shipped=False)
        assert (await refund(owner, order, "56.00")).status == "CONFIRMED"
        assert (await refund(owner, order, "200.00")).status == "REFUNDING"
        assert (await products.now((await orders.line(order)).variant_id)).available == 10
        await orders.react()
        after = await orders.now(order)
        assert (after.status, after.refunded) == ("REFUNDED", order.total)

    async def test_what_a_cancelled_order_gets_is_what_is_left(self) -> None:
        owner, order = await sold(shipped=False)
        await refund(owner, order, "56.00")
        assert (await checkout.cancel(order.buyer_id, order.id)).status == "REFUNDING"
        await orders.react()
        assert [one.minor for one in await payments.refunds_of_order(order.id)] == [5600, 20000]
        assert (await orders.now(order)).status == "REFUNDED"

    async def test_of_an_order_whose_team_succeeded(self) -> None:
        owner = await person("店主")
        leader = await group_buys.opened(await group_buys.offer(owner, stock=4))
        await group_buys.joined(leader.team)
        assert (await refund(owner, leader.order, "9.00")).status == "CONFIRMED"
        await orders.react()
        assert (await group_buys.seat_now(leader)).status == "CONFIRMED"
        assert (await refund(owner, leader.order, "90.00")).status == "REFUNDING"


class TestOnce:
    async def test_the_same_key_again(self) -> None:
        owner, order = await sold()
        for _ in range(3):
            await refund(owner, order, "28.50", key="一次")
        assert await db.value("SELECT count(*) FROM refunds") == 1
        for changed in ({"amount": "28.51"}, {"amount": "28.50", "note": "别的原因"}):
            with pytest.raises(Conflict):
                await refund(owner, order, key="一次", **changed)

    async def test_fifty_at_once_under_one_key(self) -> None:
        owner, order = await sold()
        await asyncio.gather(*(refund(owner, order, "28.50", key="一次") for _ in range(50)))
        assert await balances(order) == [22750, 0, 2850]

    async def test_eight_withdrawals_of_all_of_it(self) -> None:
        owner, order = await sold()
        done = await asyncio.gather(*(refund(owner, order, "256.00") for _ in range(8)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["MoreThanIsLeft"] * 7 + ["Order"]
        assert await balances(order) == [0, 0, 25600]

    async def test_against_a_cancel(self) -> None:
        ends = set()
        for _ in range(10):
            owner, order = await sold(shipped=False)
            await asyncio.gather(
                refund(owner, order, "56.00"), checkout.cancel(order.buyer_id, order.id), return_exceptions=True
            )
            ends.add(tuple(one.minor for one in await payments.refunds_of_order(order.id)))
            assert await balances(order) == [0, 0, 25600]
        assert ends <= {(25600,), (5600, 20000)}


class TestRefusals:
    async def _refused(
        self, kind: type[Refusal], field: str, owner: UUID, order: Order, amount: str, **given: str
    ) -> None:
        before, money, events = await orders.now(order), await balances(order), await told()
        with pytest.raises(kind) as refused:
            await refund(owner, order, amount, **given)
        assert refused.value.field == (field,)
        assert all(refused.value.message(language) for language in ("zh", "en"))
        assert (await orders.now(order), await balances(order), await told()) == (before, money, events)

    async def test_more_than_is_left(self) -> None:
        owner, order = await sold()
        await refund(owner, order, "200.00")
        await self._refused(MoreThanIsLeft, "amount", owner, order, "56.01")
        with pytest.raises(MoreThanIsLeft, match=r"At most 56\.00 is left"):
            await refund(owner, order, "56.01")

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "1e30"])
    async def test_what_is_no_amount(self, amount: str) -> None:
        owner, order = await sold()
        await self._refused(Invalid, "amount", owner, order, amount)

    async def test_a_word_that_is_none(self) -> None:
        owner, order = await sold()
        await self._refused(Invalid, "note", owner, order, "1", note=" ")
        await self._refused(Invalid, "note", owner, order, "1", note="字" * 201)
        await self._refused(Invalid, "idempotency_key", owner, order, "1", key="\n")

    async def test_all_but_the_shop(self) -> None:
        _, order = await sold()
        await self._refused(Forbidden, "order_id", order.buyer_id, order, "1")
        await self._refused(NotFound, "order_id", await person("路人"), order, "1")

    async def test_what_is_not_earned(self) -> None:
        owner, order = await sold(shipped=False)
        unpaid = await orders.placed(variant=await products.variant(owner))
        await self._refused(WrongState, "order_id", owner, unpaid, "1")
        await checkout.cancel(order.buyer_id, order.id)
        await self._refused(WrongState, "order_id", owner, order, "1")
        leader = await group_buys.opened(await group_buys.offer(owner))
        await self._refused(WrongState, "order_id", owner, leader.order, "1")

    async def test_too_many_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "MAX_REFUNDS", 2)
        owner, order = await sold()
        for _ in range(2):
            await refund(owner, order, "0.01")
        await self._refused(TooManyRefunds, "order_id", owner, order, "0.01")
