"""All reads of payments and refunds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from commerce.payments.records import Asked, Left, Payment, Refund
from core import db
from core.errors import Conflict
from core.ids import first_id_at

_PAYMENT = db.columns(Payment)
_REFUND = db.columns(Refund)


async def attempt(payer_id: UUID, idempotency_key: str, fingerprint: str) -> Payment | None:
    """The payment made under a client's key. Raises Conflict when that was another request."""
    found = await db.row(
        f"SELECT fingerprint, {_PAYMENT} FROM payments WHERE payer_id = $1 AND idempotency_key = $2",
        payer_id,
        idempotency_key,
    )
    if found is None:
        return None
    before, *values = found
    if before != fingerprint:
        raise Conflict("idempotency_key")
    return Payment(*values)


async def by_ids(ids: Sequence[UUID]) -> list[Payment | None]:
    """The payments with `ids`, in their order."""
    found = await db.records(Payment, f"SELECT {_PAYMENT} FROM payments WHERE id = ANY($1)", list(set(ids)))
    return db.in_order(ids, {payment.id: payment for payment in found})


def id_in(key: str) -> UUID | None:
    """The payment whose charge has this key; None for a charge of somebody else's with the same provider."""
    try:
        return UUID(hex=key)
    except ValueError:
        return None


async def captured_between(provider: str, since: datetime, until: datetime) -> list[Payment]:
    """Payments that a provider captured, begun in that time; found by their ids, which tell it too."""
    return await db.records(
        Payment,
        f"SELECT {_PAYMENT} FROM payments WHERE provider = $1 AND status = 'CAPTURED'"
        " AND created_at >= $2 AND created_at < $3 AND id >= $4 ORDER BY id",
        provider,
        since,
        until,
        first_id_at(since),
    )


async def of_order(order_id: UUID) -> list[Payment]:
    """All attempts to pay an order, first to last."""
    return await db.records(Payment, f"SELECT {_PAYMENT} FROM payments WHERE order_id = $1 ORDER BY id", order_id)


async def refunds_of_order(order_id: UUID) -> list[Refund]:
    """All refunds of an order, first to last."""
    [found] = await refunds_of_orders([order_id])
    return found


async def refunds_of_orders(order_ids: Sequence[UUID]) -> list[list[Refund]]:
    """All refunds of each order, first to last."""
    found = await db.records(
        Refund, f"SELECT {_REFUND} FROM refunds WHERE order_id = ANY($1) ORDER BY id", list(set(order_ids))
    )
    grouped: dict[UUID, list[Refund]] = {}
    for refund in found:
        grouped.setdefault(refund.order_id, []).append(refund)
    return [grouped.get(order_id, []) for order_id in order_ids]


async def was_asked(order_id: UUID, asked: Asked) -> bool:
    """Whether a shop gave back of an order under this key before. Raises Conflict when that was another request."""
    before = await db.value(
        "SELECT fingerprint FROM refunds WHERE order_id = $1 AND idempotency_key = $2", order_id, asked.key
    )
    if before not in (None, asked.fingerprint):
        raise Conflict("idempotency_key")
    return before is not None


async def left_of(order_id: UUID) -> Left:
    """What of an order's captured payment was not given back yet; nothing when none was captured."""
    found = await db.records(
        Left,
        "SELECT minor - refunding_minor, (SELECT count(*) FROM refunds r WHERE r.order_id = p.order_id)"
        " FROM payments p WHERE order_id = $1 AND status = 'CAPTURED'",
        order_id,
    )
    return found[0] if found else Left(0, 0)
