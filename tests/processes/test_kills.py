"""Servers and PostgreSQL die by SIGKILL at random points under load: whatever clients were told still holds."""

import asyncio
import itertools
import logging
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from core import db
from tests.commerce import books
from tests.processes import accounts, market
from tests.processes.installations import Apart, Embedded, Installation, running
from tests.processes.market import Market
from tests.processes.shoppers import Crowd
from tests.services import programs
from tests.waiting import PATIENCE, until

logger = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)

# How often something dies in each kind of installation, when `make soak` kills more often.
KILLS = int(os.environ.get("KILLS", "0"))
_SHOPPERS = 16
# Load before each death, in seconds, and how long it may take until all has come to rest.
_LOAD = (0.2, 1.2)
_TIERS = [{"size": 3, "price": "139.00"}, {"size": 4, "price": "119.00"}]


@asynccontextmanager
async def crowded(place: Installation) -> AsyncIterator[Crowd]:
    """A market on a server, with people who shop in it until the block ends."""
    async with httpx.AsyncClient(timeout=PATIENCE, limits=httpx.Limits(max_connections=2 * _SHOPPERS)) as http:
        at = Market(http, [place.server.address])
        async with db.connected(place.database_url):
            people = await at.people(_SHOPPERS)
            owner = await at.shop()
        offers = [
            await market.offer(owner, stock=10_000, teamSize=2, teamTtlSeconds=5),
            await market.offer(owner, stock=10_000, teamSize=2, teamTtlSeconds=8, tiers=_TIERS),
            await market.offer(owner, stock=30, teamSize=5, teamTtlSeconds=3600),
        ]
        crowd = Crowd(at, owner, offers, [await market.variant(owner, 10_000), await market.variant(owner, 30)])
        shopping = asyncio.create_task(crowd.shop(people))
        try:
            yield crowd
        finally:
            crowd.close()
            await shopping


async def killed(place: Installation, crowd: Crowd, death: str) -> None:
    """Something dies in the midst of it all; returns when everybody is served again."""
    await asyncio.sleep(random.uniform(*_LOAD))
    await asyncio.to_thread(place.dies, death)
    crowd.market.addresses = [place.server.address]
    before = crowd.answered
    await until(lambda: crowd.answered >= before + 4 * _SHOPPERS)


@pytest.mark.parametrize(("kind", "kills"), [(Embedded, KILLS or 3), (Apart, KILLS or 2)])
async def test_whatever_was_told_still_holds(kind: type[Installation], kills: int) -> None:
    with running(kind) as place:
        async with crowded(place) as crowd:
            for number, death in enumerate(itertools.islice(itertools.cycle(place.deaths), kills), 1):
                await killed(place, crowd, death)
                logger.info("%d: %s, %d answers", number, death, crowd.answered)
        async with db.connected(place.database_url):
            await books.come_to_rest()
            assert await accounts.discrepancies(crowd) == []
            assert await books.disagreements() == []
            sold = await db.value("SELECT count(*) FROM orders WHERE status = ANY($1)", list(accounts.KEPT))
        assert crowd.contradictions == []
        assert sold > 0
        place.stop()
        checked = await asyncio.to_thread(programs.run, "check", **place.environment)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert place.defects() == []
        logger.info("%d orders, %d sold, %d requests failed", len(crowd.told), sold, len(crowd.market.failures))
