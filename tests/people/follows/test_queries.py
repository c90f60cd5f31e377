"""Follows as they are read: in batches, in order, a constant number of statements."""

import pytest

from core import clock, db
from core.ids import BEYOND
from core.pagination import PageRequest, decode_cursor
from people.follows import actions, queries
from tests.factories.people import person
from tests.plans import rows_read

pytestmark = pytest.mark.usefixtures("database")


class TestIsFollowing:
    async def test_answers_in_order_and_both_ways(self) -> None:
        me, star, other = await person(), await person(), await person()
        await actions.follow(me, star)
        await actions.follow(other, me)
        assert await queries.is_following(me, [other, star, me, star]) == [False, True, False, True]
        assert await queries.follows_viewer(me, [other, star, me]) == [True, False, False]

    async def test_asks_nothing_for_nobody(self, statements: list[str]) -> None:
        star = await person()
        statements.clear()
        assert await queries.is_following(None, [star]) == [False]
        assert await queries.follows_viewer(None, [star]) == [False]
        assert statements == []


class TestStanding:
    async def test_each_change_raises_the_version_and_nothing_else_does(self) -> None:
        me, star, other = await person(), await person("小星"), await person()
        seen = []
        for change in (actions.follow, actions.follow, actions.unfollow, actions.unfollow, actions.follow):
            await change(me, star)
            standing = await queries.standing(me, [star, other])
            seen.append((standing.version, standing.followed))
        assert seen == [(1, {star}), (1, {star}), (2, set()), (2, set()), (3, {star})]
        assert (await queries.standing(star, [me])).version == 0

    async def test_knows_the_crowds_that_one_is_part_of(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "CROWD", 1)
        me, star, other = await person(), await person("小星"), await person()
        await actions.follow(me, star)
        await actions.follow(me, other)
        assert not await queries.has_crowd(star) and (await queries.standing(me, [])).crowds == []
        await actions.follow(other, star)
        await actions.unfollow(other, star)
        assert await queries.has_crowd(star) and (await queries.standing(me, [])).crowds == [star]
        assert (await queries.standing(other, [])).crowds == []

    async def test_reads_no_more_for_who_follows_many(self, statements: list[str]) -> None:
        me, star = await person(), await person("小星")
        await _strangers(2_000)
        await db.execute(
            "INSERT INTO follows (id, follower_id, followee_id) SELECT gen_random_uuid(), $1, id FROM accounts"
            " WHERE id <> $1",
            me,
        )
        # Each of the others follows five: so PostgreSQL expects anybody to follow few.
        await _follow_five_each()
        await db.execute("INSERT INTO follow_crowds (author_id) VALUES ($1)", star)
        await db.execute("ANALYZE follows, follow_crowds")
        statements.clear()
        assert (await queries.standing(me, [star])).followed == {star}
        assert await rows_read(statements[0], f"ARRAY['{me}']::uuid[]", f"ARRAY['{{{star}}}']") == 1


class TestFollowsAfter:
    async def test_goes_through_all_followers(self) -> None:
        star, fans = await person("小星"), [await person() for _ in range(3)]
        for fan in fans:
            await actions.follow(fan, star)
        first = await queries.follows_after(star, None, 2)
        rest = await queries.follows_after(star, first[-1].id, 2)
        assert [one.follower_id for one in (*first, *rest)] == fans
        assert await queries.follows_after(star, rest[-1].id, 2) == []


class TestFollowers:
    async def test_pages_newest_first_without_gap_or_repeat(self) -> None:
        star, fans = await person(), [await person() for _ in range(5)]
        for fan in fans:
            await actions.follow(fan, star)
        [first] = await queries.followers([star], PageRequest(2, None))
        assert first.page_info.end_cursor is not None and first.page_info.has_next_page
        key = decode_cursor(first.page_info.end_cursor, type(star))
        [rest] = await queries.followers([star], PageRequest(10, key))
        assert [one.id for one in first.nodes + rest.nodes] == fans[::-1]
        assert rest.page_info.has_previous_page and not rest.page_info.has_next_page

    async def test_answers_many_in_two_statements(self, statements: list[str]) -> None:
        stars, fan = [await person() for _ in range(3)], await person()
        for star in stars:
            await actions.follow(fan, star)
        statements.clear()
        pages = await queries.followers([*stars, fan, stars[0]], PageRequest(20, None))
        assert [[one.id for one in page.nodes] for page in pages] == [[fan], [fan], [fan], [], [fan]]
        assert len(statements) == 2

    async def test_reads_a_page_of_a_crowd(self, statements: list[str]) -> None:
        star = await person()
        await _strangers(3_000)
        # Each follows the star and five others: so PostgreSQL expects anybody to have few followers.
        await db.execute(
            "INSERT INTO follows (id, follower_id, followee_id)"
            " SELECT gen_random_uuid(), id, $1 FROM accounts WHERE password_hash = ''",
            star,
        )
        await _follow_five_each()
        await db.execute("ANALYZE follows")
        statements.clear()
        [page] = await queries.followers([star], PageRequest(20, None))
        assert len(page.nodes) == 20 and page.page_info.has_next_page
        assert await rows_read(statements[0], f"ARRAY['{star}']::uuid[]", f"'{BEYOND}'") == 21


class TestFollowing:
    async def test_lists_whom_a_person_follows(self) -> None:
        fan, stars = await person(), [await person() for _ in range(3)]
        for star in stars:
            await actions.follow(fan, star)
        [page] = await queries.following([fan], PageRequest(20, None))
        assert [one.id for one in page.nodes] == stars[::-1]
        assert sorted((await queries.everyone(fan)).followed) == sorted(stars)


async def _strangers(count: int) -> None:
    """So many people, whose `bio` is their number."""
    await db.execute(
        "INSERT INTO accounts (id, handle, handle_key, display_name, bio, password_hash, is_kol, follower_count,"
        " following_count, note_count, failed_sign_ins, created_at) SELECT gen_random_uuid(), n, n, n, n, '',"
        " false, 0, 0, 0, 0, $2 FROM generate_series(1, $1) AS n",
        count,
        clock.now(),
    )


async def _follow_five_each() -> None:
    """Has each of the strangers follow the next five."""
    await db.execute(
        "INSERT INTO follows (id, follower_id, followee_id) SELECT gen_random_uuid(), a.id, b.id FROM accounts a"
        " CROSS JOIN generate_series(1, 5) AS step JOIN accounts b ON b.bio = (nullif(a.bio, '')::int + step)::text"
        " WHERE a.password_hash = ''"
    )
