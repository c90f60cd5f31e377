"""Bustle: while a demo is served, somebody chats, likes or joins a team now and then, so that subscriptions move."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random
from typing import Final

from commerce.payments import SandboxProvider
from content.notes import actions as note_actions
from content.notes import queries as note_queries
from core import clock
from core.pagination import PageRequest
from core.settings import Settings
from demo import pictures
from demo.markets import Market
from demo.rooms import Rooms
from demo.world import World, load

logger = logging.getLogger(__name__)

_EVERY_SECONDS: Final = 5.0
# How often each thing happens, as parts of a whole: chats, likes, joins, and a look whether enough is going on.
_WEIGHTS: Final = (60, 30, 8, 2)


async def bustle(settings: Settings | None = None) -> None:
    """Keeps a seeded installation busy until cancelled; what goes wrong is logged, and it goes on."""
    world, chance = await load(), Random()
    address = partial(pictures.address, (settings or Settings.from_environment()).public_url)
    while True:
        await asyncio.sleep(chance.uniform(0.4, 1.6) * _EVERY_SECONDS)
        try:
            await stir(chance, world, address)
        except Exception:
            logger.exception("the demo stumbled; it goes on")


async def stir(chance: Random, world: World, address: Callable[[str, str], str]) -> None:
    """One thing happens."""
    now = clock.now()
    market, rooms = Market(chance, now, world, SandboxProvider()), Rooms(chance, now, world, address)

    async def look_after() -> None:
        await market.offer()
        await market.open_teams(lambda *_: None)
        await rooms.liven()

    things: tuple[Callable[[], Awaitable[None]], ...] = (
        rooms.chat,
        partial(_like, chance, world),
        market.join_somewhere,
        look_after,
    )
    [happens] = chance.choices(things, _WEIGHTS)
    await happens()


async def _like(chance: Random, world: World) -> None:
    author, reader = chance.sample(list(world.people.values()), 2)
    [page] = await note_queries.page_by_author([author], PageRequest(10, None))
    if page.nodes:
        await note_actions.like(reader, chance.choice(page.nodes).id)
