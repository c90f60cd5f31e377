"""Writes orders down, for whoever has held what they are about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from commerce.orders import rules
from commerce.orders.events import OrderPlaced
from commerce.orders.records import Address, DraftOrder, NewLine, Order
from core import clock, db, idempotency, outbox
from core.ids import new_id
from core.unit_of_work import action

_ORDER = f"{db.columns(Order)}, idempotency_key, fingerprint"
_LINE = "order_id, variant_id, title, quantity, unit_price_minor, currency"
# Orders and their lines in one statement. Where the key, or the number, is there already, nothing is written.
_PLACE = (
    f"WITH placed AS (INSERT INTO orders ({_ORDER}) SELECT {_ORDER} FROM jsonb_populate_recordset(NULL::orders, $1)"
    " ON CONFLICT DO NOTHING RETURNING id),"
    f" lines AS (INSERT INTO order_lines ({_LINE}) SELECT {_LINE} FROM placed"
    " JOIN jsonb_populate_recordset(NULL::order_lines, $2) WITH ORDINALITY AS l ON l.order_id = placed.id"
    " ORDER BY ordinality)"
    " SELECT count(*) FROM placed"
)


def draft(
    buyer_id: UUID,
    shop_id: UUID,
    kind: str,
    lines: Sequence[NewLine],
    currency: str,
    pay_by: datetime,
    address: Address | None,
    idempotency_key: str,
    fingerprint: str,
    *,
    now: datetime,
) -> DraftOrder:
    """An order of `kind` PLAIN or TEAM, PENDING_PAYMENT until `pay_by`; to be written. Prices in minor units.

    Raises Invalid for a bad address or key.
    """
    clean = None if address is None else rules.address(address)
    order = Order(
        id=new_id(),
        number=rules.new_number(now),
        buyer_id=buyer_id,
        shop_id=shop_id,
        kind=kind,
        status="PENDING_PAYMENT",
        currency=currency,
        total_minor=sum(line.unit_price_minor * line.quantity for line in lines),
        refunded_minor=0,
        pay_by=pay_by,
        created_at=now,
        address=None if clean is None else msgspec.to_builtins(clean),
        carrier=None,
        tracking_number=None,
    )
    return DraftOrder(order, lines, idempotency.key(idempotency_key), fingerprint)


@action
async def write(drafts: Sequence[DraftOrder]) -> None:
    """Writes orders with their lines, in one statement however many; records OrderPlaced for each.

    Ask `queries.existing` first: when the same request is being written by another transaction, the whole use case
    starts anew, and finds it there.
    """
    # In one order everywhere: who writes several of the same must not wait for who waits for them.
    drafts = sorted(drafts, key=lambda made: (made.order.buyer_id, made.idempotency_key))
    placed = await db.value(
        _PLACE,
        [
            msgspec.structs.asdict(made.order)
            | {"idempotency_key": made.idempotency_key, "fingerprint": made.fingerprint}
            for made in drafts
        ],
        [
            msgspec.structs.asdict(line) | {"order_id": made.order.id, "currency": made.order.currency}
            for made in drafts
            for line in made.lines
        ],
    )
    if placed != len(drafts):
        # The same request in another transaction, or (once in an age) the same number: what `action` begins anew.
        raise asyncpg.SerializationError("an order was placed by another transaction")
    for made in drafts:
        order = made.order
        outbox.record(OrderPlaced(order_id=order.id, buyer_id=order.buyer_id, shop_id=order.shop_id))


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
    """`draft`, as of now, and `write` of one order."""
    made = draft(
        buyer_id,
        shop_id,
        kind,
        lines,
        currency,
        pay_by,
        address,
        idempotency_key,
        fingerprint,
        now=clock.now(),
    )
    await write([made])
    return made.order
