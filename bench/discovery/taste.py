"""How well DISCOVER knows taste: what 1,892 people played, a tenth of it hidden and to be found again.

Artists are notes here, and playing is liking, collecting and commenting: the more, the more often one played. All goes
through the tables and the code that serve DISCOVER. Each person's artists are divided 8:1:1 at random: learned from the
eight, tuned on the first tenth, and told of the second, ranked among all artists that are in neither of the others.
Those who published figures to compare with do the same: what was tuned on is as known as what was learned from. The
harder question, the second tenth found among the first, is told beside it.
"""

import asyncio
import csv
import gzip
import math
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from api.apps import APPS
from api.embedded import EmbeddedPostgres
from bench.figures import Figure, show
from content.feed import candidates, ranking
from content.feed.learning import learn
from content.feed.tastes import on_engaged
from content.notes.events import NoteLiked
from core import clock, db, migrator
from core.ids import new_id
from people.follows import queries as follow_queries

DATA = Path(__file__).parents[3] / "shared" / "data"
_PLAYS, _FRIENDS = DATA / "lastfm_user_artists.csv.gz", DATA / "lastfm_user_friends.csv.gz"
_BATCH = 500
_AT = 10
_SEEDS = (0, 1, 2)


class Split(msgspec.Struct, frozen=True):
    """Who engaged with what, by how many kinds of engagement (1 to 3); and what was kept back."""

    known: Mapping[UUID, Sequence[tuple[UUID, int]]]
    tuning: Mapping[UUID, set[UUID]]
    hidden: Mapping[UUID, set[UUID]]
    follows: Sequence[tuple[UUID, UUID]]
    notes: Sequence[UUID]


class Result(msgspec.Struct, frozen=True):
    """Recall and NDCG at 10, and the same where the tenth that was tuned on is in the way.

    How long learning took, in seconds, of how many engagements; MiB of memory at most; and of one more.
    """

    found: tuple[float, float]
    harder: tuple[float, float]
    seconds: float
    engagements: int
    mib: float
    again: float


def _read(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt") as lines:
        return list(csv.reader(lines))[1:]


def split(seed: int) -> Split:
    """The data, divided at random."""
    chance = random.Random(seed)
    plays: dict[str, list[tuple[str, int]]] = {}
    for user, artist, count in _read(_PLAYS):
        plays.setdefault(user, []).append((artist, int(count)))
    people = {user: new_id() for user in sorted(plays, key=int)}
    notes = {artist: new_id() for artist in sorted({artist for theirs in plays.values() for artist, _ in theirs})}
    known, tuning, hidden = {}, {}, {}
    for user, theirs in sorted(plays.items(), key=lambda one: int(one[0])):
        chance.shuffle(theirs)
        tenth = round(len(theirs) / 10)
        tuning[people[user]] = {notes[artist] for artist, _ in theirs[:tenth]}
        hidden[people[user]] = {notes[artist] for artist, _ in theirs[tenth : 2 * tenth]}
        rest = theirs[2 * tenth :]
        most = max(math.log1p(count) for _, count in rest)
        known[people[user]] = [(notes[artist], _kinds(math.log1p(count) / most)) for artist, count in rest]
    follows = [(people[one], people[other]) for one, other in _read(_FRIENDS) if one in people and other in people]
    return Split(known, tuning, hidden, follows, list(notes.values()))


def _kinds(share: float) -> int:
    """Playing an artist a lot is doing all that one can with a note."""
    return 3 if share > 0.85 else 2 if share > 0.65 else 1


async def _store(data: Split) -> list[NoteLiked]:
    """Writes people, notes, follows and engagements; returns the events that tell of them."""
    rows: list[tuple[UUID, UUID, int]] = [
        (user, note, kinds) for user, theirs in data.known.items() for note, kinds in theirs
    ]
    random.Random(0).shuffle(rows)
    now = clock.now()
    async with db.connection() as connection:
        await _copy(
            connection,
            "accounts",
            ("id", "handle", "handle_key", "display_name", "bio", "password_hash", "is_kol", "follower_count",
             "following_count", "note_count", "failed_sign_ins", "created_at"),
            [(user, f"listener_{number}", f"listener_{number}", "听众", "", "", False, 0, 0, 0, 0, now)
             for number, user in enumerate(data.known)],
        )  # fmt: skip
        author = next(iter(data.known))
        await connection.execute(
            "INSERT INTO notes (id, author_id, kind, title, body, media, is_sponsored, like_count, collect_count,"
            " comment_count, published_at) SELECT id, $2, 'IMAGE', '一位歌手', '', '[]', false, 0, 0, 0, now()"
            " FROM unnest($1::uuid[]) AS n (id)",
            data.notes,
            author,
        )
        await _copy(
            connection,
            "follows",
            ("id", "follower_id", "followee_id"),
            [(new_id(), one, other) for one, other in data.follows],
        )
        for table, least in (("note_likes", 1), ("note_collects", 2)):
            found = [(new_id(), note, user) for user, note, kinds in rows if kinds >= least]
            await _copy(connection, table, ("id", "note_id", "user_id"), found)
        await _copy(
            connection,
            "comments",
            ("id", "note_id", "author_id", "body", "like_count", "created_at"),
            [(new_id(), note, user, "循环播放", 0, now) for user, note, kinds in rows if kinds == 3],
        )
        await connection.execute("ANALYZE")
    return [NoteLiked(note_id=note, user_id=user) for user, note, _ in rows]


async def _copy(
    connection: "asyncpg.Connection[asyncpg.Record]", table: str, columns: Sequence[str], rows: Sequence[object]
) -> None:
    await connection.copy_records_to_table(table, columns=list(columns), records=rows)


async def _learn(events: Sequence[NoteLiked]) -> float:
    """Tells the events as their lane would, and learns until nothing is left; returns the seconds."""
    started = time.perf_counter()
    for first in range(0, len(events), _BATCH):
        await on_engaged(events[first : first + _BATCH])
    while await learn():
        pass
    return time.perf_counter() - started


async def ranked(user: UUID) -> list[UUID]:
    """The notes that suit a person, best first, by what DISCOVER ranks with."""
    followed = await follow_queries.newest_followee_ids(user, 100)
    scores = ranking.suiting(ranking.Taste(await candidates.similar(user), await candidates.friends(user, followed)))
    return sorted(scores, key=lambda note: (-scores[note], note))


def _judged(
    lists: Mapping[UUID, Sequence[UUID]], held: Mapping[UUID, set[UUID]], seen: Mapping[UUID, set[UUID]]
) -> tuple[float, float]:
    """Mean Recall and NDCG at 10 of what was held back; what was seen is left out of the lists."""
    recalls, gains = [], []
    for user, wanted in held.items():
        if wanted:
            unseen = [note for note in lists[user] if note not in seen.get(user, ())]
            hits = [place for place, note in enumerate(unseen[:_AT]) if note in wanted]
            best = sum(1 / math.log2(place + 2) for place in range(min(len(wanted), _AT)))
            recalls.append(len(hits) / len(wanted))
            gains.append(sum(1 / math.log2(place + 2) for place in hits) / best)
    return statistics.fmean(recalls), statistics.fmean(gains)


async def _measure(url: str, data: Split, tuning: bool) -> Result:
    await migrator.migrate(url, APPS)
    async with db.connected(url):
        events = await _store(data)
        seconds = await _learn(events)
        mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lists = {user: await ranked(user) for user in data.known}
        again = await _learn([events[0]])
    held = data.tuning if tuning else data.hidden
    found = _judged(lists, held, {} if tuning else data.tuning)
    return Result(found, _judged(lists, held, {}), seconds, len(events), mib, again)


def measured(seed: int, tuning: bool = False) -> Result:
    """Measures one division on a PostgreSQL started for it."""
    with tempfile.TemporaryDirectory(prefix="zhongcao-taste-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            return asyncio.run(_measure(server.start(), split(seed), tuning))
        finally:
            server.stop()


def figures() -> list[Figure]:
    """Measures three divisions, and tells their means."""
    if not _PLAYS.exists():
        return [Figure("taste", f"left out: it needs {DATA}")]
    found = [measured(seed) for seed in _SEEDS]
    recall, ndcg = (statistics.fmean(result.found[which] for result in found) for which in (0, 1))
    harder = [statistics.fmean(result.harder[which] for result in found) for which in (0, 1)]
    pace = max(100_000 * result.seconds / result.engagements for result in found)
    return [
        Figure("taste, LastFM with friends: Recall@10, mean of 3 divisions", f"{recall:.4f}", "≥ .206"),
        Figure("… NDCG@10", f"{ndcg:.4f}", "≥ .197"),
        Figure("… of each", ", ".join("{:.4f}/{:.4f}".format(*one.found) for one in found)),
        Figure("… with the tenth that was tuned on in the way", "{:.4f}/{:.4f}".format(*harder)),
        Figure("learning from 100,000 engagements, slowest", f"{pace:.1f} s", "< 30 s"),
        Figure("… memory of the learning process", f"{max(one.mib for one in found):.0f} MiB", "< 1,024 MiB"),
        Figure("one more engagement, told and learned", f"{max(one.again for one in found):.2f} s", "< 60 s"),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(measured(int(sys.argv[1]), tuning="tuning" in sys.argv))
    else:
        show("Taste", figures())
