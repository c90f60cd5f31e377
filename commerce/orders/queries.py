"""All reads of orders, batch first."""

from collections.abc import Sequence
from uuid import UUID

from commerce.orders import rules
from commerce.orders.records import Order, OrderLine
from commerce.shops import queries as shop_queries
from core import db, idempotency
from core.errors import Conflict
from core.gathering import gathered, gathered_lists
from core.ids import BEYOND
from core.pagination import Page, PageRequest, pages_of

_ORDER = db.columns(Order)
_LINE = db.columns(OrderLine)


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, Order]:
    """The orders with `ids`, in their order, whoever asks."""
    found = await db.records(Order, f"SELECT {_ORDER} FROM orders WHERE id = ANY($1)", ids)
    return {order.id: order for order in found}


async def visible_to(viewer_id: UUID | None, ids: Sequence[UUID]) -> list[Order | None]:
    """The orders with `ids`; None for all that the viewer neither bought nor sells."""
    if viewer_id is None:
        return [None] * len(ids)
    found = await by_ids(ids)
    sees = await sees_privately(viewer_id, [order for order in found if order is not None])
    allowed = {order.id for order, seen in zip(filter(None, found), sees, strict=True) if seen}
    return [order if order is not None and order.id in allowed else None for order in found]


async def sees_privately(viewer_id: UUID | None, orders: Sequence[Order]) -> list[bool]:
    """Whether the viewer is each order's buyer or the owner of its shop."""
    if viewer_id is None:
        return [False] * len(orders)
    if all(order.buyer_id == viewer_id for order in orders):
        return [True] * len(orders)
    [shop] = await shop_queries.by_owners([viewer_id])
    return [order.buyer_id == viewer_id or (shop is not None and order.shop_id == shop.id) for order in orders]


async def buyers_among(people: Sequence[UUID]) -> set[UUID]:
    """Those of some people who have bought something, paid for it, and kept it."""
    found = await db.rows(
        "SELECT DISTINCT buyer_id FROM orders WHERE buyer_id = ANY($1) AND status = ANY($2)", people, rules.EARNED
    )
    return {row["buyer_id"] for row in found}


async def existing(buyer_id: UUID, idempotency_key: str, fingerprint: str) -> Order | None:
    """The order made under a client's key. Raises Invalid for a bad key, Conflict when that was another request."""
    found = await db.row(
        f"SELECT fingerprint, {_ORDER} FROM orders WHERE buyer_id = $1 AND idempotency_key = $2",
        buyer_id,
        idempotency.key(idempotency_key),
    )
    if found is None:
        return None
    before, *values = found
    if before != fingerprint:
        raise Conflict("idempotency_key")
    return Order(*values)


async def existing_all(keys: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], tuple[str, Order]]:
    """The orders that were made under (buyer, client's key), each with the fingerprint of its request."""
    found = await db.rows(
        f"SELECT o.idempotency_key, o.fingerprint, {db.columns(Order, 'o')}"
        " FROM unnest($1::uuid[], $2::text[]) AS k (buyer_id, key)"
        " JOIN orders o ON o.buyer_id = k.buyer_id AND o.idempotency_key = k.key",
        [buyer_id for buyer_id, _ in keys],
        [key for _, key in keys],
    )
    made = [(key, fingerprint, Order(*values)) for key, fingerprint, *values in found]
    return {(order.buyer_id, key): (fingerprint, order) for key, fingerprint, order in made}


@gathered_lists
async def lines_of(order_ids: list[UUID]) -> list[tuple[UUID, OrderLine]]:
    """Each order's lines, in the order in which they were asked for."""
    found = await db.records(
        OrderLine, f"SELECT {_LINE} FROM order_lines WHERE order_id = ANY($1) ORDER BY id", order_ids
    )
    return [(line.order_id, line) for line in found]


async def page_by_buyer(buyer_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Order]]:
    """A page of each person's orders, newest first."""
    found = await _newest("buyer_id", buyer_ids, request)
    return pages_of(buyer_ids, ((order.buyer_id, order) for order in found), request, lambda order: order.id)


async def page_by_shop(shop_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Order]]:
    """A page of what each shop has sold, newest first."""
    found = await _newest("shop_id", shop_ids, request)
    return pages_of(shop_ids, ((order.shop_id, order) for order in found), request, lambda order: order.id)


async def _newest(column: str, parents: Sequence[UUID], request: PageRequest[UUID]) -> list[Order]:
    return await db.records(
        Order,
        f"SELECT {db.columns(Order, 'o')} FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL"
        f" (SELECT {_ORDER} FROM orders WHERE {column} = parent.id AND id < $2 ORDER BY id DESC LIMIT $3) o"
        " ORDER BY o.id DESC",
        list(set(parents)),
        request.key or BEYOND,
        request.limit + 1,
    )
