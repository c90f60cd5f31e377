"""All reads of payouts, batch first."""

from collections.abc import Sequence
from uuid import UUID

from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.payouts.records import Payout
from commerce.shops import queries as shop_queries
from core import db
from core.errors import Conflict
from core.ids import BEYOND
from core.money import Money
from core.pagination import Page, PageRequest, pages_of

_PAYOUT = db.columns(Payout)


async def visible_to(viewer_id: UUID | None, ids: Sequence[UUID]) -> list[Payout | None]:
    """The payouts with `ids`, in their order; None for all that are not the viewer's shop's."""
    if viewer_id is None:
        return [None] * len(ids)
    found = await db.records(Payout, f"SELECT {_PAYOUT} FROM payouts WHERE id = ANY($1)", list(set(ids)))
    [shop] = await shop_queries.by_owners([viewer_id])
    return db.in_order(ids, {one.id: one for one in found if shop is not None and one.shop_id == shop.id})


async def existing(shop_id: UUID, key: str, fingerprint: str) -> Payout | None:
    """The payout made under a shop's key. Raises Conflict when that was another request."""
    found = await db.row(
        f"SELECT fingerprint, {_PAYOUT} FROM payouts WHERE shop_id = $1 AND idempotency_key = $2", shop_id, key
    )
    if found is None:
        return None
    before, *values = found
    if before != fingerprint:
        raise Conflict("idempotency_key")
    return Payout(*values)


async def balances(shop_ids: Sequence[UUID]) -> list[list[Money]]:
    """What each shop has earned and not been paid out, in every currency in which it ever earned."""
    return await ledger.all_balances([accounts.shop(shop_id) for shop_id in shop_ids])


async def requested(limit: int = 100) -> list[Payout]:
    """Payouts that a person has to send, oldest first."""
    return await db.records(
        Payout, f"SELECT {_PAYOUT} FROM payouts WHERE status = 'REQUESTED' ORDER BY id LIMIT $1", limit
    )


async def page_by_shop(shop_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Payout]]:
    """A page of each shop's payouts, newest first."""
    found = await db.records(
        Payout,
        f"SELECT {db.columns(Payout, 'p')} FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL"
        f" (SELECT {_PAYOUT} FROM payouts WHERE shop_id = parent.id AND id < $2 ORDER BY id DESC LIMIT $3) p"
        " ORDER BY p.id DESC",
        list(set(shop_ids)),
        request.key or BEYOND,
        request.limit + 1,
    )
    return pages_of(shop_ids, ((payout.shop_id, payout) for payout in found), request, lambda payout: payout.id)
