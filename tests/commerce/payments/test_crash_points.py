"""Dying before and after each call to a provider, whoever it is: what was left in doubt is asked about and finished."""

from typing import Any

import pytest

from commerce.checkout import actions as checkout
from commerce.orders import actions as order_actions
from commerce.payments import actions, queries
from commerce.payments.actions import refunding
from core import db
from core.clock import MovableClock
from tests.commerce.payments.networks import Network
from tests.factories import group_buys, orders

pytestmark = pytest.mark.usefixtures("audited")


class ProcessDied(BaseException):
    """Nothing catches this."""


def dies(monkeypatch: pytest.MonkeyPatch, owner: Any, call: str, moment: str) -> None:
    """The process ends once, just before or just after a call."""
    lives = getattr(owner, call)
    left = [1]

    async def die(*args: object) -> object:
        if left and moment == "before":
            left.pop()
            raise ProcessDied
        answer = await lives(*args)
        if left:
            left.pop()
            raise ProcessDied
        return answer

    monkeypatch.setattr(owner, call, die)


async def restarted(network: Network, moving_clock: MovableClock) -> None:
    """What a new process does in its first minutes."""
    providers = {network.provider.name: network.provider}
    for _ in range(4):
        moving_clock.move(25)
        await actions.reconcile(providers)
        await actions.run_due_refunds(providers)
        await orders.react(network.provider)
    assert await db.value("SELECT count(*) FROM payments WHERE status = 'PENDING'") == 0
    assert await db.value("SELECT count(*) FROM refunds WHERE status <> 'DONE'") == 0


MOMENTS = [("authorise", "before"), ("authorise", "after"), ("capture", "before"), ("capture", "after")]


class TestDyingWhileTaking:
    @pytest.mark.parametrize(("call", "moment"), MOMENTS)
    async def test_an_order_is_paid_or_its_buyer_keeps_their_money(
        self, call: str, moment: str, network: Network, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = await orders.placed()
        dies(monkeypatch, network.provider, call, moment)
        try:
            await checkout.pay(order.buyer_id, order.id, network.provider, network.good, "一次")
        except ProcessDied:
            await restarted(network, moving_clock)
        else:
            assert call == "capture", "it knows one step only"
        happened = (call, moment) != ("authorise", "before")
        assert (await orders.now(order)).status == ("CONFIRMED" if happened else "PENDING_PAYMENT")
        assert await network.taken() == (order.total_minor if happened else 0)

    @pytest.mark.parametrize(("call", "moment"), MOMENTS)
    async def test_a_seat_given_up_meanwhile_costs_nothing(
        self, call: str, moment: str, network: Network, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken = await group_buys.opening(await group_buys.offer())
        buyer_id, order_id = taken.order.buyer_id, taken.order.id
        dies(monkeypatch, network.provider, call, moment)
        try:
            await checkout.pay(buyer_id, order_id, network.provider, network.good, "一次")
        except ProcessDied:
            moving_clock.move(601)
            await group_buys.actions.release_overdue_seats()
            await restarted(network, moving_clock)
            assert (await orders.now(taken.order)).status == "CANCELLED"
            assert await network.taken() == 0
            outcome = await checkout.pay(buyer_id, order_id, network.provider, network.good, "一次")
            assert outcome.refusal is not None
            assert await network.taken() == 0
        else:
            assert await network.taken() == taken.order.total_minor


class TestDyingWhileGivingBack:
    @pytest.mark.parametrize(("call", "moment"), [("refund", "before"), ("refund", "after"), ("_complete", "before")])
    async def test_the_money_is_back_once(
        self, call: str, moment: str, network: Network, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = await orders.placed()
        await checkout.pay(order.buyer_id, order.id, network.provider, network.good, "一次")
        await order_actions.begin_refund([order.id], "CANCELLED")
        dies(monkeypatch, refunding if call == "_complete" else network.provider, call, moment)
        with pytest.raises(ProcessDied):
            await actions.run_due_refunds({network.provider.name: network.provider})
        assert [refund.status for refund in await queries.refunds_of_order(order.id)] == ["PENDING"]
        await restarted(network, moving_clock)
        assert (await orders.now(order)).status == "REFUNDED"
        assert await network.taken() == 0
