"""All reads of searched terms."""

from core import db


async def hottest(most: int) -> list[str]:
    """Up to `most` terms that may be told, the hottest first."""
    found = await db.rows(
        f"SELECT text FROM search_terms WHERE shown AND NOT hidden ORDER BY heat DESC, text LIMIT {most:d}"
    )
    return [text for (text,) in found]
