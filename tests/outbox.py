"""What was told: the events that committed transactions left in the outbox."""

from core import db


async def told(*names: str) -> list[str]:
    """The names of all events so far, in order; only those of `names` when some are given."""
    found = await db.rows(
        "SELECT name FROM outbox WHERE cardinality($1::text[]) = 0 OR name = ANY($1) ORDER BY id", list(names)
    )
    return [name for (name,) in found]
