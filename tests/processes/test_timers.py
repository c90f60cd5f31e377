"""Timers in several processes on one database, one of which dies: each deadline is kept in time, and once."""

import asyncio
import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from commerce.checkout import invariants
from commerce.group_buys import Team, actions, queries
from core import db
from tests.factories import group_buys as factory
from tests.factories.people import person
from tests.services import programs, together

# How late a deadline may be kept on a machine that has time.
PROMISED = timedelta(seconds=2)
TEAMS = 12


@pytest.fixture
def environment(database_url: str) -> Iterator[dict[str, str]]:
    """Real servers for all that processes share."""
    with together.started(database_url) as environment:
        yield environment


async def open_teams() -> list[Team]:
    """Open teams of two offers, all of which end within a few seconds: half of them succeed then, at a lower price."""
    plain = await factory.offer(stock=90, team_size=3, team_ttl_seconds=8)
    laddered = await factory.offer(stock=90, team_ttl_seconds=8, tiers=[(3, "89.00"), (5, "79.00")])
    found = []
    for _ in range(TEAMS // 2):
        for offer, people in ((plain, 2), (laddered, 3)):
            leader = await factory.opened(offer)
            for _ in range(people - 1):
                await factory.joined(leader.team, await person("阿珍"))
            found.append(leader.team)
    return found


async def closed(teams: list[Team]) -> tuple[list[Team], timedelta]:
    """The teams when all are closed, and by how much the machine was ever too busy for a moment's work meanwhile."""
    busy = 0.0
    for _ in range(600):
        begun = time.monotonic()
        await asyncio.sleep(0.1)
        now = [team for team in await queries.teams_by_ids(None, [team.id for team in teams]) if team is not None]
        busy = max(busy, time.monotonic() - begun - 0.1)
        if all(team.closed_at for team in now):
            return now, timedelta(seconds=busy)
    raise AssertionError(f"still open: {[team.id for team in now if not team.closed_at]}")


async def refunded() -> bool:
    return not await db.value("SELECT count(*) FROM orders WHERE status = 'REFUNDING'") and not await db.value(
        "SELECT count(*) FROM refunds WHERE status <> 'DONE'"
    )


async def test_teams_end_at_their_deadline_once_though_a_worker_dies(
    environment: dict[str, str], database_url: str
) -> None:
    with programs.working(**environment), programs.working(**environment) as dying:
        async with db.connected(database_url):
            teams = await open_teams()
            dying.stop(signal.SIGKILL)
            with programs.working(**environment):
                ended, busy = await closed(teams)
                async with asyncio.timeout(60):
                    while not await refunded():  # noqa: ASYNC110 - the workers tell nobody
                        await asyncio.sleep(0.1)
            assert [team.status for team in ended] == ["FAILED", "SUCCEEDED"] * (TEAMS // 2)
            late = [team.closed_at - team.expires_at for team in ended if team.closed_at and team.expires_at]
            assert len(late) == TEAMS and timedelta(0) <= min(late)
            assert max(late) <= PROMISED + 5 * busy, (late, busy)
            told = await db.rows(
                "SELECT payload ->> 'kind' AS kind, count(*) AS times FROM outbox WHERE name = 'TeamChanged'"
                " AND payload ->> 'kind' IN ('FAILED', 'SUCCEEDED') GROUP BY 1 ORDER BY 1"
            )
            assert [tuple(row) for row in told] == [("FAILED", TEAMS // 2), ("SUCCEEDED", TEAMS // 2)]
            assert await db.value("SELECT count(*) FROM refunds") == TEAMS // 2 * (2 + 3)
            assert await actions.expire_teams() == 0
            assert await invariants.violations() == []
