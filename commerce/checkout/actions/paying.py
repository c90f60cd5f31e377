"""Paying: an attempt is written down, the provider asked outside any transaction, and its answer recorded and settled.

Wherever this process dies, the same request sent again goes on from there, and the timer of payments does so without.
"""

from uuid import UUID

from commerce.checkout import rules
from commerce.checkout.actions.settling import settle_order
from commerce.checkout.records import PayOutcome
from commerce.orders import Order
from commerce.orders import queries as orders
from commerce.payments import Outcome, Payment, Provider
from commerce.payments import actions as payments
from commerce.payments import queries as payment_queries
from commerce.payments.errors import PaymentDeclined
from core import clock, idempotency
from core.errors import Forbidden, NotFound, Refusal


async def pay(buyer_id: UUID, order_id: UUID, provider: Provider, token: str, idempotency_key: str) -> PayOutcome:
    """Pays the whole of the buyer's own order. The same key again gives the same outcome, and takes nothing twice.

    The outcome's refusal is PaymentDeclined (another attempt under a new key is possible), or tells why nothing can be
    paid any more, or that the payment came too late and is refunded. Raises Invalid, NotFound, Forbidden, Conflict,
    PaymentInProgress while the provider has not answered, and WrongState, SeatExpired, OrderClosed or PaymentTimeOver
    when there is nothing to pay. Records PaymentCaptured or PaymentDeclined, and what settling records.
    """
    order = await require_own(buyer_id, order_id)
    payment = await _attempt(order, provider, rules.token(token), idempotency.key(idempotency_key))
    refusal = await _conclude(order, provider, payment, token)
    [after] = await orders.by_ids([order_id])
    return PayOutcome(after or order, refusal)


async def require_own(buyer_id: UUID, order_id: UUID) -> Order:
    """The buyer's order. Raises NotFound for who may not see it, Forbidden for who only may."""
    [order] = await orders.visible_to(buyer_id, [order_id])
    if order is None:
        raise NotFound("order_id")
    if order.buyer_id != buyer_id:
        raise Forbidden("order_id")
    return order


async def _attempt(order: Order, provider: Provider, token: str, key: str) -> Payment:
    """The payment under this key: the one that it began before, or a new one if the order can be paid."""
    fingerprint = idempotency.fingerprint(order.id, provider.name, token)
    if rules.can_be_paid(order, clock.now()):
        return await payments.begin(order.id, order.buyer_id, provider.name, order.total, key, fingerprint)
    earlier = await payment_queries.attempt(order.buyer_id, key, fingerprint)
    if earlier is None:
        raise rules.why_not(order)
    return earlier


async def _conclude(order: Order, provider: Provider, payment: Payment, token: str) -> Refusal | None:
    if payment.status == "CAPTURED":
        return await settle_order(order)
    in_time = rules.can_be_paid(order, clock.now())
    declined = PaymentDeclined("token") if in_time else rules.why_not(order)
    if payment.status == "DECLINED":
        return declined
    # Of an order that was closed while the answer was lost: learn it, but take no money any more.
    outcome = await (payments.capture(provider, payment, token) if in_time else payments.close(provider, payment))
    return await _record(order, payment, outcome, declined)


async def _record(order: Order, payment: Payment, outcome: Outcome, declined: Refusal) -> Refusal | None:
    """Records the answer; a capture together with what it does to the order. `declined` is told of a decline."""
    if outcome is Outcome.DECLINED:
        await payments.record_outcome(payment.id, outcome)
        return declined
    return await settle_order(order, payment)
