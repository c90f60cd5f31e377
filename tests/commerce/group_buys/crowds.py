"""Many people at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from uuid import UUID

from commerce.group_buys import GroupBuy, TakenSeat
from tests.factories import group_buys as factory
from tests.factories.people import person


async def people(count: int) -> list[UUID]:
    return [await person("团员") for _ in range(count)]


async def outcomes(deeds: Sequence[Awaitable[object]]) -> list[object]:
    """What each gave or refused, all begun in this order in one turn of the loop."""
    return await asyncio.gather(*deeds, return_exceptions=True)


def tally(found: Sequence[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in found)


async def held(offer: GroupBuy, size: int, count: int) -> list[TakenSeat]:
    """Seats of as many people, captured and not settled, in open teams of one offer."""
    seats: list[TakenSeat] = []
    while len(seats) < count:
        leader = await factory.opened(offer)
        for buyer in await people(min(size - 1, count - len(seats))):
            seats.append(await factory.joining(leader.team, buyer))
    for seat in seats:
        await factory.captured(seat)
    return seats
