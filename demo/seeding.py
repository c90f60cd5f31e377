"""Seeding: the world is founded once, and brought to life at every run, so that a demo of yesterday is alive today."""

from collections.abc import Callable
from functools import partial
from random import Random

import msgspec

from commerce.payments import SandboxProvider
from core import clock
from core.settings import Settings
from demo import founding, pictures
from demo.markets import Market
from demo.rooms import Rooms
from demo.world import is_founded, load

Progress = Callable[[str, int, int], None]

_SEED = 20260214


class Summary(msgspec.Struct, frozen=True):
    """The size of the world, whether this run of `seed` founded it, and what the run added."""

    founded: bool
    people: int
    products: int
    group_buys: int
    open_teams: int
    live_streams: int


def _unheard(stage: str, done: int, total: int) -> None:
    """Where progress goes when nobody asked for it."""


async def seed(progress: Progress | None = None, *, settings: Settings | None = None) -> Summary:
    """Fills an empty installation with demonstration data; a second run only freshens what has grown stale.

    The first part happens as a whole or not at all; the rest brings offers, teams and rooms up to what there should be,
    so a run that broke off is simply repeated. `progress` is told the stage, how much is done, and of how much.
    Pictures are addressed under the public URL of `settings` (default: the environment's).
    """
    told = progress or _unheard
    address = partial(pictures.address, (settings or Settings.from_environment()).public_url)
    is_new = not await is_founded()
    # Every run after the first throws other dice, or each day would look like the one before.
    chance = Random(_SEED if is_new else None)
    world = await founding.found(chance, address, told) if is_new else await load()
    now = clock.now()
    market, rooms = Market(chance, now, world, SandboxProvider()), Rooms(chance, now, world, address)
    await market.offer()
    if is_new:
        await market.remember()
        await rooms.remember()
    await market.open_teams(told)
    await rooms.liven()
    told("live rooms", 1, 1)
    return Summary(
        founded=is_new,
        people=len(world.people),
        products=len(world.goods),
        group_buys=market.offers_made,
        open_teams=market.teams_opened,
        live_streams=rooms.started,
    )
