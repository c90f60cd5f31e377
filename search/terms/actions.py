"""All writes of searched terms."""

import hashlib
from collections.abc import Collection, Mapping
from uuid import UUID

from core import clock, db
from search.terms import rules


async def add(searched: Mapping[str, Collection[UUID]]) -> None:
    """Counts who searched which folded terms; one statement, whose order keeps processes out of each other's way."""
    now = clock.now()
    await db.execute(
        "INSERT INTO search_terms AS t (text, heat, searchers)"
        " SELECT text, heat, searchers::bigint[] FROM unnest($1::text[], $2::float8[], $3::text[])"
        " AS c (text, heat, searchers) ORDER BY text"
        # The logarithm of the sum of both.
        " ON CONFLICT (text) DO UPDATE SET heat = greatest(t.heat, EXCLUDED.heat)"
        " + ln(1 + exp(-least(abs(t.heat - EXCLUDED.heat), 40))),"
        " searchers = ARRAY(SELECT DISTINCT mark FROM unnest(t.searchers || EXCLUDED.searchers) AS m (mark)"
        f" LIMIT {rules.LEAST_PEOPLE})",
        list(searched),
        [rules.heat(len(people), now) for people in searched.values()],
        # An array of arrays must be rectangular: each term's is handed over as text.
        [f"{{{','.join(map(str, _marks(text, people)))}}}" for text, people in searched.items()],
    )


def _marks(text: str, people: Collection[UUID]) -> list[int]:
    """What tells a term's first people apart, without their ids."""
    marks = (hashlib.blake2b(person.bytes, digest_size=8, key=text.encode()[:64]).digest() for person in people)
    return rules.few([int.from_bytes(mark, signed=True) for mark in marks])


async def forget() -> int:
    """Deletes what has grown cold; returns how many terms that was."""
    return await db.execute(
        # What is being counted at the moment is warm again: nobody waits for anybody.
        "DELETE FROM search_terms WHERE text IN (SELECT text FROM search_terms WHERE heat < $1 FOR UPDATE SKIP LOCKED)",
        rules.cold(clock.now()),
    )
