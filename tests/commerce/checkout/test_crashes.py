"""Dying between any two steps of a payment: afterwards the order is confirmed, or the money is back."""

import asyncio
from functools import partial

import pytest

from commerce.checkout.actions import paying
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.payments import Outcome, SandboxProvider, rules
from commerce.payments import actions as payments
from commerce.payments import queries as payment_queries
from commerce.payments.errors import PaymentInProgress
from core import db
from tests.factories import orders, products
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("audited")


class ProcessDied(BaseException):
    """Nothing catches this."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch):
    """Makes a function of a module die as soon as it is called: `dies(module, name)`; after `times` calls it lives."""

    def make(module: object, name: str, times: int = 1) -> None:
        lives = getattr(module, name)
        left = [times]

        async def die(*args: object, **kwargs: object) -> object:
            if left[0]:
                left[0] -= 1
                raise ProcessDied
            return await lives(*args, **kwargs)

        monkeypatch.setattr(module, name, die)

    return make


async def charged() -> int:
    return int(await db.value("SELECT coalesce(sum(minor), 0) FROM payments_sandbox_charges WHERE status = 'CAPTURED'"))


async def restart(moving_clock, provider: SandboxProvider) -> None:
    """What the worker does in the first minute after."""
    for _ in range(3):
        moving_clock.move(20)
        await payments.reconcile({"SANDBOX": provider})
        await payments.run_due_refunds({"SANDBOX": provider})
        await orders.react(provider)


class TestDyingWhilePaying:
    @pytest.mark.parametrize("step", ["capture", "_record"])
    async def test_a_payment_begun_is_finished_or_ended(self, step: str, dies, moving_clock) -> None:
        provider, order = SandboxProvider(), await orders.placed()
        dies(paying.payments if step == "capture" else paying, step)
        with pytest.raises(ProcessDied):
            await orders.pay(order, provider=provider, key="一次")
        assert await orders.now(order) == order
        await restart(moving_clock, provider)
        captured = step == "_record"
        assert (await orders.now(order)).status == ("CONFIRMED" if captured else "PENDING_PAYMENT")
        assert await charged() == (order.total_minor if captured else 0)
        if not captured:
            assert (await orders.pay(order, provider=provider, key="又一次")).order.status == "CONFIRMED"

    @pytest.mark.parametrize("step", ["capture", "_record"])
    async def test_the_same_request_sent_again_goes_on(self, step: str, dies) -> None:
        provider, order = SandboxProvider(), await orders.placed()
        dies(paying.payments if step == "capture" else paying, step)
        with pytest.raises(ProcessDied):
            await orders.pay(order, provider=provider, key="一次")
        outcome = await orders.pay(order, provider=provider, key="一次")
        assert (outcome.refusal, outcome.order.status) == (None, "CONFIRMED")
        assert await charged() == order.total_minor

    async def test_what_cannot_be_settled_is_not_recorded_either_and_made_up_for(self, dies, moving_clock) -> None:
        provider, order = SandboxProvider(), await orders.placed()
        dies(paying, "settle_order")
        with pytest.raises(ProcessDied):
            await orders.pay(order, provider=provider)
        [payment] = await payment_queries.of_order(order.id)
        assert payment.status == "PENDING"
        await restart(moving_clock, provider)
        assert (await orders.now(order)).status == "CONFIRMED"

    async def test_what_was_captured_and_not_settled_is_settled_by_the_reaction(self) -> None:
        provider, order = SandboxProvider(), await orders.placed()
        payment = await payments.begin(order.id, order.buyer_id, "SANDBOX", order.total, "k", "f")
        assert await payments.record_outcome(payment.id, await payments.capture(provider, payment, "")) is True
        assert (await orders.now(order)).status == "PENDING_PAYMENT"
        await orders.react(provider)
        assert (await orders.now(order)).status == "CONFIRMED"

    async def test_an_order_released_meanwhile_is_refunded(self, dies, moving_clock) -> None:
        variant = await products.variant(stock=3)
        provider, order = SandboxProvider(), await orders.placed(variant=variant)
        dies(paying, "_record")
        with pytest.raises(ProcessDied):
            await orders.pay(order, provider=provider)
        moving_clock.move(901)
        assert await order_actions.release_overdue() == 1
        await restart(moving_clock, provider)
        after = await orders.now(order)
        assert (after.status, after.refunded) == ("CANCELLED", order.total)
        assert (await products.now(variant.id)).available == 3


class TestSilence:
    async def test_a_client_that_hangs_up_costs_nothing(self, moving_clock) -> None:
        provider, order = SandboxProvider(), await orders.placed()
        provider.faults.delay = 3600
        request = asyncio.create_task(orders.pay(order, provider=provider))
        await until(partial(db.value, "SELECT count(*) FROM payments"))
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        provider.faults.delay = 0
        await restart(moving_clock, provider)
        assert await charged() == 0
        assert (await orders.pay(order, provider=provider)).order.status == "CONFIRMED"

    async def test_a_silent_provider_is_not_waited_for_forever(
        self, moving_clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "PATIENCE", 0.05)
        provider, order = SandboxProvider(), await orders.placed()
        provider.faults.delay = 3600
        with pytest.raises(PaymentInProgress):
            await orders.pay(order, provider=provider, key="一次")
        provider.faults.delay = 0
        assert (await orders.pay(order, provider=provider, key="一次")).order.status == "CONFIRMED"

    async def test_a_request_that_arrives_after_we_gave_up_takes_nothing(self, dies, moving_clock) -> None:
        provider, order = SandboxProvider(), await orders.placed()
        dies(paying.payments, "capture")
        with pytest.raises(ProcessDied):
            await orders.pay(order, provider=provider)
        await restart(moving_clock, provider)
        [payment] = await payment_queries.of_order(order.id)
        assert payment.status == "DECLINED"
        assert await payments.capture(provider, payment, "一张卡") is Outcome.DECLINED
        assert await charged() == 0


class TestDyingWhileRefunding:
    async def test_a_refund_that_was_only_promised_is_carried_out(self, moving_clock) -> None:
        provider = SandboxProvider()
        many: list[Order] = [await orders.paid() for _ in range(4)]
        await order_actions.begin_refund([order.id for order in many], "CANCELLED")
        moving_clock.move(1)
        assert await payments.run_due_refunds({"SANDBOX": provider}) == 4
        await orders.react(provider)
        assert {(await orders.now(order)).status for order in many} == {"REFUNDED"}
