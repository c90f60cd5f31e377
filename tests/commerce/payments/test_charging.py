"""Taking money: at most once an order, and never lost between the provider and us."""

import asyncio
from uuid import UUID

import pytest

from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.orders import Order
from commerce.payments import Outcome, Payment, SandboxProvider, actions, queries
from commerce.payments.errors import PaymentInProgress
from core import db
from core.errors import Conflict, WrongState
from core.ids import new_id
from tests.factories import orders
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


async def begun(order: Order, key: str = "一次", fingerprint: str = "f") -> Payment:
    return await actions.begin(order.id, order.buyer_id, "SANDBOX", order.total, key, fingerprint)


async def status_of(payment_id: UUID) -> str:
    [payment] = await queries.by_ids([payment_id])
    assert payment is not None
    return payment.status


class TestBegin:
    async def test_the_same_key_is_the_same_payment(self) -> None:
        order = await orders.placed()
        payments = await asyncio.gather(*(begun(order) for _ in range(20)))
        assert len({payment.id for payment in payments}) == 1
        assert await db.value("SELECT count(*) FROM payments") == 1

    async def test_the_same_key_with_another_request_is_a_conflict(self) -> None:
        order = await orders.placed()
        await begun(order)
        with pytest.raises(Conflict):
            await begun(order, fingerprint="another")
        assert await db.value("SELECT count(*) FROM payments") == 1

    async def test_another_key_waits_for_the_attempt_that_is_on_its_way(self) -> None:
        order = await orders.placed()
        payment = await begun(order)
        with pytest.raises(PaymentInProgress):
            await begun(order, key="又一次")
        await actions.record_outcome(payment.id, Outcome.DECLINED)
        assert (await begun(order, key="又一次")).id != payment.id

    async def test_a_paid_order_is_not_paid_again(self) -> None:
        order = await orders.paid()
        with pytest.raises(WrongState):
            await begun(order, key="又一次")


class TestRecordOutcome:
    async def test_a_capture_is_posted_and_told_once(self) -> None:
        order = await orders.placed()
        provider, payment = SandboxProvider(), await begun(order)
        outcome = await actions.capture(provider, payment, "一张卡")
        recorded = await asyncio.gather(*(actions.record_outcome(payment.id, outcome) for _ in range(10)))
        assert recorded.count(True) == 1
        assert await told("PaymentCaptured") == ["PaymentCaptured"]
        held = [accounts.in_flight(order.id), accounts.provider("SANDBOX")]
        assert await ledger.balances(held, "CNY") == [12800, -12800]
        await orders.react()
        assert (await orders.now(order)).status == "CONFIRMED"

    async def test_what_is_captured_is_never_declined_by_a_late_answer(self) -> None:
        order = await orders.placed()
        payment = await begun(order)
        outcome = await actions.capture(SandboxProvider(), payment, "一张卡")
        await actions.record_outcome(payment.id, outcome)
        assert not await actions.record_outcome(payment.id, Outcome.DECLINED)
        assert await status_of(payment.id) == "CAPTURED"


class TestReconcile:
    async def test_finishes_what_was_captured_before_we_died(self, moving_clock) -> None:
        order = await orders.placed()
        provider, payment = SandboxProvider(), await begun(order)
        await actions.capture(provider, payment, "一张卡")
        assert await actions.reconcile({"SANDBOX": provider}) == 0, "it may still be on its way"
        moving_clock.move(11)
        assert await actions.reconcile({"SANDBOX": provider}) == 1
        assert await status_of(payment.id) == "CAPTURED"
        await orders.react()
        assert (await orders.now(order)).status == "CONFIRMED"

    async def test_ends_for_good_what_never_reached_the_provider(self, moving_clock) -> None:
        order = await orders.placed()
        provider, payment = SandboxProvider(), await begun(order)
        moving_clock.move(11)
        assert await actions.reconcile({"SANDBOX": provider}) == 1
        assert await status_of(payment.id) == "DECLINED"
        assert await actions.capture(provider, payment, "一张卡") is Outcome.DECLINED
        assert (await orders.pay(order, provider=provider)).refusal is None

    async def test_one_that_cannot_be_asked_about_holds_up_no_other(self, moving_clock) -> None:
        provider = SandboxProvider()
        payments = []
        for _ in range(3):
            payments.append(await begun(await orders.placed()))
            await actions.capture(provider, payments[-1], "一张卡")
        provider.faults.failing_keys[payments[0].id.hex] = 1
        moving_clock.move(11)
        assert await actions.reconcile({"SANDBOX": provider}) == 2
        assert [await status_of(payment.id) for payment in payments] == ["PENDING", "CAPTURED", "CAPTURED"]
        moving_clock.move(31)
        assert await actions.reconcile({"SANDBOX": provider}) == 1
        await orders.react()


class TestReceive:
    async def test_notifications_may_be_late_repeated_reordered_or_lie(self) -> None:
        order = await orders.placed()
        provider, payment = SandboxProvider(), await begun(order)
        early = provider.notification(payment.id.hex, Outcome.CAPTURED)
        assert await actions.receive(provider, *early)
        assert await status_of(payment.id) == "PENDING", "what it says is not believed but asked"
        await actions.capture(provider, payment, "一张卡")
        wrong = provider.notification(payment.id.hex, Outcome.DECLINED)
        for body, signature in (wrong, early, early, wrong):
            assert await actions.receive(provider, body, signature)
        assert await status_of(payment.id) == "CAPTURED"
        assert await told("PaymentCaptured", "PaymentDeclined") == ["PaymentCaptured"]
        await orders.react()
        assert (await orders.now(order)).status == "CONFIRMED"

    async def test_refuses_unsigned_ones_and_ignores_unknown_charges(self) -> None:
        order = await orders.placed()
        provider, payment = SandboxProvider(), await begun(order)
        body, _ = provider.notification(payment.id.hex, Outcome.CAPTURED)
        assert not await actions.receive(provider, body, "0" * 64)
        assert await actions.receive(provider, *provider.notification(new_id().hex, Outcome.CAPTURED))
        assert await told("PaymentCaptured") == []
