"""What FOLLOWING costs: to publish, to push, and to read, on a real graph with one author raised to a crowd.

82,168 people with three notes each, and fans of one star. Two ways to read a page in the same run: by timelines in
Redis, and by PostgreSQL alone, which is also what every page falls back to. Then the threshold from which authors are
looked up instead of pushed is moved: a low one makes pages dear, a high one pushes long.
"""

import asyncio
import csv
import gzip
import statistics
import sys
import tempfile
import time
from collections import Counter
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
_FOLLOWEES: Final = (10, 50, 100, 300, 1_000, 5_000)
_PUSHED: Final = (1_000, 10_000, 100_000)
_THRESHOLDS: Final = (10, 30, 100, 300, 1_000, CROWD)
# Whom the reader of the threshold's sweep follows: so many of the graph, as somebody there does.
_USUAL: Final = 300
_TIMES: Final = 100
# So many read at a time, so many pages each.
_READERS: Final = 32
_PAGES: Final = 20
_PAGE: Final = PageRequest[UUID](20, None)
_PICTURE: Final = Media("IMAGE", "https://img.example.com/1.jpg", 1080, 1440)


class Town(msgspec.Struct, frozen=True):
    """People of the graph, who follows whom there, and the star's fans."""

    people: Sequence[UUID]
    follows: Sequence[tuple[UUID, UUID]]
    star: UUID
    fans: Sequence[UUID]


class Took(msgspec.Struct, frozen=True):
    """Milliseconds: the median, and what one of a hundred exceeds."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p99:.1f} ms"


class Read(msgspec.Struct, frozen=True):
    """A page with so many followees: from a timeline, from PostgreSQL alone; the first of all in milliseconds.

    And how many pages a second are read so where many read at a time, whose reads are gathered.
    """

    followees: int
    kept: Took
    alone: Took
    first: float
    kept_rate: float
    alone_rate: float


class Threshold(msgspec.Struct, frozen=True):
    """What a threshold costs: authors looked up on a page, the page, and entries pushed for a note on average."""

    followers: int
    crowds: int
    page: Took
    entries: float


class Measured(msgspec.Struct, frozen=True):
    """All that was measured; publishing and pushing by the number of followers."""

    publishing: dict[int, Took]
    pushing: dict[int, Took]
    idle: Took
    reading: list[Read]
    thresholds: list[Threshold]


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
    follows = [(people[one], people[other]) for one, other in pairs if one != other]
    await _follow(follows)
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
    return Town(people, follows, star, crowd)


async def _timed(work: Callable[[], Awaitable[Any]], times: int = _TIMES) -> Took:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        await work()
        took.append(1000 * (time.perf_counter() - started))
    return Took(statistics.median(took), sorted(took)[int(0.99 * (len(took) - 1))])


async def _publishing(town: Town) -> dict[int, Took]:
    [modest] = await _people(1)
    await _follow([(fan, modest) for fan in town.fans[:10]])
    found = {}
    for author, fans in ((modest, 10), (town.star, len(town.fans))):
        found[fans] = await _timed(
            lambda author=author: note_actions.publish(author, title="新品", body="", media=[_PICTURE])  # type: ignore[misc]
        )
    return found


async def _pushing(town: Town, timelines: RedisTimelines) -> tuple[dict[int, Took], Took]:
    """A note into the timelines of all of an author's followers; and of as many as have a crowd, who have none."""
    found, idle = {}, None
    for count in (count for count in _PUSHED if count <= len(town.fans)):
        [author] = await _people(1)
        fans = town.fans[:count]
        await _follow([(fan, author) for fan in fans])

        async def push(author: UUID = author) -> None:
            await fanout.on_note_published(timelines, NotePublished(note_id=new_id(), author_id=author))

        if count == CROWD:
            idle = await _timed(push, 5)
        for fan in fans:
            token = await timelines.begin(fan)
            assert token is not None
            await timelines.finish(fan, token, Stretch(0, [], True))
        found[count] = await _timed(push, 10 if count <= CROWD else 3)
        for fan in fans:
            await timelines.begin(fan)
    assert idle is not None
    return found, idle


async def _reading(town: Town, timelines: RedisTimelines) -> list[Read]:
    found = []
    for count in _FOLLOWEES:
        readers = await _people(_READERS)
        step = len(town.people) // count
        for place, reader in enumerate(readers):
            others = town.people[place % step :: step][:count]
            # The first also reads of a crowd, for which each of its readers asks alone.
            await _follow([(reader, other) for other in (others if place else (*others[1:], town.star))])
        found.append(await _read_by(readers, count, timelines))
    return found


async def _read_by(readers: Sequence[UUID], count: int, timelines: RedisTimelines) -> Read:
    async def kept(reader: UUID = readers[0]) -> object:
        return await following.newest(reader, _PAGE, timelines)

    async def alone(reader: UUID = readers[0]) -> object:
        everyone = await follow_queries.everyone(reader)
        return await note_queries.newest_by_authors(everyone.followed, _PAGE)

    first = await _timed(kept, 1)
    assert await kept() == await alone()
    usual, by_itself = await _timed(kept), await _timed(alone)
    return Read(count, usual, by_itself, first.p50, await _rate(kept, readers), await _rate(alone, readers))


async def _rate(page: Callable[[UUID], Awaitable[object]], readers: Sequence[UUID]) -> float:
    """Pages a second where all of `readers` read one after another."""
    await asyncio.gather(*map(page, readers))

    async def read_on(reader: UUID) -> None:
        for _ in range(_PAGES):
            await page(reader)

    started = time.perf_counter()
    await asyncio.gather(*map(read_on, readers))
    return _PAGES * len(readers) / (time.perf_counter() - started)


async def _thresholds(town: Town, timelines: RedisTimelines) -> list[Threshold]:
    """Reads in the name of somebody of the graph who follows about as many as are usual, under each threshold."""
    followers = Counter(followee for _, followee in town.follows)
    followees = Counter(follower for follower, _ in town.follows)
    reader = min(followees, key=lambda person: (abs(followees[person] - _USUAL), person))
    theirs = {followee for follower, followee in town.follows if follower == reader}
    found = []
    for threshold in _THRESHOLDS:
        stars = [author for author, count in followers.items() if count > threshold]
        await db.execute("DELETE FROM follow_crowds WHERE author_id <> $1", town.star)
        await db.execute("INSERT INTO follow_crowds SELECT unnest($1::uuid[])", stars)
        await timelines.begin(reader)

        async def page() -> object:
            return await following.newest(reader, _PAGE, timelines)

        await page()
        entries = sum(count for count in followers.values() if count <= threshold) / len(town.people)
        found.append(Threshold(threshold, len(theirs.intersection(stars)), await _timed(page), entries))
    return found


async def _measure(url: str, bus: str, fans: int) -> Measured:
    await migrator.migrate(url, APPS)
    timelines = RedisTimelines(bus)
    # Whoever follows few is to have one, too: where they begin to be worth it is the question.
    following.FEW = 0
    async with db.connected(url):
        town = await _built(fans)
        publishing = await _publishing(town)
        pushing, idle = await _pushing(town, timelines)
        reading = await _reading(town, timelines)
        found = Measured(publishing, pushing, idle, reading, await _thresholds(town, timelines))
    await timelines.close()
    return found


def measured(fans: int = _FANS) -> Measured:
    """Measures all of it on servers started for it. Raises redis.Unavailable."""
    with tempfile.TemporaryDirectory(prefix="zhongcao-fanout-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            with redis.started() as bus:
                return asyncio.run(_measure(server.start(), bus.url, fans))
        finally:
            server.stop()


def told(found: Measured) -> list[Figure]:
    """What was measured, as a table."""
    return [
        *(
            Figure(f"publish with {fans:,} followers, p50 / p99", str(took), "the same")
            for fans, took in found.publishing.items()
        ),
        *(
            Figure(f"one note into {fans:,} timelines, p50 / p99", f"{took}, {1000 * fans / took.p50:,.0f} entries/s")
            for fans, took in found.pushing.items()
        ),
        Figure(f"… where none of {CROWD:,} has one", str(found.idle)),
        *(
            Figure(
                f"read with {read.followees:,} followees, p50 / p99: timelines, PostgreSQL alone, first page",
                f"{read.kept}, {read.alone}, {read.first:.0f} ms",
            )
            for read in found.reading
        ),
        *(
            Figure(
                f"… {_READERS} at a time with {read.followees:,} followees each: timelines, PostgreSQL alone",
                f"{read.kept_rate:,.0f}/s, {read.alone_rate:,.0f}/s",
            )
            for read in found.reading
        ),
        *(
            Figure(
                f"threshold {one.followers:,}: a page of one who follows {_USUAL}, crowds among them, entries a note",
                f"{one.page}, {one.crowds}, {one.entries:.1f}",
            )
            for one in found.thresholds
        ),
    ]


def figures(fans: int = _FANS) -> list[Figure]:
    """Measures all of it, where there are the data and a Redis."""
    if not _GRAPH.exists():
        return [Figure("fan-out", f"left out: it needs {DATA}")]
    try:
        return told(measured(fans))
    except redis.Unavailable as reason:
        return [Figure("fan-out", f"left out: {reason}")]


if __name__ == "__main__":
    show("Fan-out", figures(int(sys.argv[1]) if len(sys.argv) > 1 else _FANS))
