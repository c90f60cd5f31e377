"""People's accounts: what may be written, and what is refused."""

import pytest

from core import db
from core.errors import Invalid
from people.accounts import actions, queries
from people.accounts.errors import HandleTaken, WrongCredentials

pytestmark = pytest.mark.usefixtures("database")


async def outbox_names() -> list[str]:
    return [row["name"] for row in await db.rows("SELECT name FROM outbox ORDER BY id")]


class TestSignUp:
    async def test_creates_an_account_that_can_be_found_in_any_case(self) -> None:
        await actions.sign_up("Xiao_鹿", "小鹿", "correct horse")
        found = await queries.by_handle("xiao_鹿")
        assert found is not None and (found.handle, found.display_name) == ("Xiao_鹿", "小鹿")
        assert await outbox_names() == ["AccountCreated"]

    async def test_refuses_a_taken_handle_and_changes_nothing(self) -> None:
        await actions.sign_up("xiaolu", "小鹿", "correct horse")
        with pytest.raises(HandleTaken):
            await actions.sign_up("XIAOLU", "另一只鹿", "correct horse")
        assert await db.value("SELECT count(*) FROM accounts") == 1
        assert await outbox_names() == ["AccountCreated"]

    @pytest.mark.parametrize(
        "handle",
        ["a", "长" * 31, "有 空格", "emoji🦌", "", "demo\u034f", "\u3164" * 3, "\u0430dmin", "a\u0315\u0300" * 2**20],
    )
    async def test_refuses_a_malformed_handle(self, handle: str) -> None:
        with pytest.raises(Invalid) as refused:
            await actions.sign_up(handle, "小鹿", "correct horse")
        assert refused.value.field == ("handle",)
        assert await db.value("SELECT count(*) FROM accounts") == 0


class TestSignIn:
    async def test_opens_a_session(self) -> None:
        await actions.sign_up("xiaolu", "小鹿", "correct horse")
        session = await actions.sign_in("XiaoLu", "correct horse")
        identity = await queries.identity(session.access_token)
        assert identity is not None and identity.account_id == session.account_id

    async def test_tells_a_wrong_password_and_an_unknown_handle_alike(self) -> None:
        await actions.sign_up("xiaolu", "小鹿", "correct horse")
        with pytest.raises(WrongCredentials):
            await actions.sign_in("xiaolu", "wrong horse")
        with pytest.raises(WrongCredentials):
            await actions.sign_in("nobody", "correct horse")

    async def test_refuses_an_account_that_has_no_password(self) -> None:
        await actions.create("shop_robot", "小店机器人", "!")
        with pytest.raises(WrongCredentials):
            await actions.sign_in("shop_robot", "correct horse")
