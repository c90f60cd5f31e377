"""Sessions: a refresh token is good once, but for two tabs at once, and whatever ends a session tells."""

import asyncio
from datetime import timedelta

import pytest

from core import db
from core.clock import MovableClock
from people.accounts import IssuedSession, actions, queries, sessions
from people.accounts.errors import InvalidRefreshToken
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

GRACE = timedelta(seconds=10)


@pytest.fixture
async def first() -> IssuedSession:
    return await actions.sign_up("xiaolu", "小鹿", "correct horse")


async def lasts(session: IssuedSession) -> bool:
    return await queries.identity(session.access_token) is not None


class TestRefresh:
    async def test_rotates_both_tokens(self, first: IssuedSession) -> None:
        second = await sessions.refresh(first.refresh_token, GRACE)
        assert not await lasts(first) and await lasts(second)
        third = await sessions.refresh(second.refresh_token, GRACE)
        assert len({one.access_token for one in (first, second, third)}) == 3
        assert len({one.refresh_token for one in (first, second, third)}) == 3

    async def test_keeps_no_token_in_clear(self, first: IssuedSession) -> None:
        second = await sessions.refresh(first.refresh_token, GRACE)
        stored = str(await db.rows("SELECT * FROM sessions")) + str(await db.rows("SELECT * FROM refresh_tokens"))
        for token in (first.access_token, first.refresh_token, second.access_token, second.refresh_token):
            assert token not in stored

    @pytest.mark.parametrize("token", ["", "unknown", "\ud800", "x" * 100_000])
    async def test_refuses_what_is_none(self, first: IssuedSession, token: str) -> None:
        with pytest.raises(InvalidRefreshToken):
            await sessions.refresh(token, GRACE)
        assert await lasts(first)

    async def test_refuses_one_that_is_too_old(self, first: IssuedSession, moving_clock: MovableClock) -> None:
        moving_clock.move(timedelta(days=31).total_seconds())
        with pytest.raises(InvalidRefreshToken):
            await sessions.refresh(first.refresh_token, GRACE)


class TestGrace:
    async def test_tabs_that_ask_at_once_get_the_same(self, first: IssuedSession) -> None:
        tabs = await asyncio.gather(*(sessions.refresh(first.refresh_token, GRACE) for _ in range(8)))
        assert tabs == tabs[:1] * 8 and await lasts(tabs[0])
        assert await db.value("SELECT count(*) FROM refresh_tokens") == 2
        assert await told("SessionEnded") == []

    async def test_gives_the_same_until_it_is_over(self, first: IssuedSession, moving_clock: MovableClock) -> None:
        second = await sessions.refresh(first.refresh_token, GRACE)
        moving_clock.move(9)
        assert await sessions.refresh(first.refresh_token, GRACE) == second and await lasts(second)
        moving_clock.move(1)
        await self._refuses_for_good(first, second)

    async def test_goes_on_where_its_successor_was_spent_meanwhile(self, first: IssuedSession) -> None:
        second = await sessions.refresh(first.refresh_token, GRACE)
        third = await sessions.refresh(second.refresh_token, GRACE)
        late = await sessions.refresh(first.refresh_token, GRACE)
        assert late == second and await sessions.refresh(late.refresh_token, GRACE) == third and await lasts(third)

    async def test_can_be_none(self, first: IssuedSession) -> None:
        second = await sessions.refresh(first.refresh_token, timedelta())
        await self._refuses_for_good(first, second, timedelta())

    async def test_holds_for_no_session_that_ended(self, first: IssuedSession) -> None:
        await sessions.refresh(first.refresh_token, GRACE)
        await sessions.end(first.account_id)
        with pytest.raises(InvalidRefreshToken):
            await sessions.refresh(first.refresh_token, GRACE)
        assert await told("SessionEnded") == ["SessionEnded"]

    async def _refuses_for_good(self, first: IssuedSession, second: IssuedSession, grace: timedelta = GRACE) -> None:
        """A token that was spent before is a thief's, or its successor is: neither is worth anything any more."""
        with pytest.raises(InvalidRefreshToken):
            await sessions.refresh(first.refresh_token, grace)
        assert not await lasts(second) and await told("SessionEnded") == ["SessionEnded"]
        with pytest.raises(InvalidRefreshToken):
            await sessions.refresh(second.refresh_token, grace)


class TestEnd:
    @pytest.fixture
    async def three(self, first: IssuedSession) -> list[IssuedSession]:
        return [first, *[await actions.sign_in("xiaolu", "correct horse") for _ in range(2)]]

    async def _ids(self, opened: list[IssuedSession]) -> list[object]:
        found = [await queries.identity(one.access_token) for one in opened]
        return [one and one.session_id for one in found]

    async def test_ends_all_and_nobody_elses(self, three: list[IssuedSession]) -> None:
        await actions.sign_up("other", "别人", "correct horse")
        assert await sessions.end(three[0].account_id) == 3
        assert [await lasts(one) for one in three] == [False] * 3
        assert await told("SessionEnded") == ["SessionEnded"] * 3
        assert await db.value("SELECT count(*) FROM sessions WHERE revoked_at IS NULL") == 1

    async def test_ends_all_but_one(self, three: list[IssuedSession]) -> None:
        _, kept, _ = await self._ids(three)
        assert await sessions.end(three[0].account_id, but=kept) == 2  # type: ignore[arg-type]
        assert [await lasts(one) for one in three] == [False, True, False]

    async def test_ends_one_and_once_more_nothing(self, three: list[IssuedSession]) -> None:
        ended, *_ = await self._ids(three)
        for count in (1, 0):
            assert await sessions.end(three[0].account_id, only=[ended]) == count  # type: ignore[list-item]
        assert [await lasts(one) for one in three] == [False, True, True]
        assert await told("SessionEnded") == ["SessionEnded"]

    async def test_ends_nothing_of_somebody_else(self, three: list[IssuedSession]) -> None:
        ids = await self._ids(three)
        assert await sessions.end(await person(), only=ids) == 0  # type: ignore[arg-type]
        assert [await lasts(one) for one in three] == [True] * 3

    async def test_the_sessions_that_last_are_known(self, three: list[IssuedSession]) -> None:
        first, second, third = await self._ids(three)
        await sessions.end(three[0].account_id, only=[second])  # type: ignore[list-item]
        assert await queries.lasting([first, second, third]) == {first: False, third: False}  # type: ignore[list-item]
