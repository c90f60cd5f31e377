"""What a seat costs beneath HTTP and GraphQL: `join_team` called by many at a time in one process, with durability on.

On one hot offer and over a thousand, by many and by few: processor time, which holds on a busy machine too, and
seats a second, which do not.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from bench import hot
from bench.figures import Figure, show
from bench.server import scratch
from commerce.group_buys import actions
from core import db
from core.ids import new_id

_SEATS: Final = 3000
_CALLERS: Final = (200, 16)
_PEOPLE: Final = "SELECT id FROM sessions ORDER BY id"


class Cost(NamedTuple):
    """Of a seat: milliseconds of processor time of this process, and the pace."""

    milliseconds: float
    per_second: float


async def _take(people: Sequence[UUID], teams: Sequence[UUID], callers: int) -> Cost:
    """Has everybody join, each another team, by so many callers who wait for their answers."""
    waiting = iter(zip(people, itertools.cycle(teams)))

    async def call() -> None:
        for buyer_id, team_id in waiting:
            await actions.join_team(buyer_id, team_id, 1, None, new_id().hex)

    begun, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(call() for _ in range(callers)))
    worked, begun = time.process_time() - worked, time.perf_counter() - begun
    return Cost(worked / len(people) * 1000, len(people) / begun)


async def measure(bench: hot.Bench) -> dict[tuple[str, int], Cost]:
    """By the offers that are asked for, and how many ask at a time."""
    found = {}
    async with db.connected(bench.url):
        people = [identity for (identity,) in await db.rows(_PEOPLE)]
        # Each process asks once for the offer of a team.
        await _take([people.pop() for _ in range(hot.OFFERS)], bench.crowd.spread, hot.OFFERS)
        for callers in _CALLERS:
            for name, teams in (("one hot offer", bench.crowd.hot), (f"{hot.OFFERS:,} offers", bench.crowd.spread)):
                found[name, callers] = await _take([people.pop() for _ in range(_SEATS)], teams, callers)
    return found


def figures() -> list[Figure]:
    with scratch() as folder, hot.prepared(folder, hot.OFFERS + 2 * len(_CALLERS) * _SEATS) as bench:
        found = asyncio.run(measure(bench))
    return [
        Figure(f"a seat of {name}, {callers} callers", f"{cost.milliseconds:.2f} ms, {cost.per_second:,.0f} seats/s")
        for (name, callers), cost in found.items()
    ]


if __name__ == "__main__":
    show("Seats", figures())
