"""FOLLOWING: right at once after everything that changes it, on both kinds of timelines and without any."""

from functools import partial
from uuid import UUID

import pytest

from content.feed import fanout, following, queries
from content.feed.redis_timelines import RedisTimelines
from content.feed.timelines import CAP, Entry, MemoryTimelines, Timelines
from content.notes import actions as note_actions
from content.notes.events import NoteDeleted, NotePublished
from core import db
from core.bus import MemoryBus
from core.ids import BEYOND, new_id
from core.pagination import PageRequest
from core.relay import Lane, Relay
from people.follows import actions as follow_actions
from people.follows import queries as follow_queries
from people.follows.records import Standing
from tests.factories.notes import note
from tests.factories.people import person
from tests.services import redis
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def nobody_follows_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "FEW", -1)


async def shown(
    reader: UUID, timelines: Timelines, *, first: int = 20, after: UUID | None = None
) -> tuple[list[UUID], bool]:
    """The notes of a page, and whether there are more."""
    page = await queries.following(reader, PageRequest(first, after), timelines)
    return [edge.node.id for edge in page.edges], page.page_info.has_next_page


async def told(timelines: Timelines) -> None:
    """Fans out what was published and deleted."""
    reactions = {
        NotePublished: partial(fanout.on_note_published, timelines),
        NoteDeleted: partial(fanout.on_note_deleted, timelines),
    }
    await Relay(MemoryBus(), [Lane("timelines", reactions)]).drain()


async def pushed(reader: UUID, timelines: Timelines) -> list[UUID]:
    """What the reader's timeline holds."""
    stretch = await timelines.read(reader, BEYOND, 2 * CAP)
    assert stretch is not None
    return [entry.note_id for entry in stretch.entries]


async def reader_of(*authors: UUID) -> UUID:
    reader = await person("小禾")
    for author in authors:
        await follow_actions.follow(reader, author)
    return reader


class TestAtOnce:
    async def test_what_is_published_comes_into_the_timeline(self, timelines: Timelines) -> None:
        old = await note(title="去年的露营清单")
        me = await reader_of(old.author_id)
        assert await shown(me, timelines) == ([old.id], False)
        new, other = await note(old.author_id, title="今年的露营清单"), await note()
        for _ in range(2):
            await told(timelines)
        assert await pushed(me, timelines) == [new.id, old.id] and other.id not in await pushed(me, timelines)
        page = await queries.following(me, PageRequest(20, None), timelines)
        assert [edge.node.title for edge in page.edges] == ["今年的露营清单", "去年的露营清单"]

    async def test_follow_and_unfollow(self, timelines: Timelines) -> None:
        one, two = await note(), await note()
        me = await reader_of(one.author_id)
        assert await shown(me, timelines) == ([one.id], False)
        await follow_actions.follow(me, two.author_id)
        assert await shown(me, timelines) == ([two.id, one.id], False)
        await follow_actions.unfollow(me, one.author_id)
        assert await shown(me, timelines) == ([two.id], False)
        # As many as before, and the same one last: still others.
        await follow_actions.follow(me, one.author_id)
        await follow_actions.unfollow(me, two.author_id)
        assert await shown(me, timelines) == ([one.id], False)

    async def test_edit_and_delete(self, timelines: Timelines) -> None:
        author = await person("小鹿")
        made = [await note(author, title=f"第{number}篇") for number in range(9)][::-1]
        me = await reader_of(author)
        await shown(me, timelines)
        await note_actions.update(author, made[6].id, title="改过的")
        for gone in made[:6]:
            await note_actions.delete(author, gone.id)
        # More of them are gone than are read ahead: PostgreSQL fills the page.
        assert await shown(me, timelines, first=2) == ([made[6].id, made[7].id], True)
        assert await shown(me, timelines) == ([one.id for one in made[6:]], False)
        page = await queries.following(me, PageRequest(1, None), timelines)
        assert [edge.node.title for edge in page.edges] == ["改过的"]
        await told(timelines)
        assert await pushed(me, timelines) == [one.id for one in made[6:]]

    async def test_what_is_pushed_too_late_does_not_show(self, timelines: Timelines) -> None:
        one, two = await note(), await note()
        me = await reader_of(one.author_id, two.author_id)
        await follow_actions.unfollow(me, one.author_id)
        await shown(me, timelines)
        await timelines.push([me], Entry(one.id, one.author_id))
        assert one.id in await pushed(me, timelines)
        assert await shown(me, timelines) == ([two.id], False)

    async def test_what_changes_while_a_timeline_is_built(
        self, timelines: Timelines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, two = await note(), await note()
        me = await reader_of(one.author_id)
        asked, new = follow_queries.everyone, list[UUID]()

        async def meanwhile(reader: UUID) -> Standing:
            found = await asked(reader)
            await follow_actions.follow(me, two.author_id)
            new.append((await note(one.author_id)).id)
            await told(timelines)
            return found

        monkeypatch.setattr(follow_queries, "everyone", meanwhile)
        await shown(me, timelines)
        monkeypatch.setattr(follow_queries, "everyone", asked)
        assert await shown(me, timelines) == ([*new, two.id, one.id], False)


class TestPages:
    async def test_without_gap_or_repeat_while_notes_come(self, timelines: Timelines) -> None:
        authors = [await person("小鹿") for _ in range(3)]
        made = [(await note(authors[number % 3], title=f"第{number}篇")).id for number in range(13)][::-1]
        me, seen, more = await reader_of(*authors), list[UUID](), True
        while more:
            found, more = await shown(me, timelines, first=3, after=seen[-1] if seen else None)
            seen += found
            await note(authors[0], title="刚刚发布的")
            await told(timelines)
        assert seen == made

    async def test_nothing_is_asked_for(self, timelines: Timelines) -> None:
        me = await reader_of((await note()).author_id)
        for _ in range(2):
            assert await shown(me, timelines, first=0) == ([], True)

    async def test_beyond_the_cap_is_read_from_the_truth(self, timelines: Timelines, statements: list[str]) -> None:
        author = await person("高产的小鹿")
        await _write(author, CAP + 30)
        me = await reader_of(author)
        await shown(me, timelines)
        everything = [row[0] for row in await db.rows("SELECT id FROM notes ORDER BY id DESC")]
        assert await pushed(me, timelines) == everything[:CAP]
        for place, cost in ((CAP - 21, 2), (CAP - 10, 4), (CAP, 2), (CAP + 15, 2)):
            statements.clear()
            found, more = await shown(me, timelines, after=everything[place - 1])
            assert found == everything[place : place + 20] and more is (place + 20 < CAP + 30)
            assert len(statements) == cost


class TestCrowds:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(follow_actions, "CROWD", 2)

    async def test_are_pushed_nothing_and_see_all(self, timelines: Timelines, statements: list[str]) -> None:
        star, friend = await person("大明星"), await note()
        old = await note(star)
        me, *fans = await reader_of(star, friend.author_id), await reader_of(star), await reader_of(star)
        assert await follow_queries.has_crowd(star)
        await shown(me, timelines)
        new = await note(star, title="新的单品")
        statements.clear()
        # Seen before anything is told.
        assert await shown(me, timelines) == ([new.id, old.id, friend.id], False)
        assert len(statements) == 2
        await told(timelines)
        assert await pushed(me, timelines) == [friend.id]
        assert await shown(me, timelines, first=1, after=new.id) == ([old.id], True)
        # Once a crowd, always a crowd: what was not pushed is still to be looked up.
        for fan in fans:
            await follow_actions.unfollow(fan, star)
        assert await shown(me, timelines) == ([new.id, old.id, friend.id], False)
        await note_actions.delete(star, new.id)
        assert await shown(me, timelines) == ([old.id, friend.id], False)
        await follow_actions.unfollow(me, star)
        assert await shown(me, timelines) == ([friend.id], False)

    async def test_one_that_gathers_changes_nothing(self, timelines: Timelines) -> None:
        star, friend = await person("大明星"), await person("小鹿")
        before = await note(star)
        me = await reader_of(star, friend)
        assert await shown(me, timelines) == ([before.id], False)
        for _ in range(2):
            await reader_of(star)
        assert await follow_queries.has_crowd(star) and not await follow_queries.has_crowd(friend)
        among, after = await note(friend), await note(star)
        await told(timelines)
        assert await pushed(me, timelines) == [among.id, before.id]
        assert await shown(me, timelines) == ([after.id, among.id, before.id], False)


class TestCost:
    @pytest.mark.parametrize("follows", [10, 5_000])
    async def test_is_the_same_however_many_one_follows(
        self, timelines: Timelines, follows: int, statements: list[str]
    ) -> None:
        author = await person("小鹿")
        await _write(author, 60)
        me = await reader_of(author)
        await _follow_strangers(me, follows - 1)
        statements.clear()
        first, _ = await shown(me, timelines)
        assert len(statements) == 3
        for after in (None, first[-1]):
            statements.clear()
            found, more = await shown(me, timelines, after=after)
            assert len(found) == 20 and more and len(statements) == 2


class TestFew:
    async def test_is_read_without_a_timeline_until_they_are_many(
        self, timelines: Timelines, monkeypatch: pytest.MonkeyPatch, statements: list[str]
    ) -> None:
        monkeypatch.setattr(following, "FEW", 1)
        one, two = await note(title="第一篇"), await note(title="第二篇")
        me = await reader_of(one.author_id)
        for _ in range(2):
            statements.clear()
            assert await shown(me, timelines) == ([one.id], False)
            assert len(statements) == 2 and await timelines.read(me, BEYOND, 1) is None
        await follow_actions.follow(me, two.author_id)
        assert await shown(me, timelines) == ([two.id, one.id], False)
        assert await pushed(me, timelines) == [two.id, one.id]
        # What was kept while they were many is of an old version.
        await follow_actions.unfollow(me, one.author_id)
        for _ in range(2):
            assert await shown(me, timelines) == ([two.id], False)


class TestLost:
    async def test_a_timeline_is_built_again(self, timelines: Timelines) -> None:
        made = await note()
        me = await reader_of(made.author_id)
        for _ in range(2):
            await timelines.begin(me)
            assert await shown(me, timelines) == ([made.id], False)
            assert await pushed(me, timelines) == [made.id]

    async def test_without_redis_pages_are_right_and_cost_what_they_did(self, statements: list[str]) -> None:
        with redis.started() as server:
            kept, old = RedisTimelines(server.url), await note()
            me = await reader_of(old.author_id)
            await told(kept)
            await shown(me, kept)
            server.stop()
            new = await note(old.author_id, title="断线时发布的")
            await told(kept)
            for _ in range(2):
                statements.clear()
                assert await shown(me, kept) == ([new.id, old.id], False)
                assert len(statements) == 2
            assert await db.value("SELECT count(*) FROM outbox_deliveries WHERE lane = 'timelines'") == 1
            server.start()

            async def is_kept_again() -> bool:
                assert await shown(me, kept) == ([new.id, old.id], False)
                return await kept.read(me, BEYOND, 2 * CAP) is not None

            await until(is_kept_again)
            assert await pushed(me, kept) == [new.id, old.id]
            await kept.close()

    async def test_following_nobody_is_a_timeline_too(self) -> None:
        kept, me = MemoryTimelines(), await person()
        for _ in range(2):
            assert await shown(me, kept) == ([], False)
        assert await pushed(me, kept) == []


async def _write(author: UUID, count: int) -> None:
    """Many notes, without the time that publishing takes."""
    await db.execute(
        "INSERT INTO notes (id, author_id, kind, title, body, media, is_sponsored, like_count, collect_count,"
        " comment_count, published_at) SELECT id, $1, 'IMAGE', '好物', '', '[]', false, 0, 0, 0, now()"
        " FROM unnest($2::uuid[]) AS n (id)",
        author,
        [new_id() for _ in range(count)],
    )


async def _follow_strangers(reader: UUID, count: int) -> None:
    """Many followees who wrote nothing."""
    people = [new_id() for _ in range(count)]
    await db.execute(
        "INSERT INTO accounts (id, handle, handle_key, display_name, bio, password_hash, is_kol, follower_count,"
        " following_count, note_count, failed_sign_ins, created_at)"
        " SELECT id, id::text, id::text, '路人', '', '', false, 1, 0, 0, 0, now() FROM unnest($1::uuid[]) AS p (id)",
        people,
    )
    await db.execute(
        "INSERT INTO follows (id, follower_id, followee_id) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])",
        [new_id() for _ in people],
        [reader] * count,
        people,
    )
