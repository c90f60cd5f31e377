"""A feed page from a real server on a real PostgreSQL, beside the same page by hand, by graphql-core and by Node.

Twenty notes with author, four tagged products each, and what the viewer likes and keeps; in the name of 64 people, who
each follow another 50 of 500. All servers run on one database and answer the same; they take turns under the same load,
and medians of the turns are compared.
`python -m bench.feed_page [SECONDS]`, SECONDS being the length of a turn.
"""

import shutil
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import orjson

from bench import wrk
from bench.feed_data import filled
from bench.figures import Figure, show
from bench.server import Server, running, scratch, serving
from tests.services import meilisearch, redis

QUERY: Final = """
query Feed($first: Int!) {
  feed(kind: FOLLOWING, first: $first) {
    edges {
      reason
      node {
        id title body likeCount publishedAt viewerHasLiked viewerHasCollected
        author { id handle displayName avatarUrl followerCount }
        productTags { product { id title description imageUrls soldCount minPrice { amount currency } } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
BODY: Final = orjson.dumps({"query": QUERY, "variables": {"first": 20}})
_PEERS: Final = Path(__file__).with_name("peers")
_SECONDS: Final = 4
_TURNS: Final = 3
_CONNECTIONS: Final = 16
# Few and many beside that: what is asked at a time is asked together.
_OTHER_CONNECTIONS: Final = (4, 64)

OURS: Final = "breadth first"
HAND: Final = "by hand"
CORE: Final = "graphql-core"
MERCURIUS: Final = "Mercurius, compiled"
YOGA: Final = "GraphQL Yoga"
ONE: Final = "one process"
TWO: Final = "two processes"

Rates = dict[str, float]


def answer(server: Server, token: str) -> Any:
    """The decoded answer to the benchmark's request."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(server.url + "/graphql", BODY, headers)) as found:
        return orjson.loads(found.read())


def compared(
    servers: Mapping[str, Server], tokens: Sequence[str], seconds: int, connections: int = _CONNECTIONS
) -> Rates:
    """Requests per second of each, medians of turns. Raises AssertionError unless all answer the same."""
    for server in servers.values():
        server.rest()
    answers = {name: [answer(server, token) for token in tokens] for name, server in servers.items()}
    (first, wanted), *others = answers.items()
    for name, found in others:
        if found != wanted or any("errors" in one for one in found):
            raise AssertionError(f"{name} does not answer as {first}.")
    rates: dict[str, list[float]] = {name: [] for name in servers}
    for turn in range(_TURNS + 1):
        for name, server in servers.items():
            load = wrk.load(server.url + "/graphql", BODY, tokens, seconds, connections)
            if turn:  # The first is for caches and compilers.
                rates[name].append(load.per_second)
    return {name: statistics.median(found) for name, found in rates.items()}


def by_hand(folder: Path, environment: Mapping[str, str], workers: int = 1) -> Any:
    """The endpoint written by hand."""
    start = [sys.executable, "-m", "bench.handwritten", str(workers)]
    return running(start, folder / f"hand{workers}.log", environment)


def _peer(name: str, folder: Path, environment: Mapping[str, str]) -> Any:
    return running(["node", str(_PEERS / f"{name}.js")], folder / f"{name}.log", environment)


def _install_peers() -> bool:
    """Installs the Node servers as locked; whether they can be had here."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    installed = _PEERS / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (_PEERS / "package-lock.json").stat().st_mtime:
        done = subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=_PEERS, check=False)
        return done.returncode == 0
    return True


def executors(seconds: int = _SECONDS) -> Rates:
    """Requests per second of the page by each kind of server; the peers only where Node is."""
    with scratch() as folder, filled(folder) as (url, tokens), ExitStack() as stack:
        environment = {"DATABASE_URL": url}
        start = {
            OURS: serving(folder / "ours", environment=environment),
            HAND: by_hand(folder, environment),
            CORE: serving(folder / "core", environment={**environment, "ZHONGCAO_EXECUTOR": "graphql-core"}),
        }
        if _install_peers():
            start |= {
                MERCURIUS: _peer("mercurius", folder, environment),
                YOGA: _peer("yoga", folder, environment),
            }
        servers = {name: stack.enter_context(server) for name, server in start.items()}
        return compared(servers, tokens, seconds)


def crowds(seconds: int = _SECONDS) -> dict[int, Rates]:
    """Requests per second, ours and by hand, over few connections and over many."""
    with scratch() as folder, filled(folder) as (url, tokens):
        environment = {"DATABASE_URL": url}
        with serving(folder / "ours", environment=environment) as ours, by_hand(folder, environment) as hand:
            servers = {OURS: ours, HAND: hand}
            return {count: compared(servers, tokens, seconds, count) for count in _OTHER_CONNECTIONS}


def processes(seconds: int = _SECONDS) -> tuple[Rates, Rates]:
    """Requests per second of one process and of two: ours, and by hand. Raises Unavailable without the services."""
    with (
        scratch() as folder,
        filled(folder) as (url, tokens),
        redis.started() as bus,
        meilisearch.started() as search,
        ExitStack() as stack,
    ):
        shared = {
            "DATABASE_URL": url,
            "REDIS_URL": bus.url,
            "MEILI_URL": search.url,
            "MEILI_KEY": search.key,
            "ZHONGCAO_SANDBOX_SECRET": "between-the-processes",
        }
        servers = {
            f"{OURS}, {ONE}": stack.enter_context(serving(folder / "one", environment=shared)),
            f"{OURS}, {TWO}": stack.enter_context(serving(folder / "two", "--workers", "2", environment=shared)),
            f"{HAND}, {ONE}": stack.enter_context(by_hand(folder, shared)),
            f"{HAND}, {TWO}": stack.enter_context(by_hand(folder, shared, workers=2)),
        }
        rates = compared(servers, tokens, seconds)
    ours, hand = ({count: rates[f"{kind}, {count}"] for count in (ONE, TWO)} for kind in (OURS, HAND))
    return ours, hand


def figures(seconds: int = _SECONDS, draw: Callable[[Rates], None] = lambda _: None) -> list[Figure]:
    """Measures all, has the rates of the servers drawn, and tells the ratios."""
    if wrk.missing():
        return [Figure("feed page", "left out: it needs `wrk` (Debian has it)")]
    rates = executors(seconds)
    draw(rates)
    others = [
        Figure(f"… over {count} connections, to {by[HAND]:.0f} requests/s {HAND}", f"{by[OURS] / by[HAND]:.2f}")
        for count, by in crowds(seconds).items()
    ]
    return [*_executor_figures(rates), *others, *_process_figures(seconds)]


def _executor_figures(rates: Rates) -> list[Figure]:
    found = [Figure("feed page of 20 notes, breadth first", f"{rates[OURS]:.0f} requests/s")]
    for other, aim in ((HAND, 0.8), (CORE, 7.0), (MERCURIUS, 2.5), (YOGA, 2.5)):
        if other in rates:
            found.append(_ratio(f"… to {rates[other]:.0f} requests/s {other}", rates[OURS] / rates[other], aim))
        else:
            found.append(Figure(f"… to {other}", "left out: it needs Node and npm", f"≥ {aim}"))
    return found


def _ratio(what: str, ratio: float, aim: float) -> Figure:
    return Figure(what, f"{ratio:.2f}", f"≥ {aim}")


def _process_figures(seconds: int) -> Sequence[Figure]:
    try:
        ours, hand = processes(seconds)
    except (redis.Unavailable, meilisearch.Unavailable) as error:
        return [Figure("feed page, two processes against one", f"left out: {error}", "≥ 1.8")]
    return [
        _ratio("feed page, two processes against one", ours[TWO] / ours[ONE], 1.8),
        Figure("… the same by hand: what this machine allows", f"{hand[TWO] / hand[ONE]:.2f}"),
    ]


if __name__ == "__main__":
    show("Feed page", figures(int(sys.argv[1]) if len(sys.argv) > 1 else _SECONDS))
