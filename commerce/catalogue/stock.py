"""Units of variants: held while an order is unpaid, sold or released after. Each is a part of its caller's transaction.

`stock` counts the units in the house, `held` those of them that are promised. Every change is one statement that names
what must be true for it, and locks variants in the order of their ids, so that no two orders wait for each other.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from commerce.catalogue import queries
from commerce.catalogue.errors import OutOfStock
from commerce.catalogue.events import StockChanged
from core import db, outbox
from core.unit_of_work import action

_WANTED = (
    "WITH wanted AS (SELECT v.id, w.quantity FROM unnest($1::uuid[], $2::int[]) AS w (id, quantity)"
    " JOIN variants v ON v.id = w.id ORDER BY v.id FOR NO KEY UPDATE OF v)"
)


@action
async def hold(quantities: Mapping[UUID, int]) -> None:
    """Holds units of each variant, all or nothing. Raises OutOfStock, with what is left of the first that lacks."""
    changed = await db.rows(
        f"{_WANTED} UPDATE variants v SET held = held + w.quantity FROM wanted w"
        " WHERE v.id = w.id AND v.stock - v.held >= w.quantity"
        " RETURNING v.id, v.product_id, v.stock - v.held = 0 AS crossed",
        list(quantities),
        list(quantities.values()),
    )
    if len(changed) < len(quantities):
        done = {row["id"] for row in changed}
        lacking = [variant_id for variant_id in quantities if variant_id not in done]
        [variant] = await queries.variants_by_ids(lacking[:1])
        raise OutOfStock(available=variant.available if variant else 0, variant_id=lacking[0])
    _tell([row for row in changed if row["crossed"]])


@action
async def release(quantities: Mapping[UUID, int]) -> None:
    """Gives held units back to who wants to buy them."""
    changed = await db.rows(
        f"{_WANTED} UPDATE variants v SET held = held - w.quantity FROM wanted w WHERE v.id = w.id"
        " RETURNING v.id, v.product_id, v.stock - v.held = w.quantity AS crossed",
        list(quantities),
        list(quantities.values()),
    )
    _tell([row for row in changed if row["crossed"]])


@action
async def sell(quantities: Mapping[UUID, int]) -> None:
    """Takes held units out of the house for good; records StockChanged."""
    await _count_sold(
        f"{_WANTED}, changed AS (UPDATE variants v SET stock = stock - w.quantity, held = held - w.quantity"
        " FROM wanted w WHERE v.id = w.id RETURNING v.id, v.product_id, w.quantity)",
        quantities,
    )


@action
async def restock(quantities: Mapping[UUID, int]) -> None:
    """Takes back units that were sold; records StockChanged."""
    await _count_sold(
        f"{_WANTED}, changed AS (UPDATE variants v SET stock = stock + w.quantity"
        " FROM wanted w WHERE v.id = w.id RETURNING v.id, v.product_id, -w.quantity AS quantity)",
        quantities,
    )


async def _count_sold(changed: str, quantities: Mapping[UUID, int]) -> None:
    """Runs the change of variants, and counts it on their products, in one statement."""
    found = await db.rows(
        f"{changed}, sums AS (SELECT product_id, sum(quantity)::int AS quantity FROM changed GROUP BY product_id),"
        " locked AS (SELECT p.id FROM products p JOIN sums s ON s.product_id = p.id ORDER BY p.id"
        " FOR NO KEY UPDATE OF p),"
        " counted AS (UPDATE products p SET sold_count = sold_count + s.quantity FROM sums s JOIN locked l"
        " ON l.id = s.product_id WHERE p.id = s.product_id)"
        " SELECT id, product_id FROM changed",
        list(quantities),
        list(quantities.values()),
    )
    _tell(found)


def _tell(rows: Sequence[asyncpg.Record]) -> None:
    for row in rows:
        outbox.record(StockChanged(product_id=row["product_id"], variant_id=row["id"]))
