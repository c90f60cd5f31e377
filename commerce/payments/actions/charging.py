"""Taking money: begun before the provider is asked, recorded after, and made up for when we died in between.

Each step is its own transaction, and the provider is called between them, never inside one.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from commerce.ledger import Entry, Posting, accounts
from commerce.ledger import actions as ledger
from commerce.payments import events, queries, rules
from commerce.payments.errors import PaymentInProgress
from commerce.payments.provider import Charge, NoAnswerError, NotAuthenticError, Outcome, Provider
from commerce.payments.records import Payment
from core import clock, db, outbox
from core.errors import WrongState
from core.ids import new_id
from core.money import Money
from core.unit_of_work import action

logger = logging.getLogger(__name__)

_PAYMENT = db.columns(Payment)
_BATCH = 50


@action
async def begin(
    order_id: UUID, payer_id: UUID, provider: str, amount: Money, idempotency_key: str, fingerprint: str
) -> Payment:
    """The attempt under a client's key: a new one, or the one it began before.

    Raises Conflict when the key was another request's, PaymentInProgress while another attempt is on its way, and
    WrongState when the order is paid.
    """
    now = clock.now()
    begun = await db.records(
        Payment,
        "INSERT INTO payments (id, order_id, payer_id, provider, status, minor, currency, refunding_minor,"
        " idempotency_key, fingerprint, created_at, reconcile_at)"
        f" VALUES ($1, $2, $3, $4, 'PENDING', $5, $6, 0, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING {_PAYMENT}",
        new_id(),
        order_id,
        payer_id,
        provider,
        amount.minor,
        amount.currency,
        idempotency_key,
        fingerprint,
        now,
        now + rules.RECONCILE_AFTER,
    )
    if begun:
        return begun[0]
    earlier = await queries.attempt(payer_id, idempotency_key, fingerprint)
    if earlier is None:
        paid = any(payment.status == "CAPTURED" for payment in await queries.of_order(order_id))
        raise WrongState("order_id", state="PAID") if paid else PaymentInProgress("order_id")
    return earlier


async def capture(provider: Provider, payment: Payment, token: str) -> Outcome:
    """Asks the provider for the money, in one step or two; it may be asked again.

    CAPTURED or DECLINED. Raises PaymentInProgress when it does not answer.
    """
    charge = Charge(payment.id.hex, payment.minor, payment.currency, token)
    try:
        async with asyncio.timeout(rules.PATIENCE):
            outcome = await provider.authorise(charge)
            return await provider.capture(charge.key) if outcome is Outcome.AUTHORISED else outcome
    except (NoAnswerError, TimeoutError) as error:
        logger.warning("the provider %s did not answer about the payment %s", payment.provider, payment.id)
        raise PaymentInProgress("order_id") from error


async def close(provider: Provider, payment: Payment) -> Outcome:
    """What became of a payment; one that never arrived is DECLINED for good. Raises PaymentInProgress as `capture`."""
    try:
        async with asyncio.timeout(rules.PATIENCE):
            return await provider.close(payment.id.hex)
    except (NoAnswerError, TimeoutError) as error:
        raise PaymentInProgress("order_id") from error


@action
async def record_outcome(payment_id: UUID, outcome: Outcome) -> bool:
    """Writes down what the provider said; False when it was known. Records PaymentCaptured or PaymentDeclined."""
    if outcome is Outcome.CAPTURED:
        return await record_captures([payment_id]) == 1
    declined = await _end([payment_id], outcome)
    for payment in declined:
        outbox.record(events.PaymentDeclined(payment_id=payment.id, order_id=payment.order_id))
    return bool(declined)


@action
async def record_captures(payment_ids: Sequence[UUID]) -> int:
    """`record_outcome` of payments that were all captured, in as many statements as for one; how many were not known.

    Records PaymentCaptured for each.
    """
    captured = await _end(payment_ids, Outcome.CAPTURED)
    if captured:
        await ledger.post_all([_captured(payment) for payment in captured])
    for payment in captured:
        outbox.record(events.PaymentCaptured(payment_id=payment.id, order_id=payment.order_id))
    return len(captured)


async def _end(payment_ids: Sequence[UUID], outcome: Outcome) -> list[Payment]:
    """PENDING → what the provider said."""
    return await db.records(
        Payment,
        "WITH found AS (SELECT id FROM payments WHERE id = ANY($1) AND status = 'PENDING' ORDER BY id FOR UPDATE)"
        f" UPDATE payments p SET status = $2 FROM found WHERE p.id = found.id RETURNING {db.columns(Payment, 'p')}",
        list(payment_ids),
        outcome.value,
    )


def _captured(payment: Payment) -> Posting:
    return Posting(
        "payment_captured",
        payment.id,
        [
            Entry(accounts.provider(payment.provider), -payment.minor, payment.currency),
            Entry(accounts.in_flight(payment.order_id), payment.minor, payment.currency),
        ],
    )


async def reconcile(providers: Mapping[str, Provider]) -> int:
    """Ends payments whose answer was lost: asks the provider, and records what it says. Returns how many ended."""
    now = clock.now()
    waiting = await db.records(
        Payment,
        "UPDATE payments SET reconcile_at = $2 WHERE id IN (SELECT id FROM payments WHERE status = 'PENDING'"
        f" AND reconcile_at <= $1 ORDER BY reconcile_at LIMIT {_BATCH} FOR UPDATE SKIP LOCKED) RETURNING {_PAYMENT}",
        now,
        now + rules.RECONCILE_AGAIN,
    )
    return sum(await asyncio.gather(*(_reconcile(providers, payment) for payment in waiting)))


async def _reconcile(providers: Mapping[str, Provider], payment: Payment) -> bool:
    try:
        provider = providers[payment.provider]
        async with asyncio.timeout(rules.PATIENCE):
            return await record_outcome(payment.id, await _final(provider, payment))
    except Exception:
        logger.exception("could not find out what became of the payment %s", payment.id)
        return False


async def _final(provider: Provider, payment: Payment) -> Outcome:
    """What becomes of a payment whose answer was lost: a young authorisation is captured, all else closed."""
    outcome = await provider.query(payment.id.hex)
    if outcome is Outcome.AUTHORISED and rules.is_worth_capturing(payment.created_at, clock.now()):
        return await provider.capture(payment.id.hex)
    return await provider.close(payment.id.hex)


async def receive(provider: Provider, body: bytes, signature: str) -> bool:
    """Takes a notification: unsigned and old ones are refused (False), all others only make us ask what is true.

    So they may come late, twice, in any order, or never. An order is settled by the reaction to PaymentCaptured.
    Raises NoAnswerError when the provider cannot be asked: it should tell us again.
    """
    try:
        key = provider.verify(body, signature)
    except NotAuthenticError as forgery:
        logger.warning("a notification of %s is refused: %s", provider.name, forgery)
        return False
    payment_id = None if key is None else queries.id_in(key)
    payment = None if payment_id is None else (await queries.by_ids([payment_id]))[0]
    if payment is not None and payment.provider == provider.name and payment.status == "PENDING":
        outcome = await _ask(provider, payment)
        if outcome in (Outcome.CAPTURED, Outcome.DECLINED):
            await record_outcome(payment.id, outcome)
    return True


async def _ask(provider: Provider, payment: Payment) -> Outcome | None:
    try:
        async with asyncio.timeout(rules.PATIENCE):
            return await provider.query(payment.id.hex)
    except TimeoutError as error:
        raise NoAnswerError("the provider is silent") from error
