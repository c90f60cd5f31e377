"""Giving money back: once, in full, each by itself, until it is done."""

import asyncio
import logging

import pytest

from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.payments import Refund, SandboxProvider, actions, queries
from commerce.payments.actions import refunding
from core import db
from tests.factories import orders
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


async def owed(order: Order) -> Refund:
    """The refund of an order that is being given back."""
    assert await order_actions.begin_refund([order.id], "CANCELLED")
    [refund] = await queries.refunds_of_order(order.id)
    return refund


async def status_of(order: Order) -> str:
    [refund] = await queries.refunds_of_order(order.id)
    return refund.status


class TestRequestRefund:
    async def test_owes_all_that_is_left_once(self) -> None:
        order = await orders.paid()
        refund = await owed(order)
        assert refund.minor == order.total_minor
        again = await asyncio.gather(*(actions.request_refund(order.id, None, "again") for _ in range(10)))
        assert again == [None] * 10
        due = [accounts.refunds_due(order.id), accounts.in_flight(order.id), accounts.shop(order.shop_id)]
        assert await ledger.balances(due, "CNY") == [order.total_minor, 0, 0]
        assert await told("RefundRequested") == ["RefundRequested"]

    async def test_nothing_is_owed_for_what_was_never_captured(self) -> None:
        order = await orders.placed()
        assert await actions.request_refund(order.id, None, "CANCELLED") is None
        assert await db.value("SELECT count(*) FROM refunds") == 0

    async def test_eight_withdrawals_of_all_of_it_give_it_back_once(self) -> None:
        order = await orders.paid()
        begun = await asyncio.gather(*(order_actions.begin_refund([order.id], "CANCELLED") for _ in range(8)))
        assert sum(begun) == 1
        await orders.react()
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_refunds") == order.total_minor


class TestCarryOut:
    async def test_is_done_by_the_reaction_and_told_once(self) -> None:
        order = await orders.paid()
        await owed(order)
        await orders.react()
        await orders.react()
        after = await orders.now(order)
        assert (after.status, after.refunded) == ("REFUNDED", order.total)
        assert await told("RefundCompleted") == ["RefundCompleted"]
        assert await ledger.balances([accounts.provider("SANDBOX"), accounts.refunds_due(order.id)], "CNY") == [0, 0]

    async def test_one_that_fails_k_times_is_retried_and_holds_up_no_other(self, moving_clock) -> None:
        provider = SandboxProvider()
        placed = [await orders.paid() for _ in range(5)]
        refunds = [await owed(order) for order in placed]
        provider.faults.failing_keys[refunds[2].id.hex] = 3
        await orders.react(provider)
        assert [await status_of(order) for order in placed] == ["DONE", "DONE", "PENDING", "DONE", "DONE"]
        assert (await orders.now(placed[2])).status == "REFUNDING"
        tries = 1
        while await status_of(placed[2]) != "DONE":
            moving_clock.move(2**tries + 1)
            await actions.run_due_refunds({"SANDBOX": provider})
            tries += 1
        assert tries == 4
        await orders.react(provider)
        assert (await orders.now(placed[2])).status == "REFUNDED"

    async def test_when_the_provider_did_it_and_we_died_it_is_not_done_twice(self, moving_clock) -> None:
        provider, order = SandboxProvider(), await orders.paid()
        refund = await owed(order)
        await provider.refund(refund.id.hex, refund.payment_id.hex, refund.minor, refund.currency)
        moving_clock.move(60)
        assert await actions.run_due_refunds({"SANDBOX": provider}) == 1
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_refunds") == order.total_minor
        await orders.react()

    async def test_more_than_a_batch_are_all_tried_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refunding, "_BATCH", 2)
        many = [await orders.paid() for _ in range(5)]
        await order_actions.begin_refund([order.id for order in many], "CANCELLED")
        await orders.react()
        assert [await status_of(order) for order in many] == ["DONE"] * 5

    async def test_many_workers_do_each_once(self) -> None:
        provider = SandboxProvider()
        for _ in range(6):
            await owed(await orders.paid())
        done = await asyncio.gather(*(actions.run_due_refunds({"SANDBOX": provider}) for _ in range(5)))
        assert sum(done) == 6
        assert await told("RefundCompleted") == ["RefundCompleted"] * 6
        await orders.react()

    async def test_one_that_is_stuck_is_shouted_about_and_still_retried(self, moving_clock, caplog) -> None:
        provider, order = SandboxProvider(), await orders.paid()
        refund = await owed(order)
        provider.faults.failing_keys[refund.id.hex] = 9
        with caplog.at_level(logging.ERROR):
            for _ in range(9):
                moving_clock.move(3600)
                await actions.run_due_refunds({"SANDBOX": provider})
        assert await status_of(order) == "STUCK"
        assert [record.levelname for record in caplog.records] == ["ERROR"] * 2
        moving_clock.move(3600)
        assert await actions.run_due_refunds({"SANDBOX": provider}) == 1
        await orders.react()

    async def test_a_provider_that_is_not_configured_loses_nothing(self, moving_clock) -> None:
        order = await orders.paid()
        await owed(order)
        assert await actions.run_due_refunds({}) == 0
        assert await status_of(order) == "PENDING"
        moving_clock.move(60)
        assert await actions.run_due_refunds({"SANDBOX": SandboxProvider()}) == 1
        await orders.react()
