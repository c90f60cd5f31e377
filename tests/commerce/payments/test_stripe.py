"""What the adapter to Stripe owes to Stripe's own manner: cards, keys that are forgotten, refunds that take their time.

That it keeps the port's promises is shown by the suite that it shares with the sandbox.
"""

import time
from collections.abc import AsyncIterator

import pytest

from commerce.payments import Charge, Outcome
from commerce.payments.provider import NoAnswerError, NotAuthenticError
from commerce.payments.stripe import StripeProvider, intents
from core import db
from core.ids import new_id
from tests.commerce.payments.networks import Stripe, by_stripe
from tests.services import stripe


@pytest.fixture
async def network(database: None) -> AsyncIterator[Stripe]:
    """The adapter and a replica of what it talks to."""
    async with by_stripe() as found:
        yield found


def charge(token: str = stripe.GOOD, *, minor: int = 12_800, currency: str = "CNY") -> Charge:
    return Charge(new_id().hex, minor, currency, token)


async def taken(network: Stripe, wanted: Charge) -> None:
    assert await network.provider.authorise(wanted) is Outcome.AUTHORISED
    assert await network.provider.capture(wanted.key) is Outcome.CAPTURED


class TestAuthorise:
    async def test_says_what_is_wanted(self, network: Stripe) -> None:
        wanted = charge(minor=1_200, currency="JPY")
        assert await network.provider.authorise(wanted) is Outcome.AUTHORISED
        intent = network.replica.intent_of(wanted.key)
        assert (intent["amount"], intent["currency"], intent["status"]) == (1_200, "jpy", "requires_capture")
        assert network.replica.taken() == 0

    @pytest.mark.parametrize("token", [stripe.DECLINING, stripe.ASKING, "pm_没有", ""])
    async def test_a_card_that_does_not_pay_is_declined_and_its_intent_closed(
        self, token: str, network: Stripe
    ) -> None:
        wanted = charge(token)
        assert await network.provider.authorise(wanted) is Outcome.DECLINED
        assert network.replica.intent_of(wanted.key)["status"] == "canceled"

    async def test_a_sum_that_it_does_not_take_is_declined(self, network: Stripe) -> None:
        wanted = charge(minor=49, currency="USD")
        assert await network.provider.authorise(wanted) is Outcome.DECLINED
        assert await network.provider.query(wanted.key) is Outcome.DECLINED
        assert network.replica.intents == {}

    async def test_an_intent_that_we_died_before_remembering_is_made_once(self, network: Stripe) -> None:
        wanted = charge()
        network.replica.lost_answers = {"/payment_intents": 1}
        with pytest.raises(NoAnswerError):
            await network.provider.authorise(wanted)
        assert await intents.recall(wanted.key) == (False, None)
        await taken(network, wanted)
        assert len(network.replica.intents) == 1

    async def test_one_forgotten_for_a_day_takes_nothing_beside_the_new_one(self, network: Stripe) -> None:
        wanted = charge()
        network.replica.lost_answers = {"/payment_intents": 1}
        with pytest.raises(NoAnswerError):
            await network.provider.authorise(wanted)
        network.replica.forget_keys()
        await taken(network, wanted)
        assert sorted(one["status"] for one in network.replica.intents.values()) == [
            "requires_payment_method",
            "succeeded",
        ]
        assert network.replica.taken() == wanted.minor

    async def test_repeated_after_a_day_it_takes_nothing_twice(self, network: Stripe) -> None:
        wanted = charge()
        await taken(network, wanted)
        network.replica.forget_keys()
        assert await network.provider.authorise(wanted) is Outcome.CAPTURED
        assert await network.provider.capture(wanted.key) is Outcome.CAPTURED
        assert network.replica.taken() == wanted.minor


class TestSilence:
    @pytest.mark.parametrize("switch", ["lost_requests", "rate_limited"])
    async def test_limits_and_errors_are_no_answer(self, switch: str, network: Stripe) -> None:
        wanted = charge()
        setattr(network.replica, switch, 1)
        with pytest.raises(NoAnswerError):
            await network.provider.authorise(wanted)
        await taken(network, wanted)

    async def test_a_call_that_lasts_too_long_is_no_answer(self, database: None) -> None:
        wanted = charge()
        async with by_stripe() as network, by_stripe(timeout=0.2) as hasty:
            hasty.replica.delay = 3600
            with pytest.raises(NoAnswerError):
                await hasty.provider.authorise(wanted)
            await taken(network, wanted)

    async def test_a_wrong_secret_declines_nobody(self, database: None) -> None:
        async with stripe.started() as (replica, url):
            provider = StripeProvider("sk_test_wrong", stripe.WEBHOOK_SECRET, url)
            with pytest.raises(NoAnswerError, match="Invalid API Key"):
                await provider.authorise(charge())
            assert replica.intents == {}
            await provider.disconnect()

    async def test_no_server_at_all_is_no_answer(self, database: None) -> None:
        async with stripe.started() as (_, url):
            pass
        provider = StripeProvider(stripe.SECRET_KEY, stripe.WEBHOOK_SECRET, url)
        with pytest.raises(NoAnswerError):
            await provider.authorise(charge())
        await provider.disconnect()


class TestQuery:
    async def test_an_intent_that_waits_for_its_card_is_undecided(self, network: Stripe) -> None:
        wanted = charge()
        network.replica.lost_answers = {"/confirm": 1}
        await intents.remember(wanted.key, "pi_1")
        network.replica.intents["pi_1"] = {
            "id": "pi_1",
            "object": "payment_intent",
            "status": "requires_payment_method",
            "last_payment_error": None,
            "metadata": {"payment": wanted.key},
        }
        assert await network.provider.query(wanted.key) is None
        assert await network.provider.close(wanted.key) is Outcome.DECLINED

    async def test_one_that_is_being_processed_can_be_neither_closed_nor_given_up(self, network: Stripe) -> None:
        wanted = charge()
        await network.provider.authorise(wanted)
        network.replica.intent_of(wanted.key)["status"] = "processing"
        assert await network.provider.query(wanted.key) is None
        with pytest.raises(NoAnswerError):
            await network.provider.close(wanted.key)
        network.replica.intent_of(wanted.key).update(status="succeeded", amount_received=wanted.minor)
        assert await network.provider.close(wanted.key) is Outcome.CAPTURED

    async def test_an_authorisation_that_lapsed_is_declined(self, network: Stripe) -> None:
        wanted = charge()
        await network.provider.authorise(wanted)
        network.replica.intent_of(wanted.key)["status"] = "canceled"
        assert await network.provider.capture(wanted.key) is Outcome.DECLINED


class TestRefund:
    async def test_is_not_given_twice_when_its_key_is_forgotten(self, network: Stripe) -> None:
        wanted = charge()
        await taken(network, wanted)
        network.lose_answer("refund")
        with pytest.raises(NoAnswerError):
            await network.provider.refund("r1", wanted.key, 100, "CNY")
        network.replica.forget_keys()
        await network.provider.refund("r1", wanted.key, 100, "CNY")
        assert network.replica.taken() == wanted.minor - 100

    async def test_is_done_when_it_has_arrived(self, network: Stripe) -> None:
        wanted = charge()
        await taken(network, wanted)
        network.replica.refund_status = "pending"
        for _ in range(2):
            with pytest.raises(NoAnswerError, match="pending"):
                await network.provider.refund("r1", wanted.key, 100, "CNY")
        [refund] = network.replica.refunds.values()
        refund["status"] = "succeeded"
        await network.provider.refund("r1", wanted.key, 100, "CNY")
        assert len(network.replica.refunds) == 1

    async def test_one_that_failed_there_is_tried_anew(self, network: Stripe) -> None:
        wanted = charge()
        await taken(network, wanted)
        network.replica.refund_status = "failed"
        with pytest.raises(NoAnswerError, match="failed"):
            await network.provider.refund("r1", wanted.key, 100, "CNY")
        network.replica.refund_status = "succeeded"
        await network.provider.refund("r1", wanted.key, 100, "CNY")
        assert network.replica.taken() == wanted.minor - 100

    async def test_is_found_among_many(self, network: Stripe) -> None:
        wanted = charge()
        await taken(network, wanted)
        for number in range(103):
            network.replica.refunds[f"re_{number}"] = {
                "id": f"re_{number}",
                "object": "refund",
                "amount": 1,
                "payment_intent": network.replica.intent_of(wanted.key)["id"],
                "status": "succeeded",
                "metadata": {"refund": f"r{number}"},
            }
        await network.provider.refund("r0", wanted.key, 1, "CNY")
        assert len(network.replica.refunds) == 103


class TestVerify:
    @pytest.mark.parametrize("seconds", [301, 86_400])
    async def test_an_old_notification_is_refused(self, seconds: int, network: Stripe) -> None:
        body, signature = network.replica.notification("k", "payment_intent.succeeded", at=time.time() - seconds)
        with pytest.raises(NotAuthenticError, match="tolerance"):
            network.provider.verify(body, signature)

    @pytest.mark.parametrize(
        "content", [[], "事件", {"data": None}, {"data": {"object": {"metadata": {"payment": 1}}}}]
    )
    async def test_what_is_about_no_charge_of_ours_is_heard_and_ignored(self, content: object, network: Stripe) -> None:
        assert network.provider.verify(*network.replica.event(content)) is None

    async def test_nothing_is_remembered_of_it(self, network: Stripe) -> None:
        network.provider.verify(*network.notification("k"))
        assert await db.value("SELECT count(*) FROM payments_stripe_intents") == 0
