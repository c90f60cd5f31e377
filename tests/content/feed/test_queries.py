"""Feeds: who sees what, in which order, why, and what a page costs."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from content.feed import FeedPage, queries
from content.feed.sessions import MemorySessions, Sessions
from content.feed.timelines import MemoryTimelines
from content.notes import actions as note_actions
from core import clock
from core.errors import Unauthenticated
from core.ids import first_id_at, new_id
from core.pagination import InvalidCursor, PageRequest, decode_cursor
from people.follows import actions as follow_actions
from tests.content.feed.test_tastes import circle, told
from tests.factories.notes import note
from tests.factories.people import person
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


async def discovered(
    viewer_id: UUID | None = None,
    sessions: Sessions | None = None,
    *,
    first: int = 20,
    after: FeedPage | None = None,
) -> FeedPage:
    """A page of DISCOVER: the first of a new session, or the one after another."""
    end = None if after is None else after.page_info.end_cursor
    key = None if end is None else decode_cursor(end, tuple[UUID, int])
    # A session shows what was published in a millisecond before its own.
    last = new_id()
    await until(lambda: first_id_at(clock.now()) > last)
    return await queries.discover(viewer_id, PageRequest(first, key), sessions or MemorySessions())


def shown(page: FeedPage) -> list[UUID]:
    return [edge.node.id for edge in page.edges]


class TestFollowing:
    async def test_shows_followed_authors_newest_first(self) -> None:
        me, one, two = await person(), await note(), await note()
        await note()
        three = await note(one.author_id)
        for author in (one.author_id, two.author_id):
            await follow_actions.follow(me, author)
        page = await queries.following(me, PageRequest(2, None), MemoryTimelines())
        assert [(edge.node, edge.reason) for edge in page.edges] == [
            (three, "FOLLOWED_AUTHOR"),
            (two, "FOLLOWED_AUTHOR"),
        ]
        assert page.page_info.has_next_page and page.page_info.end_cursor is not None
        rest = await queries.following(
            me, PageRequest(2, decode_cursor(page.page_info.end_cursor, UUID)), MemoryTimelines()
        )
        assert [edge.node for edge in rest.edges] == [one] and not rest.page_info.has_next_page

    async def test_is_empty_for_who_follows_nobody(self) -> None:
        await note()
        page = await queries.following(await person(), PageRequest(20, None), MemoryTimelines())
        assert page.edges == [] and not page.page_info.has_next_page

    async def test_is_refused_to_nobody(self) -> None:
        with pytest.raises(Unauthenticated):
            await queries.following(None, PageRequest(20, None), MemoryTimelines())


class TestDiscover:
    async def test_puts_the_loved_before_the_new(self) -> None:
        loved, new = await note(title="被喜欢的"), await note(title="新的")
        for _ in range(3):
            await note_actions.like(await person(), loved.id)
        assert shown(await discovered()) == [loved.id, new.id]

    async def test_lets_the_old_sink(self) -> None:
        with clock.at(clock.now() - timedelta(days=3)):
            old = await note(title="旧的")
        for _ in range(5):
            await note_actions.like(await person(), old.id)
        new = await note(title="新的")
        page = await discovered()
        assert [(edge.node.id, edge.reason) for edge in page.edges] == [(new.id, "FRESH"), (old.id, "POPULAR")]

    async def test_pages_without_gap_or_repeat_while_the_ranking_moves(self) -> None:
        made, sessions = [await note(title=f"第{number}篇") for number in range(9)], MemorySessions()
        page = await discovered(None, sessions, first=2)
        seen = shown(page)
        while page.page_info.has_next_page:
            await note_actions.like(await person(), made[0].id)
            await note(title="刚刚发布的")
            page = await discovered(None, sessions, first=2, after=page)
            assert page.page_info.has_previous_page
            seen += shown(page)
        assert len(seen) == len(set(seen)) and set(seen) == {one.id for one in made}

    async def test_a_lost_session_is_ranked_again_the_same(self) -> None:
        me, made = await person(), [await note(title=f"第{number}篇") for number in range(20)]
        await note_actions.like(await person(), made[3].id)
        sessions = MemorySessions()
        first = await discovered(me, sessions, first=5)
        await note(title="此后发布的")
        kept = await discovered(me, sessions, first=15, after=first)
        assert shown(kept) == shown(await discovered(me, MemorySessions(), first=15, after=first))

    async def test_leaves_out_what_was_deleted_since(self) -> None:
        made, sessions = [await note() for _ in range(4)], MemorySessions()
        first = await discovered(None, sessions, first=1)
        gone = next(one for one in made if one.id not in shown(first))
        await note_actions.delete(gone.author_id, gone.id)
        rest = await discovered(None, sessions, after=first)
        assert {*shown(first), *shown(rest)} == {one.id for one in made} - {gone.id}

    async def test_a_session_is_of_its_viewer_alone(self) -> None:
        me, other, sessions = await person(), await person(), MemorySessions()
        mine, _ = await note(me), await note()
        first = await discovered(other, sessions, first=1)
        assert mine.id not in shown(await discovered(me, sessions, after=first))

    async def test_leaves_out_ones_own_and_what_is_deleted(self) -> None:
        me, made = await person(), await note()
        await note(me)
        await note_actions.delete(made.author_id, made.id)
        assert shown(await discovered(me)) == []

    @pytest.mark.parametrize("key", [(UUID(int=7), 0), (UUID("ffffffff-ffff-7fff-bfff-ffffffffffff"), 0)])
    async def test_refuses_what_is_no_place_of_a_session(self, key: tuple[UUID, int]) -> None:
        with pytest.raises(InvalidCursor):
            await queries.discover(None, PageRequest(20, key), MemorySessions())

    async def test_past_the_end_is_nothing(self) -> None:
        await note()
        page = await queries.discover(None, PageRequest(20, (new_id(), 2**40)), MemorySessions())
        assert page.edges == [] and not page.page_info.has_next_page

    @pytest.mark.parametrize("follows", [1, 8])
    async def test_costs_the_same_however_many_one_follows(self, follows: int, statements: list[str]) -> None:
        me, sessions = await person(), MemorySessions()
        for _ in range(follows):
            await follow_actions.follow(me, (await note()).author_id)
        statements.clear()
        page = await discovered(me, sessions, first=1)
        # What is loved or new, whom one follows, what one engaged with (nothing), what those whom one follows like, the
        # latest of theirs, and the page's notes.
        assert len(statements) == 6
        statements.clear()
        await discovered(me, sessions, after=page)
        assert len(statements) == int(follows > 1)

    async def test_who_begin_at_a_time_ask_together_and_each_gets_their_own(self, statements: list[str]) -> None:
        authors = [(await note()).author_id for _ in range(12)]
        readers = [await person() for _ in range(5)]
        for number, reader in enumerate(readers):
            for author in authors[number : number + 3]:
                await follow_actions.follow(reader, author)
        # The eighth place is drawn by lot.
        alone = [await discovered(reader, first=7) for reader in readers]
        statements.clear()
        together = await asyncio.gather(
            *(queries.discover(reader, PageRequest(7, None), MemorySessions()) for reader in readers)
        )
        assert len(statements) == 6
        for page, same in zip(alone, together, strict=True):
            assert [(edge.node, edge.reason) for edge in page.edges] == [
                (edge.node, edge.reason) for edge in same.edges
            ]
        assert len({tuple(shown(page)) for page in together}) == len(readers)

    async def test_costs_a_few_statements_more_for_who_has_a_taste(self, statements: list[str]) -> None:
        me, topic = await person(), "露营"
        first, second, alike = [await note(topics=[topic]) for _ in range(3)]
        await circle(first, second, alike)
        for one in (first, second):
            await note_actions.like(me, one.id)
        await follow_actions.follow(me, first.author_id)
        await told()
        statements.clear()
        page = await discovered(me)
        assert page.edges[0].reason == "SIMILAR_TASTE"
        # Beside the six: what those items speak for, their topics, and the latest about these.
        assert len(statements) == 9
