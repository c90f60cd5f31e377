"""Every switch of the sandbox, thrown while real orders are paid and refunded: nothing is lost, nothing taken twice.

After each of them the network's own books say the same as ours, and every invariant of commerce holds.
"""

import asyncio
from random import Random

import pytest

from commerce.checkout import invariants
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.orders.errors import OrderClosed
from commerce.payments import Faults, SandboxProvider, actions, queries, rules
from commerce.payments.errors import PaymentInProgress
from core import db
from core.clock import MovableClock
from tests.factories import group_buys, orders, products

pytestmark = pytest.mark.usefixtures("audited")


async def kept(order: Order) -> int:
    """What the network took for an order and did not give back, in minor units."""
    payments = [payment.id.hex for payment in await queries.of_order(order.id)]
    return int(
        await db.value(
            "SELECT (SELECT coalesce(sum(minor), 0) FROM payments_sandbox_charges"
            " WHERE status = 'CAPTURED' AND key = ANY($1)) - (SELECT coalesce(sum(minor), 0)"
            " FROM payments_sandbox_refunds WHERE charge_key = ANY($1))",
            payments,
        )
    )


async def settled(provider: SandboxProvider, moving_clock: MovableClock) -> None:
    """What timers and lanes do in the minutes after, until nothing is left in doubt."""
    for _ in range(6):
        moving_clock.move(40)
        await actions.reconcile({"SANDBOX": provider})
        await actions.run_due_refunds({"SANDBOX": provider})
        await orders.react(provider)
    assert await db.value("SELECT count(*) FROM payments WHERE status = 'PENDING'") == 0
    assert await db.value("SELECT count(*) FROM refunds WHERE status <> 'DONE'") == 0
    assert await db.value("SELECT count(*) FROM payments_sandbox_charges WHERE status = 'AUTHORISED'") == 0


async def attempt(order: Order, provider: SandboxProvider, key: str) -> str:
    """Pays; what the buyer was told."""
    try:
        outcome = await orders.pay(order, provider=provider, key=key)
    except PaymentInProgress as refusal:
        return refusal.code
    return outcome.refusal.code if outcome.refusal else outcome.order.status


# What is switched, what the buyer is told at first, and how the order ends when nobody sends it again.
CHARGING = {
    "nothing": ("", "CONFIRMED", "CONFIRMED"),
    "decline": ("declines=1", "PAYMENT_DECLINED", "PENDING_PAYMENT"),
    "slow": ("delay=0.02", "CONFIRMED", "CONFIRMED"),
    "time-out before capture": ("lost_requests=1", "CONFLICT", "PENDING_PAYMENT"),
    "time-out after capture": ("lost_answers=1", "CONFLICT", "CONFIRMED"),
    "two steps": ("two_steps=1", "CONFIRMED", "CONFIRMED"),
    "two steps, decline": ("two_steps=1,declines=1", "PAYMENT_DECLINED", "PENDING_PAYMENT"),
    "time-out after authorisation": ("two_steps=1,lost_authorisations=1", "CONFLICT", "CONFIRMED"),
    "time-out between the steps": ("two_steps=1,lost_captures=1", "CONFLICT", "CONFIRMED"),
    "two steps, time-out after": ("two_steps=1,lost_answers=1", "CONFLICT", "CONFIRMED"),
}


def switched(name: str) -> SandboxProvider:
    return SandboxProvider(faults=Faults.parse(CHARGING[name][0]))


class TestCharging:
    @pytest.mark.parametrize("name", CHARGING)
    async def test_reconciliation_finishes_it(self, name: str, moving_clock: MovableClock) -> None:
        _, told_at_first, ends = CHARGING[name]
        provider, order = switched(name), await orders.placed()
        assert await attempt(order, provider, "一次") == told_at_first
        await settled(provider, moving_clock)
        assert (await orders.now(order)).status == ends
        assert await kept(order) == (order.total_minor if ends == "CONFIRMED" else 0)
        if ends == "PENDING_PAYMENT":
            assert await attempt(order, provider, "又一次") == "CONFIRMED"
            assert await kept(order) == order.total_minor

    @pytest.mark.parametrize("name", [name for name, (_, told, _) in CHARGING.items() if told == "CONFLICT"])
    async def test_the_same_request_sent_again_finishes_it(self, name: str) -> None:
        provider, order = switched(name), await orders.placed()
        assert await attempt(order, provider, "一次") == "CONFLICT"
        answers = await asyncio.gather(*(attempt(order, provider, "一次") for _ in range(8)))
        assert set(answers) == {"CONFIRMED"}
        assert await kept(order) == order.total_minor

    @pytest.mark.parametrize("name", CHARGING)
    async def test_a_seat_is_paid_or_its_money_is_back(self, name: str, moving_clock: MovableClock) -> None:
        provider, taken = switched(name), await group_buys.opening(await group_buys.offer())
        await attempt(taken.order, provider, "一次")
        moving_clock.move(601)
        await order_end_of_hold()
        await settled(provider, moving_clock)
        after = await orders.now(taken.order)
        assert after.status in ("AWAITING_TEAM", "CANCELLED", "REFUNDED")
        assert await kept(taken.order) == (taken.order.total_minor if after.status == "AWAITING_TEAM" else 0)

    async def test_an_authorisation_that_is_found_late_is_given_up(self, moving_clock: MovableClock) -> None:
        provider, order = switched("time-out between the steps"), await orders.placed()
        assert await attempt(order, provider, "一次") == "CONFLICT"
        moving_clock.move(200)
        assert await actions.reconcile({"SANDBOX": provider}) == 1
        assert [payment.status for payment in await queries.of_order(order.id)] == ["DECLINED"]
        assert await attempt(order, provider, "又一次") == "CONFIRMED"
        assert await kept(order) == order.total_minor

    async def test_an_authorisation_of_a_closed_order_is_never_captured(self, moving_clock: MovableClock) -> None:
        provider, order = switched("time-out between the steps"), await orders.placed()
        assert await attempt(order, provider, "一次") == "CONFLICT"
        assert await order_actions.release(order.id)
        for _ in range(2):
            outcome = await orders.pay(order, provider=provider, key="一次")
            assert isinstance(outcome.refusal, OrderClosed), "nobody declined it"
        assert await db.value("SELECT status FROM payments_sandbox_charges") == "DECLINED"

    async def test_one_slower_than_our_patience_is_asked_again(
        self, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "PATIENCE", 0.05)
        provider, order = SandboxProvider(faults=Faults(delay=1)), await orders.placed()
        assert await attempt(order, provider, "一次") == "CONFLICT"
        provider.faults.delay = 0
        await settled(provider, moving_clock)
        assert await kept(order) == 0
        assert await attempt(order, provider, "又一次") == "CONFIRMED"


async def order_end_of_hold() -> None:
    await group_buys.actions.release_overdue_seats()


REFUNDING = {
    "fails k times": "failing_refunds=3",
    "answers are lost": "lost_refund_answers=3",
    "requests are lost": "lost_requests=3",
    "slow": "delay=0.01",
}


class TestRefunding:
    @pytest.mark.parametrize("name", REFUNDING)
    async def test_each_is_done_once_and_none_waits_for_another(self, name: str, moving_clock: MovableClock) -> None:
        paid = [await orders.paid() for _ in range(5)]
        provider = SandboxProvider(faults=Faults.parse(REFUNDING[name]))
        await order_actions.begin_refund([order.id for order in paid], "CANCELLED")
        await orders.react(provider)
        failed = 0 if name == "slow" else 3
        assert await db.value("SELECT count(*) FROM refunds WHERE status = 'DONE'") == 5 - failed
        assert await invariants.violations() == []
        await settled(provider, moving_clock)
        for order in paid:
            assert (await orders.now(order)).status == "REFUNDED"
            assert await kept(order) == 0

    async def test_one_key_fails_alone(self, moving_clock: MovableClock) -> None:
        provider, paid = SandboxProvider(), [await orders.paid() for _ in range(3)]
        await order_actions.begin_refund([order.id for order in paid], "CANCELLED")
        [refund] = await queries.refunds_of_order(paid[1].id)
        provider.faults.failing_keys[refund.id.hex] = 2
        await orders.react(provider)
        assert [(await orders.now(order)).status for order in paid] == ["REFUNDED", "REFUNDING", "REFUNDED"]
        await settled(provider, moving_clock)
        assert (await orders.now(paid[1])).status == "REFUNDED"


async def deliver(provider: SandboxProvider) -> list[bool]:
    """Brings what is due to the door; whether each was believed to be the network's."""
    return [await actions.receive(provider, body, signature) for body, signature in provider.notifications.due()]


# What is switched, and whether each notification that arrives is heard. All answers are lost: only these tell.
TELLING = {
    "in time": ("", [True]),
    "late": ("notification_delay=8", [True]),
    "duplicate": ("duplicated_notifications=1", [True, True]),
    "forged": ("forged_notifications=1", [False, True]),
    "never": ("lost_notifications=1", []),
    "reordered": ("two_steps=1,reordered_notifications=1,lost_authorisations=1", [True, True]),
}


class TestTelling:
    @pytest.mark.parametrize("name", TELLING)
    async def test_an_order_is_settled_once(self, name: str, moving_clock: MovableClock) -> None:
        switches, heard = TELLING[name]
        provider = SandboxProvider(faults=Faults.parse(f"{switches},notifications=1,lost_answers=9"))
        order = await orders.placed()
        for _ in range(2 if "two_steps" in switches else 1):
            assert await attempt(order, provider, "一次") == "CONFLICT"
        moving_clock.move(9)
        assert await deliver(provider) == heard
        await orders.react(provider)
        assert (await orders.now(order)).status == ("CONFIRMED" if heard else "PENDING_PAYMENT")
        await settled(provider, moving_clock)
        assert (await orders.now(order)).status == "CONFIRMED"
        assert await kept(order) == order.total_minor

    async def test_an_old_one_sent_again_is_refused_and_changes_nothing(self, moving_clock: MovableClock) -> None:
        provider = SandboxProvider(faults=Faults(notifications=True, lost_answers=1))
        order = await orders.placed()
        assert await attempt(order, provider, "一次") == "CONFLICT"
        [recorded] = provider.notifications.due()
        moving_clock.move(301)
        assert not await actions.receive(provider, *recorded)
        assert [payment.status for payment in await queries.of_order(order.id)] == ["PENDING"]
        assert await db.value("SELECT count(*) FROM outbox WHERE name LIKE 'Payment%'") == 0
        await settled(provider, moving_clock)


class TestEverythingAtOnce:
    @pytest.mark.parametrize("seed", range(3))
    async def test_many_buyers_on_a_bad_day(self, seed: int, moving_clock: MovableClock) -> None:
        dice, variant = Random(seed), await products.variant(stock=100)
        bad = [name for name in Faults.__struct_fields__ if name not in ("failing_keys", "delay", "notification_delay")]
        provider = SandboxProvider(faults=Faults(**{name: dice.randrange(5) for name in bad}))
        provider.faults.two_steps, provider.faults.notifications = seed % 2 == 0, True
        placed = [await orders.placed(variant=variant) for _ in range(24)]

        async def buy(order: Order) -> None:
            for number in range(dice.randrange(1, 4)):
                if await attempt(order, provider, f"第 {number // 2} 次") == "CONFIRMED":
                    break
            if dice.random() < 0.3:
                await order_actions.begin_refund([order.id], "CANCELLED")

        await asyncio.gather(*(buy(order) for order in placed))
        await deliver(provider)
        await settled(provider, moving_clock)
        await deliver(provider)
        for order in placed:
            going_on = (await orders.now(order)).status == "CONFIRMED"
            assert await kept(order) == (order.total_minor if going_on else 0)
