"""Writes down who engaged with what: told by events, read from the truth, so they may come twice or out of order."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from commerce.catalogue import queries as product_queries
from commerce.orders import queries as order_queries
from commerce.orders.events import OrderPaid
from content.feed import rules
from content.notes import queries as note_queries
from content.notes.events import CommentAdded, NoteCollected, NoteDeleted, NoteLiked, NoteUncollected, NoteUnliked
from core import clock, db
from core.outbox import Event
from core.unit_of_work import action

EVENTS: Final[Sequence[type[Event]]] = (
    NoteLiked,
    NoteUnliked,
    NoteCollected,
    NoteUncollected,
    CommentAdded,
    NoteDeleted,
    OrderPaid,
)
# Buying says as much as everything that one can do to a note.
_BOUGHT = 1.0
# Of a person who engaged, the latest items whose neighbours are learned anew beside the new one.
_BESIDE = 8


class Taste(msgspec.Struct, frozen=True):
    """How much a person engaged with an item; with strength 0 no longer."""

    user_id: UUID
    item_id: UUID
    kind: str
    strength: float


@action
async def on_engaged(events: Sequence[Event]) -> None:
    """Brings the tastes that these events are about in line with what is so now, and marks what is to be learned."""
    tastes = [*await _of_notes(events), *await _of_orders(events)]
    if tastes:
        await _write(tastes)
    gone = [event.note_id for event in events if isinstance(event, NoteDeleted)]
    if gone:
        await _forget(gone)


async def _of_notes(events: Sequence[Event]) -> list[Taste]:
    pairs = {
        (event.author_id if isinstance(event, CommentAdded) else event.user_id, event.note_id)
        for event in events
        if isinstance(event, NoteLiked | NoteUnliked | NoteCollected | NoteUncollected | CommentAdded)
    }
    if not pairs:
        return []
    found = await note_queries.engagement_of(sorted(pairs))
    return [
        Taste(user_id, note_id, "NOTE", rules.strength(*engaged))
        for (user_id, note_id), engaged in zip(sorted(pairs), found, strict=True)
    ]


async def _of_orders(events: Sequence[Event]) -> list[Taste]:
    ids = [event.order_id for event in events if isinstance(event, OrderPaid)]
    if not ids:
        return []
    orders, lines = await order_queries.by_ids(ids), await order_queries.lines_of(ids)
    variants = await product_queries.variants_by_ids([line.variant_id for of_one in lines for line in of_one])
    products = {variant.id: variant.product_id for variant in variants if variant is not None}
    bought = {
        (order.buyer_id, products[line.variant_id])
        for order, of_one in zip(orders, lines, strict=True)
        for line in of_one
        if order is not None and line.variant_id in products
    }
    return [Taste(buyer_id, product_id, "PRODUCT", _BOUGHT) for buyer_id, product_id in sorted(bought)]


async def _write(tastes: Sequence[Taste]) -> None:
    now = clock.now()
    await db.execute(
        "WITH given AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::real[])"
        " AS g (user_id, item_id, kind, strength)),"
        " gone AS (DELETE FROM feed_tastes t USING given g WHERE t.user_id = g.user_id AND t.item_id = g.item_id"
        " AND g.strength = 0 RETURNING t.item_id, -1 AS change),"
        " kept AS (INSERT INTO feed_tastes (user_id, item_id, strength, engaged_at)"
        " SELECT user_id, item_id, strength, $5 FROM given WHERE strength > 0 ON CONFLICT (user_id, item_id)"
        " DO UPDATE SET strength = EXCLUDED.strength, engaged_at = EXCLUDED.engaged_at"
        " RETURNING item_id, (xmax = 0)::int AS change),"
        " changed AS (SELECT item_id, change FROM gone UNION ALL SELECT item_id, change FROM kept)"
        " INSERT INTO feed_items (id, kind, engaged, changed_at)"
        " SELECT item_id, g.kind, c.change,"
        # What one person alone engaged with is like nothing yet.
        " CASE WHEN c.change > 1 THEN $5::timestamptz END"
        " FROM (SELECT item_id, sum(change) AS change FROM changed GROUP BY item_id) c"
        " JOIN (SELECT item_id, min(kind) AS kind FROM given GROUP BY item_id) g USING (item_id)"
        " ORDER BY item_id"
        " ON CONFLICT (id) DO UPDATE SET engaged = feed_items.engaged + EXCLUDED.engaged, changed_at = $5",
        [taste.user_id for taste in tastes],
        [taste.item_id for taste in tastes],
        [taste.kind for taste in tastes],
        [taste.strength for taste in tastes],
        now,
    )
    await db.execute(
        "UPDATE feed_items SET changed_at = $2 WHERE id IN (SELECT id FROM feed_items WHERE changed_at IS NULL"
        " AND engaged > 1 AND id IN (SELECT t.item_id FROM unnest($1::uuid[]) AS u (id) CROSS JOIN LATERAL"
        f" (SELECT item_id FROM feed_tastes WHERE user_id = u.id ORDER BY engaged_at DESC LIMIT {_BESIDE}) t)"
        " ORDER BY id FOR NO KEY UPDATE)",
        list({taste.user_id for taste in tastes}),
        now,
    )


async def _forget(note_ids: Sequence[UUID]) -> None:
    """What is deleted speaks for nothing, and nothing for it."""
    await db.execute("DELETE FROM feed_neighbours WHERE target_id = ANY($1) OR source_id = ANY($1)", note_ids)
    await db.execute("DELETE FROM feed_tastes WHERE item_id = ANY($1)", note_ids)
    await db.execute("DELETE FROM feed_items WHERE id = ANY($1)", note_ids)
