"""Writes orders down, for whoever has held what they are about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from commerce.orders import queries, rules
from commerce.orders.errors import TooManyHeld, TooManyUnpaid
from commerce.orders.events import OrderPlaced
from commerce.orders.records import Address, Allowance, DraftOrder, NewLine, Order
from core import clock, db, idempotency, outbox, validation
from core.errors import Refusal
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

_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 0)) FROM unnest($1::uuid[]) AS buyer (id)"
_UNPAID = (
    "SELECT o.buyer_id, count(DISTINCT o.id), sum(l.quantity) FROM orders o JOIN order_lines l ON l.order_id = o.id"
    " WHERE o.buyer_id = ANY($1) AND o.status = 'PENDING_PAYMENT' GROUP BY o.buyer_id"
)


def _overtaken() -> asyncpg.SerializationError:
    """The same request in another transaction, or (once in an age) the same number: what `action` begins anew."""
    return asyncpg.SerializationError("an order was placed by another transaction")


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
    allowance: Allowance | None = None,
    *,
    now: datetime,
) -> DraftOrder:
    """An order of `kind` PLAIN or TEAM, PENDING_PAYMENT until `pay_by`; to be written. Prices in minor units.

    Raises Invalid for a bad address or key, and for a total beyond what one price may be.
    """
    total = sum(line.unit_price_minor * line.quantity for line in lines)
    validation.total(total, currency, "quantity" if kind == "TEAM" else "lines")
    clean = None if address is None else rules.address(address)
    order = Order(
        id=new_id(),
        number=rules.new_number(now),
        buyer_id=buyer_id,
        shop_id=shop_id,
        kind=kind,
        status="PENDING_PAYMENT",
        currency=currency,
        total_minor=total,
        refunded_minor=0,
        pay_by=pay_by,
        created_at=now,
        address=None if clean is None else msgspec.to_builtins(clean),
        carrier=None,
        tracking_number=None,
    )
    return DraftOrder(order, lines, idempotency.key(idempotency_key), fingerprint, allowance)


@action
async def write(drafts: Sequence[DraftOrder]) -> None:
    """Writes orders with their lines, in one statement however many; records OrderPlaced for each.

    Raises TooManyUnpaid or TooManyHeld beyond a buyer's allowance. Ask `queries.existing` first: when the same request
    is being written by another transaction, the whole use case starts anew, and finds it there.
    """
    # In one order everywhere: who writes several of the same must not wait for who waits for them.
    drafts = sorted(drafts, key=lambda made: (made.order.buyer_id, made.idempotency_key))
    await _require_allowed([made for made in drafts if made.allowance is not None])
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
        raise _overtaken()
    for made in drafts:
        order = made.order
        outbox.record(OrderPlaced(order_id=order.id, buyer_id=order.buyer_id, shop_id=order.shop_id))


async def _require_allowed(drafts: Sequence[DraftOrder]) -> None:
    """Orders of one buyer wait here for each other, so that what is unpaid is counted with whatever came before."""
    if not drafts:
        return
    buyers = sorted({made.order.buyer_id for made in drafts})
    await db.execute(_WAIT, buyers)
    unpaid = {buyer_id: (orders, units) for buyer_id, orders, units in await db.rows(_UNPAID, buyers)}
    for made in drafts:
        orders, units = unpaid.get(made.order.buyer_id, (0, 0))
        orders, units = orders + 1, units + sum(line.quantity for line in made.lines)
        unpaid[made.order.buyer_id] = orders, units
        refusal = _beyond(made.allowance, orders, units)
        if refusal is not None and await queries.existing_all([(made.order.buyer_id, made.idempotency_key)]):
            raise _overtaken()
        if refusal is not None:
            raise refusal


def _beyond(allowed: Allowance | None, orders: int, units: int) -> Refusal | None:
    if allowed is not None and orders > allowed.orders:
        return TooManyUnpaid(most=allowed.orders)
    if allowed is not None and units > allowed.units:
        return TooManyHeld(most=allowed.units)
    return None


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
    allowance: Allowance | None = None,
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
        allowance,
        now=clock.now(),
    )
    await write([made])
    return made.order
