"""Paying: whatever is sent twice takes once, and nobody pays what is not theirs to pay."""

import asyncio
from uuid import uuid4

import pytest

from commerce.checkout import actions
from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.orders.errors import OrderClosed, PaidTooLate, PaymentTimeOver
from commerce.payments import SandboxProvider
from commerce.payments import queries as payments
from commerce.payments.errors import PaymentDeclined, PaymentInProgress
from core import db
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.factories import orders, products
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


async def charged() -> int:
    """What the network took from everybody, in minor units."""
    taken = "SELECT coalesce(sum(minor), 0) FROM payments_sandbox_charges WHERE status = 'CAPTURED'"
    return int(await db.value(taken))


async def given_back() -> int:
    return int(await db.value("SELECT coalesce(sum(minor), 0) FROM payments_sandbox_refunds"))


async def statuses(order: Order) -> list[str]:
    return [payment.status for payment in await payments.of_order(order.id)]


class TestPay:
    async def test_confirms_a_plain_order_and_the_shop_has_earned_it(self) -> None:
        variant = await products.variant(stock=5)
        order = await orders.placed(variant=variant, quantity=2)
        outcome = await orders.pay(order)
        assert outcome.refusal is None
        assert (outcome.order.status, outcome.order.pay_by) == ("CONFIRMED", None)
        after = await products.now(variant.id)
        assert (after.stock, after.held) == (3, 0)
        held = [accounts.in_flight(order.id), accounts.shop(order.shop_id), accounts.provider("SANDBOX")]
        assert await ledger.balances(held, "CNY") == [0, 25600, -25600]
        assert await told("PaymentCaptured", "OrderPaid", "OrderConfirmed") == [
            "PaymentCaptured",
            "OrderPaid",
            "OrderConfirmed",
        ]
        await orders.react()
        assert await orders.now(order) == outcome.order

    async def test_the_same_request_fifty_times_at_once_takes_once(self) -> None:
        order = await orders.placed()
        outcomes = await asyncio.gather(*(orders.pay(order, key="一次") for _ in range(50)))
        assert {outcome.order.status for outcome in outcomes} == {"CONFIRMED"}
        assert {outcome.refusal for outcome in outcomes} == {None}
        assert await charged() == order.total_minor
        assert await told("PaymentCaptured", "OrderConfirmed") == ["PaymentCaptured", "OrderConfirmed"]

    async def test_different_keys_at_once_take_once(self) -> None:
        order = await orders.placed()

        async def attempt(key: str) -> str:
            try:
                outcome = await orders.pay(order, key=key)
            except (PaymentInProgress, WrongState) as refusal:
                return refusal.code
            return outcome.order.status

        answers = await asyncio.gather(*(attempt(f"第 {number} 次") for number in range(20)))
        assert answers.count("CONFIRMED") == 1
        assert set(answers) <= {"CONFIRMED", "CONFLICT", "WRONG_STATE"}
        assert await charged() == order.total_minor
        assert await statuses(order) == ["CAPTURED"]

    async def test_a_declined_payment_leaves_the_order_to_be_paid_under_a_new_key(self) -> None:
        order = await orders.placed()
        for _ in range(2):
            declined = await orders.pay(order, token="decline", key="一次")
            assert isinstance(declined.refusal, PaymentDeclined)
            assert declined.order == order
        assert await statuses(order) == ["DECLINED"]
        assert await charged() == 0
        assert (await orders.pay(order, key="又一次")).order.status == "CONFIRMED"
        assert await statuses(order) == ["DECLINED", "CAPTURED"]

    async def test_the_same_key_with_another_request_is_a_conflict(self) -> None:
        order, other = await orders.placed(), await orders.placed()
        await orders.pay(order, key="一次")
        with pytest.raises(Conflict):
            await orders.pay(order, key="一次", token="另一张卡")
        with pytest.raises(Conflict):
            await actions.pay(order.buyer_id, (await orders.placed(order.buyer_id)).id, SandboxProvider(), "", "一次")
        assert (await orders.pay(other, key="一次")).refusal is None

    async def test_the_same_key_still_answers_when_the_order_has_gone_on(self) -> None:
        owner_id = await person()
        order = await orders.placed(variant=await products.variant(owner_id))
        await orders.pay(order, key="一次")
        await order_actions.ship(owner_id, order.id, "顺丰", "SF123")
        again = await orders.pay(order, key="一次")
        assert (again.refusal, again.order.status) == (None, "SHIPPED")
        assert await charged() == order.total_minor


class TestWhoMayPay:
    async def test_nobody_pays_anothers_order(self) -> None:
        owner_id = await person("店主")
        order = await orders.placed(variant=await products.variant(owner_id))
        stranger = await person()
        before = await told()
        with pytest.raises(NotFound):
            await actions.pay(stranger, order.id, SandboxProvider(), "", "k")
        with pytest.raises(Forbidden):
            await actions.pay(owner_id, order.id, SandboxProvider(), "", "k")
        with pytest.raises(NotFound):
            await actions.pay(order.buyer_id, uuid4(), SandboxProvider(), "", "k")
        assert await orders.now(order) == order
        assert await statuses(order) == [] and await charged() == 0
        assert await told() == before

    @pytest.mark.parametrize(("token", "key"), [("", ""), ("", "k" * 201), ("t" * 501, "k")])
    async def test_refuses_malformed_keys_and_tokens(self, token: str, key: str) -> None:
        order = await orders.placed()
        with pytest.raises(Invalid):
            await actions.pay(order.buyer_id, order.id, SandboxProvider(), token, key)
        assert await statuses(order) == []


class TestTooLate:
    async def test_an_order_that_cannot_be_paid_is_not_charged(self, moving_clock) -> None:
        paid, cancelled, overdue = await orders.paid(), await orders.placed(), await orders.placed()
        await actions.cancel(cancelled.buyer_id, cancelled.id)
        moving_clock.move(901)
        wanted: list[tuple[Order, type[Refusal]]] = [
            (paid, WrongState),
            (cancelled, OrderClosed),
            (overdue, PaymentTimeOver),
        ]
        for order, refusal in wanted:
            with pytest.raises(refusal):
                await orders.pay(order)
        assert await charged() == paid.total_minor

    async def test_a_capture_after_release_is_refunded_in_full_and_said_so(self, moving_clock) -> None:
        variant = await products.variant(stock=5)
        order = await orders.placed(variant=variant)
        provider = SandboxProvider()
        provider.faults.lost_answers = 1
        with pytest.raises(PaymentInProgress):
            await orders.pay(order, provider=provider, key="一次")
        moving_clock.move(901)
        assert await order_actions.release_overdue() == 1
        for _ in range(3):
            outcome = await orders.pay(order, provider=provider, key="一次")
            assert isinstance(outcome.refusal, PaidTooLate)
        await orders.react(provider)
        after = await orders.now(order)
        assert (after.status, after.refunded) == ("CANCELLED", order.total)
        assert await charged() == await given_back() == order.total_minor
        assert (await products.now(variant.id)).available == 5
        assert isinstance((await orders.pay(order, provider=provider, key="一次")).refusal, PaidTooLate)
