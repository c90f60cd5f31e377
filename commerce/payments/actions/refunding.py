"""Giving money back: asked for inside the transaction that owes it, carried out afterwards, one by one, until done."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from commerce.ledger import Entry, Posting, accounts
from commerce.ledger import actions as ledger
from commerce.payments import rules
from commerce.payments.events import RefundCompleted, RefundRequested
from commerce.payments.provider import Provider
from commerce.payments.records import Asked, Refund
from core import clock, db, outbox
from core.ids import new_id
from core.unit_of_work import action

logger = logging.getLogger(__name__)

_REFUND = db.columns(Refund)
_BATCH = 50


async def request_refund(order_id: UUID, minor: int | None, reason: str) -> Refund | None:
    """Owes the buyer `minor` units of a captured payment (None: all that is left) from now on.

    None when nothing is left to give back. Records RefundRequested. More than is left is a defect, and raises.
    """
    found = await _request({order_id: minor}, reason)
    return found[0] if found else None


async def request_refunds(order_ids: Sequence[UUID], reason: str, asked: Asked | None = None) -> list[Refund]:
    """`request_refund` of all that is left of each order; in as many statements as for one."""
    return await _request(dict.fromkeys(order_ids), reason, asked)


async def request_parts(minors: Mapping[UUID, int], reason: str, asked: Asked | None = None) -> list[Refund]:
    """`request_refund` of so many minor units of each order; in as many statements as for one."""
    return await _request(minors, reason, asked)


@action
async def _request(amounts: Mapping[UUID, int | None], reason: str, asked: Asked | None = None) -> list[Refund]:
    claimed = await db.rows(
        "WITH rest AS (SELECT p.id, coalesce(w.minor, p.minor - p.refunding_minor) AS minor"
        " FROM unnest($1::uuid[], $2::bigint[]) AS w (order_id, minor) JOIN payments p ON p.order_id = w.order_id"
        " WHERE p.status = 'CAPTURED' AND p.refunding_minor < p.minor ORDER BY p.id FOR UPDATE OF p)"
        " UPDATE payments p SET refunding_minor = p.refunding_minor + rest.minor FROM rest WHERE p.id = rest.id"
        " RETURNING p.id, p.order_id, p.provider, rest.minor, p.currency",
        list(amounts),
        list(amounts.values()),
    )
    if not claimed:
        return []
    refunds = await _insert([(new_id(), *row) for row in claimed], reason, asked)
    await ledger.post_all([_owed(refund) for refund in refunds])
    for refund in refunds:
        outbox.record(RefundRequested(refund_id=refund.id, order_id=refund.order_id))
    return refunds


async def _insert(values: Sequence[Sequence[object]], reason: str, asked: Asked | None) -> list[Refund]:
    ids, payment_ids, order_ids, providers, minors, currencies = zip(*values, strict=True)
    return await db.records(
        Refund,
        "INSERT INTO refunds (id, payment_id, order_id, provider, minor, currency, reason, status, attempts, due_at,"
        " created_at, note, idempotency_key, fingerprint) SELECT r.*, $7, 'PENDING', 0, $8, $8, $9, $10, $11"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[]) AS r"
        f" RETURNING {_REFUND}",
        ids,
        payment_ids,
        order_ids,
        providers,
        minors,
        currencies,
        reason,
        clock.now(),
        *(msgspec.structs.astuple(asked) if asked else (None, None, None)),
    )


def _owed(refund: Refund) -> Posting:
    return Posting(
        "refund_requested",
        refund.id,
        [
            Entry(accounts.in_flight(refund.order_id), -refund.minor, refund.currency),
            Entry(accounts.refunds_due(refund.order_id), refund.minor, refund.currency),
        ],
    )


async def carry_out_refunds(providers: Mapping[str, Provider], refund_ids: Sequence[UUID]) -> int:
    """Tries refunds for the first time; returns how many were done. Whatever fails is left to `run_due_refunds`."""
    done = 0
    for start in range(0, len(refund_ids), _BATCH):
        batch = refund_ids[start : start + _BATCH]
        claimed = await _claim("status = 'PENDING' AND attempts = 0 AND id = ANY($3)", batch)
        done += await _carry_out_all(providers, claimed)
    return done


async def run_due_refunds(providers: Mapping[str, Provider]) -> int:
    """Tries again what failed, or was never tried, when its time has come; returns how many were done."""
    return await _carry_out_all(providers, await _claim("status <> 'DONE' AND due_at <= $3", clock.now()))


async def _claim(condition: str, value: object) -> list[Refund]:
    """Refunds to try now. The lease keeps others off them until this try is over, or its process long dead."""
    return await db.records(
        Refund,
        "UPDATE refunds SET attempts = attempts + 1, due_at = $1 WHERE id IN"
        f" (SELECT id FROM refunds WHERE {condition} ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_REFUND}",
        clock.now() + rules.REFUND_LEASE,
        _BATCH,
        value,
    )


async def _carry_out_all(providers: Mapping[str, Provider], refunds: Sequence[Refund]) -> int:
    return sum(await asyncio.gather(*(_carry_out(providers, refund) for refund in refunds)))


async def _carry_out(providers: Mapping[str, Provider], refund: Refund) -> bool:
    try:
        async with asyncio.timeout(rules.PATIENCE):
            provider = providers[refund.provider]
            await provider.refund(refund.id.hex, refund.payment_id.hex, refund.minor, refund.currency)
        return await _complete(refund)
    except Exception:
        stuck = refund.attempts >= rules.STUCK_AFTER
        level = logging.ERROR if stuck else logging.WARNING
        logger.log(level, "refund %s failed, attempt %d", refund.id, refund.attempts, exc_info=True)
        await _postpone(refund, stuck)
        return False


@action
async def _complete(refund: Refund) -> bool:
    done = await db.execute(
        "UPDATE refunds SET status = 'DONE', done_at = $2 WHERE id = $1 AND status <> 'DONE'", refund.id, clock.now()
    )
    if not done:
        return False
    await ledger.post(
        "refund_completed",
        refund.id,
        [
            Entry(accounts.refunds_due(refund.order_id), -refund.minor, refund.currency),
            Entry(accounts.provider(refund.provider), refund.minor, refund.currency),
        ],
    )
    outbox.record(RefundCompleted(refund_id=refund.id, order_id=refund.order_id, minor=refund.minor))
    return True


async def _postpone(refund: Refund, stuck: bool) -> None:
    await db.execute(
        "UPDATE refunds SET due_at = $2, status = CASE WHEN $3 THEN 'STUCK' ELSE status END"
        " WHERE id = $1 AND status <> 'DONE'",
        refund.id,
        clock.now() + rules.refund_backoff(refund.attempts),
        stuck,
    )
