"""Terms that people searched."""

from core.ids import new_id
from search.terms import Terms
from search.terms.rules import LEAST_PEOPLE


async def searched(*hottest: str) -> Terms:
    """What a process knows after several people searched for each of these, the first the most."""
    terms = Terms()
    for more, text in enumerate(reversed(hottest)):
        for _ in range(LEAST_PEOPLE + more):
            terms.count(new_id(), text)
    await terms.flush()
    await terms.reload()
    return terms
