"""Comparing books: money that a network took against our word is found, and goes where it belongs."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from commerce.orders import Order
from commerce.payments import Charge, Outcome, Payment, Provider, SandboxProvider, actions, queries
from core import db
from core.clock import MovableClock
from core.ids import new_id
from tests.commerce.payments.networks import Network, Sandbox
from tests.factories import orders
from tests.outbox import told

Audit = Callable[..., Awaitable[int]]

pytestmark = pytest.mark.usefixtures("audited")


async def begun(network: Network, order: Order) -> Payment:
    return await actions.begin(order.id, order.buyer_id, network.provider.name, order.total, new_id().hex, "f")


async def captured(network: Network, charge: Charge) -> None:
    if await network.provider.authorise(charge) is Outcome.AUTHORISED:
        assert await network.provider.capture(charge.key) is Outcome.CAPTURED


async def taken_behind_our_back(network: Network, payment: Payment) -> None:
    """The network captures, whatever we believe."""
    await captured(network, Charge(payment.id.hex, payment.minor, payment.currency, network.good))


@pytest.fixture
def audit(moving_clock: MovableClock) -> Audit:
    """Looks at the books of some networks a quarter of an hour later, and three hours back."""

    async def later(*providers: Provider) -> int:
        moving_clock.move(900)
        return await actions.audit({str(place): one for place, one in enumerate(providers)}, timedelta(hours=3))

    return later


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


class TestAudit:
    async def test_agreeing_books_need_nothing(
        self, audit: Audit, network: Network, caplog: pytest.LogCaptureFixture
    ) -> None:
        order = await orders.placed()
        payment = await begun(network, order)
        await actions.record_outcome(payment.id, await actions.capture(network.provider, payment, network.good))
        await orders.react(network.provider)
        assert await audit(network.provider) == 0
        assert errors(caplog) == []
        assert await network.taken() == order.total_minor

    async def test_what_we_called_declined_is_given_back_once(
        self, audit: Audit, network: Network, caplog: pytest.LogCaptureFixture
    ) -> None:
        order = await orders.placed()
        payment = await begun(network, order)
        await actions.record_outcome(payment.id, Outcome.DECLINED)
        await taken_behind_our_back(network, payment)
        assert await network.taken() == order.total_minor
        network.lose_answer("refund")
        assert [await audit(network.provider) for _ in range(3)] == [0, 0, 0], (
            "the first did it, and its answer was lost"
        )
        assert await network.taken() == 0
        assert any("DECLINED" in error for error in errors(caplog))
        assert await orders.now(order) == order

    async def test_one_that_cannot_be_given_back_holds_up_no_other(self, audit: Audit, network: Network) -> None:
        for _ in range(3):
            payment = await begun(network, await orders.placed())
            await actions.record_outcome(payment.id, Outcome.DECLINED)
            await taken_behind_our_back(network, payment)
        network.lose_answer("refund")
        assert await audit(network.provider) == 2
        assert await network.taken() == 0

    async def test_it_is_counted_when_it_is_done(self, audit: Audit, network: Network) -> None:
        payment = await begun(network, await orders.placed())
        await actions.record_outcome(payment.id, Outcome.DECLINED)
        await taken_behind_our_back(network, payment)
        assert [await audit(network.provider) for _ in range(2)] == [1, 0]
        assert await network.taken() == 0

    async def test_what_is_still_in_doubt_is_recorded_and_settled(self, audit: Audit, network: Network) -> None:
        order = await orders.placed()
        await taken_behind_our_back(network, await begun(network, order))
        assert await audit(network.provider) == 1
        await orders.react(network.provider)
        assert (await orders.now(order)).status == "CONFIRMED"
        assert await told("PaymentCaptured") == ["PaymentCaptured"]

    async def test_what_we_never_heard_of_is_told_and_left_alone(
        self, audit: Audit, network: Network, caplog: pytest.LogCaptureFixture
    ) -> None:
        lost, others = (Charge(key, 500, "CNY", network.good) for key in (new_id().hex, "somebody_elses"))
        for charge in (lost, others):
            await captured(network, charge)
        assert await audit(network.provider) == 0
        assert await network.taken() == 1_000
        assert errors(caplog) == [f"{network.provider.name} took 500 CNY that nobody here knows of: {lost.key}"]

    async def test_what_the_network_does_not_know_is_told(self, audit: Audit, caplog: pytest.LogCaptureFixture) -> None:
        provider, order = SandboxProvider(), await orders.paid()
        assert await audit(provider) == 0
        assert errors(caplog) == []
        await db.execute("DELETE FROM payments_sandbox_charges")
        await audit(provider)
        [payment] = await queries.of_order(order.id)
        assert errors(caplog) == [f"SANDBOX does not know of the payment {payment.id}, which we hold captured"]

    async def test_another_sum_is_told(self, audit: Audit, caplog: pytest.LogCaptureFixture) -> None:
        await orders.paid()
        await db.execute("UPDATE payments_sandbox_charges SET minor = minor + 1")
        assert await audit(SandboxProvider()) == 0
        assert ["took 12801 CNY for" in error for error in errors(caplog)] == [True]

    async def test_a_silent_network_holds_up_no_other(
        self, audit: Audit, network: Network, caplog: pytest.LogCaptureFixture
    ) -> None:
        order = await orders.placed()
        await taken_behind_our_back(network, await begun(network, order))
        silent = SandboxProvider()
        silent.faults.lost_requests = 1
        assert await audit(silent, network.provider) == 1
        assert any("could not be compared" in error for error in errors(caplog))
        await orders.react(network.provider)

    async def test_what_may_still_be_on_its_way_is_left_to_itself(
        self, network: Network, caplog: pytest.LogCaptureFixture
    ) -> None:
        order = await orders.placed()
        await taken_behind_our_back(network, await begun(network, order))
        assert await actions.audit({"any": network.provider}, timedelta(hours=3)) == 0
        assert errors(caplog) == []
        assert await told("PaymentCaptured") == []
        await actions.record_captures([payment.id for payment in await queries.of_order(order.id)])
        await orders.react(network.provider)

    async def test_what_is_older_than_its_span_is_not_looked_at(self, moving_clock: MovableClock) -> None:
        network = Sandbox(two_steps=False)
        await actions.record_outcome((await begun(network, await orders.placed())).id, Outcome.DECLINED)
        [payment] = await db.records(Payment, f"SELECT {db.columns(Payment)} FROM payments")
        await taken_behind_our_back(network, payment)
        moving_clock.move(3 * 3600)
        assert await actions.audit({"any": network.provider}, timedelta(hours=1)) == 0
        assert await actions.audit({"any": network.provider}, timedelta(hours=4)) == 1


class TestIdIn:
    @pytest.mark.parametrize(("key", "known"), [("0" * 32, UUID(int=0)), ("订单", None), ("", None)])
    def test_keys_of_others_are_none_of_ours(self, key: str, known: UUID | None) -> None:
        assert queries.id_in(key) == known
