"""All reads of searched terms."""

from collections.abc import Collection
from uuid import UUID

from commerce.orders import queries as order_queries
from core import clock, db
from people.accounts import queries as account_queries
from search.terms import rules


async def hottest(most: int) -> list[str]:
    """Up to `most` terms that may be told, the hottest first."""
    found = await db.rows(
        f"SELECT text FROM search_terms WHERE shown AND NOT hidden ORDER BY heat DESC, text LIMIT {most:d}"
    )
    return [text for (text,) in found]


async def counting(people: Collection[UUID]) -> set[UUID]:
    """Those of some people whose searches count: who has been here for a day, or has bought something."""
    before = clock.now() - rules.NEW_FOR
    known = [person for person in await account_queries.by_ids(list(people)) if person is not None]
    new = [person.id for person in known if person.created_at > before]
    bought = await order_queries.buyers_among(new) if new else set()
    return bought.union(person.id for person in known if person.created_at <= before)
