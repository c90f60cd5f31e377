"""What FOLLOWING costs: to publish, to push, and to read, on a real graph with one author raised to a crowd.

82,168 people with three notes each, and fans of one star. Two ways to read a page in the same run: by timelines in
Redis, and by PostgreSQL alone, which is also what every page falls back to.
"""

import asyncio
import csv
import gzip
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from api.apps import APPS
from api.embedded import EmbeddedPostgres
from bench.discovery.taste import DATA
from bench.figures import Figure, show
from content.feed import fanout, following
from content.feed.redis_timelines import RedisTimelines
from content.feed.timelines import Stretch
from content.notes import Media
from content.notes import actions as note_actions
from content.notes import queries as note_queries
from content.notes.events import NotePublished
from core import db, migrator
from core.ids import new_id
from core.pagination import PageRequest
from people.follows import queries as follow_queries
from people.follows.rules import CROWD
from tests.services import redis

_GRAPH: Final = DATA / "follow_graph.csv.gz"
_FANS: Final = 1_000_000
_NOTES: Final = 3
_AT_ONCE: Final = 20_000
_FOLLOWEES: Final = (10, 100, 1_000, 5_000)
_TIMES: Final = 100
_PAGE: Final = PageRequest[UUID](20, None)
_PICTURE: Final = Media("IMAGE", "https://img.example.com/1.jpg", 1080, 1440)


class Town(msgspec.Struct, frozen=True):
    """People of the graph, and the star's fans."""

    people: Sequence[UUID]
    star: UUID
    fans: Sequence[UUID]


async def _people(count: int) -> list[UUID]:
    ids = [new_id() for _ in range(count)]
    await db.execute(
        "INSERT INTO accounts (id, handle, handle_key, display_name, bio, password_hash, is_kol, follower_count,"
        " following_count, note_count, failed_sign_ins, created_at)"
        " SELECT id, id::text, id::text, '路人', '', '', false, 0, 0, 0, 0, now() FROM unnest($1::uuid[]) AS p (id)",
        ids,
    )
    return ids


async def _follow(pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Without looking up both people of each: they are there."""
    async with db.connection() as connection:
        await connection.execute("SET session_replication_role = replica")
        for first in range(0, len(pairs), _AT_ONCE):
            await connection.copy_records_to_table(
                "follows",
                columns=["id", "follower_id", "followee_id"],
                records=[(new_id(), one, other) for one, other in pairs[first : first + _AT_ONCE]],
            )
        await connection.execute("SET session_replication_role = origin")


async def _built(fans: int) -> Town:
    with gzip.open(_GRAPH, "rt") as lines:
        pairs = [(int(one), int(other)) for one, other in list(csv.reader(lines))[1:]]
    total = 1 + max(max(pair) for pair in pairs)
    people = [one for first in range(0, total, _AT_ONCE) for one in await _people(min(_AT_ONCE, total - first))]
    await _follow([(people[one], people[other]) for one, other in pairs if one != other])
    for _ in range(_NOTES):
        await db.execute(
            "INSERT INTO notes (id, author_id, kind, title, body, media, is_sponsored, like_count, collect_count,"
            " comment_count, published_at) SELECT uuidv7(), id, 'IMAGE', '好物', '', '[]', false, 0, 0, 0, now()"
            " FROM (SELECT id FROM accounts ORDER BY md5(id::text)) a"
        )
    [star] = await _people(1)
    crowd: list[UUID] = []
    for first in range(0, fans, _AT_ONCE):
        some = await _people(min(_AT_ONCE, fans - first))
        await _follow([(fan, star) for fan in some])
        crowd += some
    await db.execute("INSERT INTO follow_crowds (author_id) VALUES ($1)", star)
    await db.execute("ANALYZE")
    return Town(people, star, crowd)


async def _timed(work: Callable[[], Awaitable[Any]], times: int = _TIMES) -> list[float]:
    """Milliseconds of each time."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        await work()
        took.append(1000 * (time.perf_counter() - started))
    return sorted(took)


def _told(took: Sequence[float]) -> str:
    return f"{statistics.median(took):.1f} / {took[int(0.99 * (len(took) - 1))]:.1f} ms"


async def _publishing(town: Town) -> list[Figure]:
    [modest] = await _people(1)
    await _follow([(fan, modest) for fan in town.fans[:10]])
    found = []
    for author, fans in ((modest, 10), (town.star, len(town.fans))):
        took = await _timed(lambda author=author: note_actions.publish(author, title="新品", body="", media=[_PICTURE]))  # type: ignore[misc]
        found.append(Figure(f"publish with {fans:,} followers, p50 / p99", _told(took), "the same"))
    return found


async def _pushing(town: Town, timelines: RedisTimelines) -> list[Figure]:
    """The most that is ever pushed: an author just below a crowd."""
    [author] = await _people(1)
    fans = town.fans[:CROWD]
    await _follow([(fan, author) for fan in fans])
    event = NotePublished(note_id=new_id(), author_id=author)
    idle = await _timed(lambda: fanout.on_note_published(timelines, event), 5)
    for fan in fans:
        token = await timelines.begin(fan)
        assert token is not None
        await timelines.finish(fan, token, Stretch(0, [], True))
    busy = await _timed(
        lambda: fanout.on_note_published(timelines, NotePublished(note_id=new_id(), author_id=author)), 20
    )
    pace = 1000 * len(fans) / statistics.median(busy)
    return [
        Figure(f"one note into {len(fans):,} timelines, p50 / p99", _told(busy)),
        Figure("… entries a second", f"{pace:,.0f}"),
        Figure("… where nobody has one", _told(idle)),
    ]


async def _reading(town: Town, timelines: RedisTimelines) -> list[Figure]:
    found = []
    for count in _FOLLOWEES:
        [reader] = await _people(1)
        await _follow(
            [(reader, other) for other in (*town.people[:: len(town.people) // count][: count - 1], town.star)]
        )

        async def kept(reader: UUID = reader) -> object:
            return await following.newest(reader, _PAGE, timelines)

        async def alone(reader: UUID = reader) -> object:
            return await note_queries.newest_by_authors(await follow_queries.followee_ids(reader), _PAGE)

        [first] = await _timed(kept, 1)
        assert await kept() == await alone()
        ours, theirs = await _timed(kept), await _timed(alone)
        found.append(
            Figure(
                f"read with {count:,} followees, p50 / p99: timelines, PostgreSQL alone, first page",
                f"{_told(ours)}, {_told(theirs)}, {first:.0f} ms",
            )
        )
    return found


async def _measure(url: str, bus: str, fans: int) -> list[Figure]:
    await migrator.migrate(url, APPS)
    timelines = RedisTimelines(bus)
    async with db.connected(url):
        town = await _built(fans)
        found = [*await _publishing(town), *await _pushing(town, timelines), *await _reading(town, timelines)]
    await timelines.close()
    return found


def figures(fans: int = _FANS) -> list[Figure]:
    """Measures all of it on servers started for it."""
    if not _GRAPH.exists():
        return [Figure("fan-out", f"left out: it needs {DATA}")]
    with tempfile.TemporaryDirectory(prefix="zhongcao-fanout-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            with redis.started() as bus:
                return asyncio.run(_measure(server.start(), bus.url, fans))
        except redis.Unavailable as reason:
            return [Figure("fan-out", f"left out: {reason}")]
        finally:
            server.stop()


if __name__ == "__main__":
    show("Fan-out", figures(int(sys.argv[1]) if len(sys.argv) > 1 else _FANS))
