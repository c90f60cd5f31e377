"""Who is behind a request is found for many requests at a time, and for each by its own token alone."""

import asyncio

from core.clock import MovableClock
from people.accounts import actions, queries, sessions

PASSWORD = "一个足够长的密码"


class TestIdentity:
    async def test_many_requests_share_a_statement(self, statements: list[str]) -> None:
        opened = [await actions.sign_up(f"读者_{number}", "读者", PASSWORD) for number in range(5)]
        tokens = [session.access_token for session in opened]
        statements.clear()
        found = await asyncio.gather(*(queries.identity(token) for token in [*tokens, "陌生人", tokens[0]]))
        assert [one and one.account_id for one in found] == [
            *(session.account_id for session in opened),
            None,
            opened[0].account_id,
        ]
        assert len(statements) == 1

    async def test_a_revoked_and_an_expired_token_are_nobodys(self, database: None, moving_clock: MovableClock) -> None:
        old = await actions.sign_up("早起", "读者", PASSWORD)
        moving_clock.move(1200)
        gone, here = await actions.sign_up("离开", "读者", PASSWORD), await actions.sign_up("还在", "读者", PASSWORD)
        identity = await queries.identity(gone.access_token)
        assert identity is not None
        await sessions.end(gone.account_id, only=[identity.session_id])
        moving_clock.move(900)
        found = await asyncio.gather(*(queries.identity(one.access_token) for one in (old, gone, here)))
        assert [one and one.account_id for one in found] == [None, None, here.account_id]
