"""The promises of the port, kept by every provider: one suite, run over each of them."""

import asyncio
from datetime import timedelta

import pytest

from commerce.checkout import actions as checkout
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.payments import Charge, Outcome, Provider, actions, queries
from commerce.payments.errors import PaymentDeclined, PaymentInProgress
from commerce.payments.provider import NoAnswerError, NotAuthenticError
from core import clock
from core.clock import MovableClock
from core.ids import new_id
from tests.commerce.payments.networks import Network
from tests.factories import orders
from tests.outbox import told


async def take(provider: Provider, charge: Charge) -> Outcome:
    """Asks for the money as our actions do."""
    outcome = await provider.authorise(charge)
    return await provider.capture(charge.key) if outcome is Outcome.AUTHORISED else outcome


def charge(network: Network, *, minor: int = 12_800, currency: str = "CNY", token: str | None = None) -> Charge:
    return Charge(new_id().hex, minor, currency, network.good if token is None else token)


def again(first: Charge, token: str) -> Charge:
    return Charge(first.key, first.minor, first.currency, token)


class TestTaking:
    async def test_takes_once_however_often_it_is_asked(self, network: Network) -> None:
        wanted = charge(network)
        for _ in range(3):
            assert await take(network.provider, wanted) is Outcome.CAPTURED
        assert await network.provider.query(wanted.key) is Outcome.CAPTURED
        assert await network.taken() == 12_800

    async def test_asked_many_times_at_once_it_takes_once(self, network: Network) -> None:
        wanted = charge(network)
        answers = await asyncio.gather(*(take(network.provider, wanted) for _ in range(8)), return_exceptions=True)
        assert {type(answer) for answer in answers} <= {Outcome, NoAnswerError}
        assert await take(network.provider, wanted) is Outcome.CAPTURED
        assert await network.taken() == 12_800

    @pytest.mark.parametrize(("minor", "currency"), [(1_200, "JPY"), (9_900, "USD"), (12_345, "HKD")])
    async def test_takes_minor_units_of_any_currency(self, minor: int, currency: str, network: Network) -> None:
        wanted = charge(network, minor=minor, currency=currency)
        assert await take(network.provider, wanted) is Outcome.CAPTURED
        await network.provider.refund(new_id().hex, wanted.key, minor, currency)
        assert await network.taken() == 0

    async def test_what_is_declined_is_so_for_good(self, network: Network) -> None:
        wanted = charge(network, token=network.declining)
        assert await take(network.provider, wanted) is Outcome.DECLINED
        assert await take(network.provider, again(wanted, network.good)) is Outcome.DECLINED
        assert await network.provider.query(wanted.key) is Outcome.DECLINED
        assert await network.provider.close(wanted.key) is Outcome.DECLINED
        assert await network.taken() == 0

    async def test_a_request_that_was_lost_did_nothing(self, network: Network) -> None:
        wanted = charge(network)
        network.lose_request()
        with pytest.raises(NoAnswerError):
            await network.provider.authorise(wanted)
        assert await network.provider.query(wanted.key) is None
        assert await take(network.provider, wanted) is Outcome.CAPTURED

    async def test_an_answer_that_was_lost_is_given_again(self, network: Network) -> None:
        wanted = charge(network)
        network.lose_answer("authorise")
        with pytest.raises(NoAnswerError):
            await network.provider.authorise(wanted)
        assert await network.provider.query(wanted.key) in (Outcome.AUTHORISED, Outcome.CAPTURED)
        assert await take(network.provider, wanted) is Outcome.CAPTURED
        assert await network.taken() == 12_800


class TestClosing:
    async def test_what_was_never_heard_of_is_declined_even_should_it_still_arrive(self, network: Network) -> None:
        wanted = charge(network)
        assert await network.provider.query(wanted.key) is None
        assert await network.provider.close(wanted.key) is Outcome.DECLINED
        assert await take(network.provider, wanted) is Outcome.DECLINED
        assert await network.provider.query(wanted.key) is Outcome.DECLINED
        assert await network.taken() == 0

    async def test_what_was_captured_stays_so(self, network: Network) -> None:
        wanted = charge(network)
        await take(network.provider, wanted)
        for _ in range(2):
            assert await network.provider.close(wanted.key) is Outcome.CAPTURED
        assert await network.taken() == 12_800

    async def test_an_authorisation_is_let_go(self, network: Network) -> None:
        wanted = charge(network)
        if await network.provider.authorise(wanted) is Outcome.CAPTURED:
            return  # It knows one step only: `test_what_was_captured_stays_so`.
        for _ in range(2):
            assert await network.provider.close(wanted.key) is Outcome.DECLINED
        assert await network.provider.capture(wanted.key) is Outcome.DECLINED
        assert await network.taken() == 0

    async def test_races_a_request_and_one_of_them_wins(self, network: Network) -> None:
        for _ in range(10):
            before, wanted = await network.taken(), charge(network)
            answers = await asyncio.gather(
                take(network.provider, wanted), network.provider.close(wanted.key), return_exceptions=True
            )
            assert {type(answer) for answer in answers} <= {Outcome, NoAnswerError}
            ended = await network.provider.close(wanted.key)
            assert all(answer in (ended, Outcome.DECLINED) for answer in answers if isinstance(answer, Outcome))
            assert await network.taken() - before == (12_800 if ended is Outcome.CAPTURED else 0)


class TestRefunding:
    async def test_gives_back_once_and_never_more_than_it_took(self, network: Network) -> None:
        wanted = charge(network)
        await take(network.provider, wanted)
        for _ in range(3):
            await network.provider.refund("r1", wanted.key, 10_000, "CNY")
        with pytest.raises(ValueError, match=r"nothing left|greater than"):
            await network.provider.refund("r2", wanted.key, 2_801, "CNY")
        await network.provider.refund("r3", wanted.key, 2_800, "CNY")
        assert await network.taken() == 0

    async def test_one_whose_answer_was_lost_is_not_given_twice(self, network: Network) -> None:
        wanted = charge(network)
        await take(network.provider, wanted)
        network.lose_answer("refund")
        with pytest.raises(NoAnswerError):
            await network.provider.refund("r1", wanted.key, 100, "CNY")
        await network.provider.refund("r1", wanted.key, 100, "CNY")
        assert await network.taken() == 12_700

    async def test_refuses_what_was_never_taken(self, network: Network) -> None:
        wanted = charge(network)
        await network.provider.close(wanted.key)
        with pytest.raises(ValueError, match="nothing"):
            await network.provider.refund("r1", wanted.key, 1, "CNY")


class TestCaptures:
    async def test_lists_what_was_captured_and_what_of_it_went_back(self, network: Network) -> None:
        taken, declined, begun = charge(network), charge(network, token=network.declining), charge(network, minor=100)
        before, after = clock.now() - timedelta(minutes=1), clock.now() + timedelta(minutes=1)
        for wanted in (taken, declined):
            await take(network.provider, wanted)
        begun_is = await network.provider.authorise(begun)
        await network.provider.refund("r1", taken.key, 300, "CNY")
        found = await network.provider.captures(before, after)
        expected = {(taken.key, 12_800, "CNY", 300)}
        if begun_is is Outcome.CAPTURED:
            expected.add((begun.key, 100, "CNY", 0))
        assert {(one.key, one.minor, one.currency, one.returned_minor) for one in found} == expected
        assert all(before < one.begun_at < after for one in found)
        assert await network.provider.captures(after, after + timedelta(hours=1)) == []
        assert await network.provider.captures(before - timedelta(hours=1), before) == []


class TestNotifications:
    async def test_only_the_providers_own_are_believed(self, network: Network) -> None:
        body, signature = network.notification("k")
        assert network.provider.verify(body, signature) == "k"
        stamp = signature.partition(",")[0]
        for forged in ("", "签名", f"{stamp},v1=签名", f"{stamp},v1={'0' * 64}", signature[:-1], "t=x,v1=y"):
            with pytest.raises(NotAuthenticError):
                network.provider.verify(body, forged)
        for other in (body + b" ", b"\xff\xfe", body.replace(b"k", b"j")):
            with pytest.raises(NotAuthenticError):
                network.provider.verify(other, signature)


async def pay(network: Network, order: Order, key: str, token: str | None = None) -> str:
    """Pays by the real actions; what the buyer was told."""
    chosen = network.good if token is None else token
    try:
        outcome = await checkout.pay(order.buyer_id, order.id, network.provider, chosen, key)
    except PaymentInProgress as refusal:
        return refusal.code
    return outcome.refusal.code if outcome.refusal else outcome.order.status


async def settled(network: Network, moving_clock: MovableClock) -> None:
    """What timers and lanes do in the minutes after."""
    providers = {network.provider.name: network.provider}
    for _ in range(3):
        moving_clock.move(40)
        await actions.reconcile(providers)
        await actions.run_due_refunds(providers)
        await orders.react(network.provider)


@pytest.mark.usefixtures("audited")
class TestThroughOurActions:
    async def test_an_order_is_paid_and_given_back(self, network: Network, moving_clock: MovableClock) -> None:
        order = await orders.placed()
        assert await pay(network, order, "一次", network.declining) == PaymentDeclined.code
        assert [await pay(network, order, "又一次") for _ in range(2)] == ["CONFIRMED"] * 2
        assert await network.taken() == order.total_minor
        await order_actions.begin_refund([order.id], "CANCELLED")
        await settled(network, moving_clock)
        assert (await orders.now(order)).status == "REFUNDED"
        assert await network.taken() == 0

    @pytest.mark.parametrize("step", ["authorise", "capture"])
    async def test_a_lost_answer_is_made_up_for(self, step: str, network: Network, moving_clock: MovableClock) -> None:
        order = await orders.placed()
        network.lose_answer(step)
        assert await pay(network, order, "一次") == "CONFLICT"
        await settled(network, moving_clock)
        assert (await orders.now(order)).status == "CONFIRMED"
        assert await network.taken() == order.total_minor

    async def test_a_lost_request_is_ended(self, network: Network, moving_clock: MovableClock) -> None:
        order = await orders.placed()
        network.lose_request()
        assert await pay(network, order, "一次") == "CONFLICT"
        await settled(network, moving_clock)
        assert [payment.status for payment in await queries.of_order(order.id)] == ["DECLINED"]
        assert await network.taken() == 0
        assert await pay(network, order, "又一次") == "CONFIRMED"

    async def test_a_lost_refund_answer_is_made_up_for(self, network: Network, moving_clock: MovableClock) -> None:
        order = await orders.placed()
        await pay(network, order, "一次")
        await order_actions.begin_refund([order.id], "CANCELLED")
        network.lose_answer("refund")
        await settled(network, moving_clock)
        assert (await orders.now(order)).status == "REFUNDED"
        assert await network.taken() == 0

    async def test_a_notification_finishes_what_we_do_not_know(self, network: Network) -> None:
        order = await orders.placed()
        network.lose_answer("capture")
        assert await pay(network, order, "一次") == "CONFLICT"
        [payment] = await queries.of_order(order.id)
        for _ in range(3):
            assert await actions.receive(network.provider, *network.notification(payment.id.hex))
        await orders.react(network.provider)
        assert (await orders.now(order)).status == "CONFIRMED"
        assert await told("PaymentCaptured") == ["PaymentCaptured"]

    async def test_the_same_request_many_times_at_once_takes_once(
        self, network: Network, moving_clock: MovableClock
    ) -> None:
        order = await orders.placed()
        answers = await asyncio.gather(*(pay(network, order, "一次") for _ in range(10)))
        assert set(answers) <= {"CONFIRMED", "CONFLICT"}
        assert await pay(network, order, "一次") == "CONFIRMED"
        assert await network.taken() == order.total_minor
        await settled(network, moving_clock)
