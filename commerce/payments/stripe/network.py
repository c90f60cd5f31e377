"""The port in terms of PaymentIntents: made, remembered, confirmed by the client's token, captured in a second step.

Amounts need no conversion: Stripe counts in the same minor units as we do, whole ones for JPY and KRW.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import stripe
from stripe.params import (
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
    PaymentIntentListParamsCreated,
    RefundCreateParams,
)

from commerce.payments.provider import Captured, Charge, NoAnswerError, NotAuthenticError, Outcome
from commerce.payments.stripe import intents

logger = logging.getLogger(__name__)

# Seconds for one call: two of them fit into the time for which a provider is waited for.
TIMEOUT: Final = 3.5
# How far the clock of a signature may be behind ours, in seconds.
TOLERANCE: Final = 300
_OUTCOMES: Final = {
    "requires_capture": Outcome.AUTHORISED,
    "succeeded": Outcome.CAPTURED,
    "canceled": Outcome.DECLINED,
}


class StripeProvider:
    """Takes the id of a PaymentMethod as token. Cards that need their owner's consent at the bank are declined.

    `api_base` is for tests: another address of the API. `timeout` is that of one call, in seconds.
    """

    name = "STRIPE"
    signature_header = "Stripe-Signature"

    def __init__(
        self, secret_key: str, webhook_secret: str, api_base: str | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._webhook_secret = webhook_secret
        self._http = stripe.HTTPXClient(timeout=timeout)
        # No retries of the library's own: who asks again is decided by our actions and timers.
        self._client = stripe.StripeClient(
            secret_key,
            http_client=self._http,
            max_network_retries=0,
            base_addresses={"api": api_base} if api_base else {},
        )
        self._intents = self._client.v1.payment_intents

    async def disconnect(self) -> None:
        """Closes the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def authorise(self, charge: Charge) -> Outcome:
        with _answering():
            intent_id = await self._intent_of(charge)
            if intent_id is None:
                return Outcome.DECLINED
            wanted: PaymentIntentConfirmParams = {"payment_method": charge.token, "error_on_requires_action": True}
            try:
                intent = await self._intents.confirm_async(
                    intent_id, wanted, {"idempotency_key": f"{charge.key}-confirm"}
                )
            except (stripe.CardError, stripe.InvalidRequestError):
                # Cancelled with it, so that what was declined is so for good.
                return await self.close(charge.key)
            except stripe.IdempotencyError:
                intent = await self._intents.retrieve_async(intent_id)
            return _decided(intent)

    async def capture(self, key: str) -> Outcome:
        known, intent_id = await intents.recall(key)
        if not known:
            raise ValueError(f"the charge {key} was never authorised")
        if intent_id is None:
            return Outcome.DECLINED
        with _answering():
            try:
                intent = await self._intents.capture_async(intent_id, options={"idempotency_key": f"{key}-capture"})
            except stripe.InvalidRequestError:
                intent = await self._intents.retrieve_async(intent_id)
            return _final(intent)

    async def query(self, key: str) -> Outcome | None:
        known, intent_id = await intents.recall(key)
        if intent_id is None:
            return Outcome.DECLINED if known else None
        with _answering():
            return _outcome(await self._intents.retrieve_async(intent_id))

    async def close(self, key: str) -> Outcome:
        intent_id = await intents.remember(key, None)
        if intent_id is None:
            return Outcome.DECLINED
        with _answering():
            try:
                # Without a key: what is cancelled stays so, and an answer to "not now" must not be repeated for a day.
                intent = await self._intents.cancel_async(intent_id, {"cancellation_reason": "abandoned"})
            except stripe.InvalidRequestError:
                intent = await self._intents.retrieve_async(intent_id)
            return _final(intent)

    async def refund(self, key: str, charge_key: str, minor: int, currency: str) -> None:
        _, intent_id = await intents.recall(charge_key)
        if intent_id is None:
            raise ValueError(f"nothing was taken for the charge {charge_key}")
        with _answering():
            # Asked first, as a refund may be tried for longer than Stripe remembers its key.
            earlier = await self._refunds(intent_id, key)
            if not any(refund.status in ("succeeded", "pending", "requires_action") for refund in earlier):
                wanted: RefundCreateParams = {"payment_intent": intent_id, "amount": minor, "metadata": {"refund": key}}
                options: stripe.RequestOptions = {"idempotency_key": f"{key}-{len(earlier)}"}
                earlier = [await self._client.v1.refunds.create_async(wanted, options)]
        if not any(refund.status == "succeeded" for refund in earlier):
            raise NoAnswerError(f"the refund {key} is {earlier[-1].status}")

    async def captures(self, since: datetime, until: datetime) -> list[Captured]:
        created: PaymentIntentListParamsCreated = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        with _answering():
            found = await self._intents.list_async({"created": created, "limit": 100, "expand": ["data.latest_charge"]})
            intents_found = [intent.to_dict() async for intent in found.auto_paging_iter()]
        return [
            Captured(
                intent["metadata"]["payment"],
                intent["amount_received"],
                intent["currency"].upper(),
                intent["latest_charge"]["amount_refunded"],
                datetime.fromtimestamp(intent["created"], UTC),
            )
            for intent in intents_found
            if intent["status"] == "succeeded" and "payment" in intent["metadata"]
        ]

    def verify(self, body: bytes, signature: str) -> str | None:
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._webhook_secret, TOLERANCE)
            event = json.loads(body)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError) as error:
            raise NotAuthenticError(str(error)) from error
        except ValueError:
            return None
        return _payment_in(event)

    async def _intent_of(self, charge: Charge) -> str | None:
        """The intent that stands for a charge; None when it was closed."""
        known, intent_id = await intents.recall(charge.key)
        if known:
            return intent_id
        wanted: PaymentIntentCreateParams = {
            "amount": charge.minor,
            "currency": charge.currency.lower(),
            "capture_method": "manual",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {"payment": charge.key},
        }
        try:
            made = await self._intents.create_async(wanted, {"idempotency_key": charge.key})
        except stripe.InvalidRequestError as error:
            # A sum or currency that this account cannot take: nothing was made, and nothing will be.
            logger.warning("Stripe takes no charge like %s: %s", charge.key, error)
            return await intents.remember(charge.key, None)
        return await intents.remember(charge.key, made.id)

    async def _refunds(self, intent_id: str, key: str) -> list[stripe.Refund]:
        found = await self._client.v1.refunds.list_async({"payment_intent": intent_id, "limit": 100})
        return [
            refund
            async for refund in found.auto_paging_iter()
            if refund.metadata and refund.metadata.to_dict().get("refund") == key
        ]


@contextmanager
def _answering() -> Iterator[None]:
    """What is neither done nor refused is not answered: time-outs, rate limits, a key just in use, a wrong secret."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        raise ValueError(str(error)) from error
    except stripe.StripeError as error:
        raise NoAnswerError(str(error)) from error


def _outcome(intent: stripe.PaymentIntent) -> Outcome | None:
    """None while nothing is decided: before it was confirmed, or while the network is at it."""
    if intent.status == "requires_payment_method" and intent.last_payment_error:
        return Outcome.DECLINED
    return _OUTCOMES.get(intent.status)


def _decided(intent: stripe.PaymentIntent) -> Outcome:
    outcome = _outcome(intent)
    if outcome is None:
        raise NoAnswerError(f"Stripe is still at it: {intent.status}")
    return outcome


def _final(intent: stripe.PaymentIntent) -> Outcome:
    outcome = _decided(intent)
    if outcome is Outcome.AUTHORISED:
        raise NoAnswerError("Stripe has neither taken the money nor let it go")
    return outcome


def _payment_in(event: object) -> str | None:
    """The metadata by which we find a charge again, if the event is about one."""
    for name in ("data", "object", "metadata", "payment"):
        event = event.get(name) if isinstance(event, dict) else None
    return event if isinstance(event, str) else None
