"""Blocks: idempotent, they end follows for good, and keep both apart without telling who wished it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from core import db
from core.errors import Invalid, NotFound, Refusal
from core.ids import new_id
from core.pagination import PageRequest, decode_cursor
from people.accounts import queries as account_queries
from people.follows import actions, queries
from people.follows.errors import KeptApart, TooManyBlocked
from tests.factories.people import person, tokens
from tests.outbox import told
from tests.people.follows.test_actions import counters

pytestmark = pytest.mark.usefixtures("database")

EVENTS = ("Followed", "Unfollowed", "Blocked", "Unblocked")


class TestBlock:
    async def test_ends_follows_both_ways_and_tells(self) -> None:
        me, other = await person("小禾"), await person("小刺")
        await actions.follow(me, other)
        await actions.follow(other, me)
        before = [(await queries.standing(one, [])).version for one in (me, other)]
        await actions.block(me, other)
        assert await counters(me) == await counters(other) == (0, 0)
        assert [(await queries.standing(one, [])).version for one in (me, other)] == [it + 1 for it in before]
        assert await queries.blocked_by([me, other]) == [[other], []]
        assert await told(*EVENTS) == ["Followed", "Followed", "Blocked", "Unfollowed", "Unfollowed"]

    async def test_once_more_changes_nothing(self) -> None:
        me, other = await person(), await person()
        for act, left, events in (
            (actions.block, [other], ["Blocked"]),
            (actions.block, [other], ["Blocked"]),
            (actions.unblock, [], ["Blocked", "Unblocked"]),
            (actions.unblock, [], ["Blocked", "Unblocked"]),
        ):
            await act(me, other)
            assert await queries.blocked_by([me]) == [left] and await told(*EVENTS) == events
            assert await db.value("SELECT block_count FROM accounts WHERE id = $1", me) == len(left)

    @pytest.mark.parametrize("act", [actions.block, actions.unblock])
    async def test_refuses_oneself_and_nobody(self, act: Callable[[UUID, UUID], Awaitable[None]]) -> None:
        me = await person()
        for other, refusal in ((me, Invalid), (new_id(), NotFound)):
            with pytest.raises(refusal):
                await act(me, other)
        assert await told(*EVENTS) == [] and await queries.blocked_by([me]) == [[]]

    async def test_refuses_more_than_can_be_looked_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "MOST_BLOCKED", 1)
        me, one, two = await person(), await person(), await person()
        await actions.block(me, one)
        with pytest.raises(TooManyBlocked) as refused:
            await actions.block(me, two)
        assert "1 人" in refused.value.message("zh") and await queries.blocked_by([me]) == [[one]]
        assert await told(*EVENTS) == ["Blocked"]

    async def test_is_known_with_who_asks(self) -> None:
        me, other = await person(), await person()
        [token] = await tokens([me])
        for act, expected in ((actions.block, True), (actions.unblock, False)):
            await act(me, other)
            identity = await account_queries.identity(token)
            assert identity is not None and identity.blocks is expected


class TestKeptApart:
    async def test_neither_can_follow_and_both_are_told_the_same(self) -> None:
        me, other = await person(), await person()
        await actions.block(me, other)
        refusals: list[Refusal] = []
        for pair in ((me, other), (other, me)):
            with pytest.raises(KeptApart) as refused:
                await actions.follow(*pair)
            refusals.append(refused.value)
        assert len({(one.code, one.field, one.message("zh"), one.message("en")) for one in refusals}) == 1
        assert await counters(me) == await counters(other) == (0, 0) and await told(*EVENTS) == ["Blocked"]
        await actions.unblock(me, other)
        await actions.follow(other, me)
        assert await counters(me) == (1, 0)

    async def test_of_a_follow_and_a_block_at_once_no_follow_is_left(self) -> None:
        pairs = [(await person(), await person()) for _ in range(10)]

        async def tried(follower: UUID, followee: UUID) -> None:
            with contextlib.suppress(KeptApart):
                await actions.follow(follower, followee)

        await asyncio.gather(
            *(act for me, other in pairs for act in (tried(other, me), actions.block(me, other), tried(me, other)))
        )
        assert await db.value("SELECT count(*) FROM follows") == 0
        assert {await counters(one) for pair in pairs for one in pair} == {(0, 0)}


class TestBlocked:
    async def test_pages_the_last_first(self) -> None:
        me, others = await person(), [await person() for _ in range(5)]
        for other in others:
            await actions.block(me, other)
        [first] = await queries.blocked([me], PageRequest(2, None))
        assert first.page_info.end_cursor is not None and first.page_info.has_next_page
        [rest] = await queries.blocked([me], PageRequest(10, decode_cursor(first.page_info.end_cursor, UUID)))
        assert [one.id for one in first.nodes + rest.nodes] == others[::-1] and not rest.page_info.has_next_page
