"""The writes of the ledger."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from commerce.ledger import queries
from commerce.ledger.records import Entry, Posting
from core import clock, db
from core.unit_of_work import action


async def post(kind: str, source: UUID, entries: Sequence[Entry]) -> bool:
    """Posts entries; False, and nothing, when this `kind` was posted about `source` before."""
    return await post_all([Posting(kind, source, entries)]) == 1


@action
async def post_all(postings: Sequence[Posting]) -> int:
    """Posts each that was not posted before; returns how many those were. In one statement, however many."""
    if not postings:
        return 0
    for posting in postings:
        _require_balance(posting)
    lines = [(posting, entry) for posting in postings for entry in posting.entries]
    found = await db.value(
        "WITH wanted AS (SELECT * FROM unnest($1::text[], $2::uuid[]) AS p (kind, source)),"
        " posted AS (INSERT INTO ledger_postings (kind, source, posted_at) SELECT kind, source, $3 FROM wanted"
        " ON CONFLICT (kind, source) DO NOTHING RETURNING id, kind, source),"
        " entered AS (INSERT INTO ledger_entries (posting_id, account, minor, currency)"
        " SELECT p.id, e.account, e.minor, e.currency"
        " FROM unnest($4::text[], $5::uuid[], $6::text[], $7::bigint[], $8::text[])"
        " AS e (kind, source, account, minor, currency) JOIN posted p ON p.kind = e.kind AND p.source = e.source)"
        " SELECT count(*) FROM posted",
        [posting.kind for posting in postings],
        [posting.source for posting in postings],
        clock.now(),
        [posting.kind for posting, _ in lines],
        [posting.source for posting, _ in lines],
        [entry.account for _, entry in lines],
        [entry.minor for _, entry in lines],
        [entry.currency for _, entry in lines],
    )
    return int(found)


@action
async def post_covered(posting: Posting, account: str) -> bool:
    """`post`, if `account` holds what is taken from it; False, and nothing, when it does not.

    Such postings from one account wait for each other until the transaction ends: each sees what is left.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", account)
    for currency, minor in _taken(posting, account).items():
        [held] = await queries.balances([account], currency)
        if held < minor:
            return False
    return await post(posting.kind, posting.source, posting.entries)


def _taken(posting: Posting, account: str) -> Counter[str]:
    """What a posting takes from an account, by currency."""
    taken: Counter[str] = Counter()
    for entry in posting.entries:
        if entry.account == account:
            taken[entry.currency] -= entry.minor
    return taken


def _require_balance(posting: Posting) -> None:
    """A posting out of balance is a defect of its author, told before the database would tell it."""
    sums: Counter[str] = Counter()
    for entry in posting.entries:
        sums[entry.currency] += entry.minor
    if not posting.entries or any(sums.values()):
        raise ValueError(f"the posting {posting.kind} of {posting.source} does not balance: {dict(sums)}")
