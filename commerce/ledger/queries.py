"""Reads of the ledger: balances are derived, never kept."""

from collections.abc import Sequence

from commerce.ledger.records import Imbalance
from core import db
from core.money import Money


async def balances(accounts: Sequence[str], currency: str) -> list[int]:
    """Each account's balance in minor units of `currency`, in their order."""
    found = await db.rows(
        "SELECT account, sum(minor) AS minor FROM ledger_entries"
        " WHERE account = ANY($1) AND currency = $2 GROUP BY account",
        list(set(accounts)),
        currency,
    )
    known = {row["account"]: int(row["minor"]) for row in found}
    return [known.get(account, 0) for account in accounts]


async def all_balances(accounts: Sequence[str]) -> list[list[Money]]:
    """Each account's balance in every currency that ever moved in it, in their order."""
    found = await db.rows(
        "SELECT account, sum(minor) AS minor, currency FROM ledger_entries WHERE account = ANY($1)"
        " GROUP BY account, currency ORDER BY currency",
        list(set(accounts)),
    )
    grouped: dict[str, list[Money]] = {}
    for account, minor, currency in found:
        grouped.setdefault(account, []).append(Money(int(minor), currency))
    return [grouped.get(account, []) for account in accounts]


async def unbalanced() -> list[Imbalance]:
    """What must never be: a posting that does not sum to zero, or an order's account from which more went than came."""
    return await db.records(
        Imbalance,
        "SELECT 'posting does not sum to zero', posting_id::text, sum(minor)::bigint, currency FROM ledger_entries"
        " GROUP BY posting_id, currency HAVING sum(minor) <> 0"
        " UNION ALL SELECT 'posting has no entries', p.id::text, 0, '' FROM ledger_postings p"
        " WHERE NOT EXISTS (SELECT FROM ledger_entries e WHERE e.posting_id = p.id)"
        " UNION ALL SELECT 'account is overdrawn', account, sum(minor)::bigint, currency FROM ledger_entries"
        " WHERE account LIKE 'in\\_flight:%' OR account LIKE 'refunds\\_due:%'"
        " GROUP BY account, currency HAVING sum(minor) < 0",
    )
