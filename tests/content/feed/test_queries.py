"""Feeds: who sees what, in which order, and why."""

from datetime import timedelta
from uuid import UUID

import pytest

from content.feed import queries, rules
from content.notes import Note
from content.notes import actions as note_actions
from core import clock
from core.errors import Unauthenticated
from core.pagination import PageRequest, decode_cursor
from people.follows import actions as follow_actions
from tests.factories.notes import note
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("database")


class TestFollowing:
    async def test_shows_followed_authors_newest_first(self) -> None:
        me, one, two = await person(), await note(), await note()
        await note()
        three = await note(one.author_id)
        for author in (one.author_id, two.author_id):
            await follow_actions.follow(me, author)
        page = await queries.following(me, PageRequest(2, None))
        assert [(edge.node, edge.reason) for edge in page.edges] == [
            (three, "FOLLOWED_AUTHOR"),
            (two, "FOLLOWED_AUTHOR"),
        ]
        assert page.page_info.has_next_page and page.page_info.end_cursor is not None
        rest = await queries.following(me, PageRequest(2, decode_cursor(page.page_info.end_cursor, UUID)))
        assert [edge.node for edge in rest.edges] == [one] and not rest.page_info.has_next_page

    async def test_is_empty_for_who_follows_nobody(self) -> None:
        await note()
        page = await queries.following(await person(), PageRequest(20, None))
        assert page.edges == [] and not page.page_info.has_next_page

    async def test_is_refused_to_nobody(self) -> None:
        with pytest.raises(Unauthenticated):
            await queries.following(None, PageRequest(20, None))

    async def test_takes_two_statements(self, statements: list[str]) -> None:
        me = await person()
        for _ in range(5):
            await follow_actions.follow(me, (await note()).author_id)
        statements.clear()
        await queries.following(me, PageRequest(20, None))
        assert len(statements) == 2


class TestDiscover:
    async def test_puts_the_loved_before_the_new(self) -> None:
        loved, new = await note(title="被喜欢的"), await note(title="新的")
        for _ in range(3):
            await note_actions.like(await person(), loved.id)
        page = await queries.discover(None, PageRequest(20, None))
        assert [edge.node.id for edge in page.edges] == [loved.id, new.id]

    async def test_lets_the_old_sink(self) -> None:
        with clock.at(clock.now() - timedelta(days=3)):
            old = await note(title="旧的")
        for _ in range(5):
            await note_actions.like(await person(), old.id)
        new = await note(title="新的")
        page = await queries.discover(None, PageRequest(20, None))
        assert [(edge.node.id, edge.reason) for edge in page.edges] == [(new.id, "FRESH"), (old.id, "POPULAR")]

    async def test_pages_without_gap_or_repeat(self) -> None:
        made = [await note() for _ in range(7)]
        for one in made[::2]:
            await note_actions.like(one.author_id, one.id)
        seen, key = [], None
        while True:
            page = await queries.discover(None, PageRequest(2, key))
            seen.extend(edge.node.id for edge in page.edges)
            if not page.page_info.has_next_page:
                break
            assert page.page_info.end_cursor is not None
            key = decode_cursor(page.page_info.end_cursor, tuple[float, UUID])
        assert sorted(seen) == sorted(one.id for one in made)
        assert set(seen[:4]) == {one.id for one in made[::2]}

    async def test_tells_a_follower_why(self) -> None:
        me, followed, other = await person(), await note(), await note()
        await follow_actions.follow(me, followed.author_id)
        page = await queries.discover(me, PageRequest(20, None))
        assert {edge.node.id: edge.reason for edge in page.edges} == {followed.id: "FOLLOWED_AUTHOR", other.id: "FRESH"}

    async def test_leaves_out_what_is_deleted(self) -> None:
        made = await note()
        await note_actions.delete(made.author_id, made.id)
        assert (await queries.discover(None, PageRequest(20, None))).edges == []


class TestReason:
    async def test_prefers_who_is_followed_then_what_is_loved(self) -> None:
        made: Note = await note()
        now = clock.now()
        assert rules.reason(made, True, now) == "FOLLOWED_AUTHOR"
        assert rules.reason(made, False, now) == "FRESH"
        assert rules.reason(made, False, now + timedelta(days=2)) == "POPULAR"
