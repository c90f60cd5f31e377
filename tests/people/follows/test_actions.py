"""Follows: idempotent, and counted without drift."""

import asyncio
from uuid import UUID

import pytest

from core import db
from core.errors import Invalid, NotFound
from core.ids import new_id
from people.accounts import queries as account_queries
from people.follows import actions
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("database")


async def counters(account_id: UUID) -> tuple[int, int]:
    """(followers, following) of an account."""
    [account] = await account_queries.by_ids([account_id])
    assert account is not None
    return account.follower_count, account.following_count


async def follow_events() -> list[str]:
    return [name for (name,) in await db.rows("SELECT name FROM outbox WHERE name LIKE '%ollowed' ORDER BY id")]


class TestFollow:
    async def test_counts_on_both_sides_and_tells(self) -> None:
        fan, star = await person("小粉"), await person("小星")
        await actions.follow(fan, star)
        assert (await counters(fan), await counters(star)) == ((0, 1), (1, 0))
        assert await follow_events() == ["Followed"]

    async def test_once_more_changes_nothing(self) -> None:
        fan, star = await person(), await person()
        await actions.follow(fan, star)
        await actions.follow(fan, star)
        assert await counters(star) == (1, 0)
        assert await follow_events() == ["Followed"]

    async def test_refuses_oneself_and_changes_nothing(self) -> None:
        fan = await person()
        with pytest.raises(Invalid) as refused:
            await actions.follow(fan, fan)
        assert refused.value.field == ("user_id",)
        assert await counters(fan) == (0, 0) and await follow_events() == []

    async def test_refuses_nobody_and_changes_nothing(self) -> None:
        fan = await person()
        with pytest.raises(NotFound):
            await actions.follow(fan, new_id())
        assert await counters(fan) == (0, 0) and await follow_events() == []

    async def test_counts_exactly_when_fifty_come_at_once(self) -> None:
        star, fans = await person(), [await person() for _ in range(25)]
        await asyncio.gather(*(actions.follow(fan, star) for fan in fans for _ in range(2)))
        assert await counters(star) == (25, 0)
        assert await db.value("SELECT count(*) FROM follows") == 25
        assert len(await follow_events()) == 25

    async def test_survives_two_who_follow_each_other_at_once(self) -> None:
        pairs = [(await person(), await person()) for _ in range(10)]
        await asyncio.gather(*(actions.follow(*way) for a, b in pairs for way in ((a, b), (b, a))))
        assert {await counters(one) for pair in pairs for one in pair} == {(1, 1)}


class TestUnfollow:
    async def test_undoes_a_follow(self) -> None:
        fan, star = await person(), await person()
        await actions.follow(fan, star)
        await actions.unfollow(fan, star)
        assert (await counters(fan), await counters(star)) == ((0, 0), (0, 0))
        assert await follow_events() == ["Followed", "Unfollowed"]

    async def test_without_a_follow_changes_nothing(self) -> None:
        fan, star = await person(), await person()
        await actions.unfollow(fan, star)
        assert await counters(star) == (0, 0) and await follow_events() == []

    async def test_never_drifts_whatever_the_order(self) -> None:
        fan, star = await person(), await person()
        await asyncio.gather(*(act(fan, star) for act in (actions.follow, actions.unfollow) * 12))
        left = await db.value("SELECT count(*) FROM follows")
        assert await counters(star) == (left, 0) and await counters(fan) == (0, left)
