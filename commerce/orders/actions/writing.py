"""Writes orders down, for whoever has held what they are about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from commerce.orders import rules
from commerce.orders.events import OrderPlaced
from commerce.orders.records import Address, NewLine, Order
from core import clock, db, idempotency, outbox
from core.ids import new_id
from core.unit_of_work import action

_ORDER = db.columns(Order)
# The order and its lines in one statement. Nothing is written when the key, or the number, is there already.
_PLACE = (
    "WITH placed AS (INSERT INTO orders (id, number, buyer_id, shop_id, kind, status, currency, total_minor,"
    " refunded_minor, pay_by, address, idempotency_key, fingerprint, created_at)"
    " VALUES ($1, $2, $3, $4, $5, 'PENDING_PAYMENT', $6, $7, 0, $8, $9, $10, $11, $12)"
    f" ON CONFLICT DO NOTHING RETURNING {_ORDER}),"
    " lines AS (INSERT INTO order_lines (order_id, variant_id, title, quantity, unit_price_minor, currency)"
    " SELECT placed.id, l.variant_id, l.title, l.quantity, l.unit_price_minor, placed.currency FROM placed,"
    " unnest($13::uuid[], $14::text[], $15::int[], $16::bigint[]) WITH ORDINALITY"
    " AS l (variant_id, title, quantity, unit_price_minor, position) ORDER BY l.position)"
    f" SELECT {_ORDER} FROM placed"
)


@action
async def create(
    buyer_id: UUID,
    shop_id: UUID,
    kind: str,
    lines: Sequence[NewLine],
    currency: str,
    pay_by: datetime,
    address: Address | None,
    idempotency_key: str,
    fingerprint: str,
) -> Order:
    """Writes an order of `kind` PLAIN or TEAM, PENDING_PAYMENT until `pay_by`. Prices in minor units.

    Raises Invalid for a bad address or key; records OrderPlaced. Ask `queries.existing` first: when the same request
    is being written by another transaction, the whole use case starts anew, and finds it there.
    """
    clean = None if address is None else rules.address(address)
    placed = await db.records(
        Order,
        _PLACE,
        new_id(),
        rules.new_number(clock.now()),
        buyer_id,
        shop_id,
        kind,
        currency,
        sum(line.unit_price_minor * line.quantity for line in lines),
        pay_by,
        None if clean is None else msgspec.to_builtins(clean),
        idempotency.key(idempotency_key),
        fingerprint,
        clock.now(),
        [line.variant_id for line in lines],
        [line.title for line in lines],
        [line.quantity for line in lines],
        [line.unit_price_minor for line in lines],
    )
    if not placed:
        # The same request in another transaction, or (once in an age) the same number: what `action` begins anew.
        raise asyncpg.SerializationError("this order was placed by another transaction")
    [order] = placed
    outbox.record(OrderPlaced(order_id=order.id, buyer_id=buyer_id, shop_id=shop_id))
    return order
