"""All writes of payouts: asked for by a shop, which takes the money off its balance, and sent by a person."""

from decimal import Decimal
from uuid import UUID

import asyncpg
import msgspec

from commerce.ledger import Entry, Posting, accounts
from commerce.ledger import actions as ledger
from commerce.ledger import queries as ledger_queries
from commerce.payouts import events, queries, rules
from commerce.payouts.errors import BalanceTooLow
from commerce.payouts.records import Payout
from commerce.shops import queries as shop_queries
from core import clock, db, idempotency, outbox, validation
from core.errors import Forbidden, NotFound
from core.ids import new_id
from core.money import Money
from core.unit_of_work import action

_PAYOUT = db.columns(Payout)


@action
async def request(
    owner_id: UUID, amount: Decimal, currency: str, idempotency_key: str, commission_basis_points: int
) -> Payout:
    """Takes `amount` (major units) off the balance of the owner's shop, to be sent to its bank less the commission.

    The same key again gives the same payout. Raises Invalid, Forbidden without a shop, BalanceTooLow, or Conflict for
    a key that was another request's. Records PayoutRequested.
    """
    minor = validation.price(amount, validation.currency(currency, "currency"), "amount")
    key, fingerprint = idempotency.key(idempotency_key), idempotency.fingerprint(minor, currency)
    [shop] = await shop_queries.by_owners([owner_id])
    if shop is None:
        raise Forbidden()
    earlier = await queries.existing(shop.id, key, fingerprint)
    if earlier is not None:
        return earlier
    share = rules.commission(minor, commission_basis_points)
    payout = Payout(new_id(), shop.id, minor, share, currency, "REQUESTED", clock.now(), None)
    await _insert(payout, key, fingerprint)
    if not await ledger.post_covered(_taken(payout), accounts.shop(shop.id)):
        [available] = await ledger_queries.balances([accounts.shop(shop.id)], currency)
        raise BalanceTooLow("amount", available=Money(max(available, 0), currency).amount, currency=currency)
    outbox.record(events.PayoutRequested(payout_id=payout.id, shop_id=shop.id))
    return payout


async def _insert(payout: Payout, key: str, fingerprint: str) -> None:
    inserted = await db.execute(
        f"INSERT INTO payouts ({_PAYOUT}, idempotency_key, fingerprint)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        *msgspec.structs.astuple(payout),
        key,
        fingerprint,
    )
    if not inserted:
        # The same request in another transaction: what `action` begins anew, and then finds it.
        raise asyncpg.SerializationError("this payout was requested by another transaction")


def _taken(payout: Payout) -> Posting:
    entries = [
        Entry(accounts.shop(payout.shop_id), -payout.minor, payout.currency),
        Entry(accounts.payouts_due(payout.shop_id), payout.net.minor, payout.currency),
    ]
    if payout.commission_minor:
        entries.append(Entry(accounts.PLATFORM, payout.commission_minor, payout.currency))
    return Posting("payout_requested", payout.id, entries)


@action
async def mark_paid(payout_id: UUID) -> Payout:
    """REQUESTED → PAID, by a person who sent the money; once more changes nothing.

    Raises NotFound; records PayoutPaid.
    """
    paid = await db.records(
        Payout,
        f"UPDATE payouts SET status = 'PAID', paid_at = $2 WHERE id = $1 AND status = 'REQUESTED' RETURNING {_PAYOUT}",
        payout_id,
        clock.now(),
    )
    if not paid:
        return await _paid_before(payout_id)
    [payout] = paid
    entries = [
        Entry(accounts.payouts_due(payout.shop_id), -payout.net.minor, payout.currency),
        Entry(accounts.PAID_OUT, payout.net.minor, payout.currency),
    ]
    await ledger.post("payout_paid", payout.id, entries)
    outbox.record(events.PayoutPaid(payout_id=payout.id, shop_id=payout.shop_id))
    return payout


async def _paid_before(payout_id: UUID) -> Payout:
    known = await db.records(Payout, f"SELECT {_PAYOUT} FROM payouts WHERE id = $1", payout_id)
    if not known:
        raise NotFound("payout_id")
    return known[0]
