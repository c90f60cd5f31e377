"""Passwords that anybody would try first are refused; others, in whatever language, are taken."""

import time

import pytest

from core import db
from core.errors import Invalid
from people.accounts import actions, passwords

OWN = ("小鹿_Lu99", "Deer 小鹿大大")


@pytest.mark.parametrize(
    "password",
    [
        *("password", "Password", "12345678", "iloveyou", "sunshine", "qwerty123", "admin123", "letmein1", "trustno1"),
        # With little added, or digits for letters.
        *("password1", "password123!", "P@ssw0rd", "p@ssword1", "!!dragon12", "123456789a"),
        # Blank, repeated, slid over, counted, dated.
        *("        ", "\u3000" * 8, "aaaaaaaa", "8" * 128, "abababab", "密码密码密码密码", "我爱你我爱你我爱"),
        *("abcdefgh", "zyxwvuts", "qwertyuiop", "asdf1234", "1qaz2wsx", "qazwsxedc", "987654321"),
        *("19900101", "1990-01-01", "1990年1月1日", "31121999"),
        # In Chinese.
        *("woaini1314", "woaini520", "5201314520", "5201314a", "caonima123", "zhangwei1", "88888888"),
        # The same, written by another keyboard.
        "ｐａｓｓｗｏｒｄ",
        # One's own: handle and name, in any case, with something added, backwards, twice.
        *(
            "小鹿_Lu99",
            "小鹿_LU99",
            "小鹿lu2024!",
            "deer小鹿大大",
            "deer 小鹿大大123",
            "大大鹿小reed",
            "小鹿_Lu99小鹿_Lu99",
        ),
    ],
)
def test_are_guessed(password: str) -> None:
    assert passwords.is_guessable(passwords.normalized(password), OWN)


@pytest.mark.parametrize(
    "password",
    [
        *("correct horse", "correct horse battery staple", "一个足够长的密码", "绿水青山就是金山", "a long password"),
        *("zhongcao-demo", "Tr0ub4dor&3", "8fj2kd93", "secret-password", "小鹿的自行车是红的", "x9!kQ2#v"),
    ],
)
def test_are_not_guessed(password: str) -> None:
    assert not passwords.is_guessable(passwords.normalized(password), OWN)


@pytest.mark.parametrize("unit", ["8", "88888889", "1qaz", "!@#", "ab", "4@8({[<369&#!1/|0$57%2", "5201314", "\u0315"])
def test_are_judged_soon(unit: str) -> None:
    password = passwords.normalized((unit * 128)[:127] + "x")
    passwords.is_guessable(password, OWN)
    began = time.process_time()
    passwords.is_guessable(password, OWN)
    assert time.process_time() - began < 0.02


@pytest.mark.usefixtures("database")
class TestSigningUp:
    @pytest.mark.parametrize("password", ["12345678", "小鹿_lu99", "ab cd ef"[:7], "长" * 129, "a" * 1_000_000])
    async def test_refuses_and_changes_nothing(self, password: str) -> None:
        with pytest.raises(Invalid) as refused:
            await actions.sign_up("小鹿_Lu99", "小鹿", password)
        assert refused.value.field == ("password",)
        assert await db.value("SELECT count(*) FROM accounts") == 0

    async def test_a_password_is_the_same_from_every_keyboard(self) -> None:
        await actions.sign_up("xiaolu", "小鹿", "correct horse １")
        assert (await actions.sign_in("xiaolu", "ｃｏｒｒｅｃｔ　horse 1")).access_token
