"""Timers in several processes on one database, one of which dies: each deadline is kept, and once."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from commerce.checkout import invariants
from commerce.group_buys import Team, actions, queries
from core import clock, db
from tests.factories import group_buys as factory
from tests.factories.people import person
from tests.services import programs, together
from tests.waiting import until

TEAMS = 12


@pytest.fixture
def environment(database_url: str) -> Iterator[dict[str, str]]:
    """Real servers for all that processes share."""
    with together.started(database_url) as environment:
        yield environment


async def open_teams() -> list[Team]:
    """Open teams of two offers, half of which succeed when they end, at a lower price."""
    plain = await factory.offer(stock=90, team_size=3, team_ttl_seconds=3600)
    laddered = await factory.offer(stock=90, team_ttl_seconds=3600, tiers=[(3, "89.00"), (5, "79.00")])
    found = []
    for _ in range(TEAMS // 2):
        for offer, people in ((plain, 2), (laddered, 3)):
            leader = await factory.opened(offer)
            for _ in range(people - 1):
                await factory.joined(leader.team, await person("阿珍"))
            found.append(leader.team)
    return found


async def now(teams: list[Team]) -> list[Team]:
    return [team for team in await queries.teams_by_ids(None, [team.id for team in teams]) if team is not None]


async def are_closed(teams: list[Team]) -> bool:
    return all(team.closed_at for team in await now(teams))


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
            soon = clock.now() + timedelta(seconds=1)
            await db.execute("UPDATE teams SET expires_at = $1", soon)
            with programs.working(**environment):
                await until(partial(are_closed, teams))
                await until(refunded)
            ended = await now(teams)
            assert [team.status for team in ended] == ["FAILED", "SUCCEEDED"] * (TEAMS // 2)
            assert min(team.closed_at for team in ended if team.closed_at) >= soon
            told = await db.rows(
                "SELECT payload ->> 'kind' AS kind, count(*) AS times FROM outbox WHERE name = 'TeamChanged'"
                " AND payload ->> 'kind' IN ('FAILED', 'SUCCEEDED') GROUP BY 1 ORDER BY 1"
            )
            assert [tuple(row) for row in told] == [("FAILED", TEAMS // 2), ("SUCCEEDED", TEAMS // 2)]
            assert await db.value("SELECT count(*) FROM refunds") == TEAMS // 2 * (2 + 3)
            assert await actions.expire_teams() == 0
            assert await invariants.violations() == []
