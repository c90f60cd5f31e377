"""Terms that people searched."""

from datetime import timedelta
from uuid import UUID

from core import clock
from search.terms import Terms
from search.terms.rules import LEAST_PEOPLE, NEW_FOR
from tests.factories.people import person


async def settled(most: int = 1) -> list[UUID]:
    """People who came long enough ago for their searches to count."""
    with clock.at(clock.now() - NEW_FOR - timedelta(seconds=1)):
        return [await person() for _ in range(most)]


async def searched(*hottest: str) -> Terms:
    """What a process knows after several people searched for each of these, the first the most."""
    terms, people = Terms(), await settled(LEAST_PEOPLE + len(hottest))
    for more, text in enumerate(reversed(hottest)):
        for one in people[: LEAST_PEOPLE + more]:
            terms.count(one, text)
    await terms.flush()
    await terms.reload()
    return terms
