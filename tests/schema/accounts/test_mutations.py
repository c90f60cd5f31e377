"""People through the graph: signing up, in and out, new tokens, and one's public side."""

from typing import Any

import pytest

from core import db
from people.accounts import queries
from schema import ids
from tests.factories.people import person
from tests.graph import Graph, built
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

SESSION = (
    "{ session { accessToken refreshToken expiresAt user { id handle displayName } }"
    " userErrors { code field message } }"
)
SIGN_UP = "mutation ($input: SignUpInput!) { signUp(input: $input) " + SESSION + " }"
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) " + SESSION + " }"
REFRESH = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) " + SESSION + " }"
UPDATE = (
    "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input)"
    " { user { displayName bio avatarUrl } userErrors { code field } } }"
)
XIAOLU = {"handle": "小鹿_Lu", "displayName": "小鹿", "password": "correct horse"}


async def signed_up(graph: Graph) -> dict[str, Any]:
    answer = await graph(SIGN_UP, input=XIAOLU)
    session: dict[str, Any] = answer["data"]["signUp"]["session"]
    return session


async def changed() -> tuple[object, ...]:
    counts = [await db.value(f"SELECT count(*) FROM {table}") for table in ("accounts", "sessions", "refresh_tokens")]
    return (*counts, await told())


class TestSignUp:
    async def test_opens_a_session(self) -> None:
        session = await signed_up(Graph())
        assert session["user"]["handle"] == "小鹿_Lu" and session["expiresAt"].endswith("Z")
        identity = await queries.identity(session["accessToken"])
        assert identity is not None and session["user"]["id"] == ids.encode("user", identity.account_id)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"handle": ""}, "handle"),
            ({"handle": "鹿"}, "handle"),
            ({"handle": "鹿" * 31}, "handle"),
            ({"handle": "小 鹿"}, "handle"),
            ({"handle": "小鹿\x00"}, "handle"),
            ({"displayName": "  "}, "displayName"),
            ({"displayName": "鹿" * 41}, "displayName"),
            ({"password": "short"}, "password"),
            ({"password": "长" * 129}, "password"),
            ({"password": "\ud800" * 10}, "password"),
        ],
    )
    async def test_refuses_and_changes_nothing(self, given: dict[str, str], field: str) -> None:
        answer = await Graph()(SIGN_UP, input=XIAOLU | given)
        assert answer["errors"] == [] and answer["data"]["signUp"]["session"] is None
        [error] = answer["data"]["signUp"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["input", field])
        assert await changed() == (0, 0, 0, [])

    async def test_takes_a_handle_whose_lower_case_is_three_times_as_long(self) -> None:
        answer = await Graph()(SIGN_UP, input=XIAOLU | {"handle": "ΐ" * 30})
        assert answer["errors"] == [] and answer["data"]["signUp"]["userErrors"] == []

    async def test_refuses_a_taken_handle_in_the_readers_language(self) -> None:
        graph = Graph()
        await signed_up(graph)
        for language, message in (("zh", "账号名“小鹿_LU”已被使用"), ("en", "The handle “小鹿_LU” is taken")):
            answer = await graph(SIGN_UP, language=language, input=XIAOLU | {"handle": "小鹿_LU"})
            assert answer["data"]["signUp"]["userErrors"] == [
                {"code": "ALREADY_EXISTS", "field": ["input", "handle"], "message": message}
            ]


class TestSignIn:
    async def test_opens_another_session(self) -> None:
        graph = Graph()
        first = await signed_up(graph)
        answer = await graph(SIGN_IN, input={"handle": "小鹿_LU", "password": "correct horse"})
        second = answer["data"]["signIn"]["session"]
        assert second["user"] == first["user"] and second["accessToken"] != first["accessToken"]

    @pytest.mark.parametrize(
        "given",
        [
            {"handle": "小鹿_Lu", "password": "wrong horse"},
            {"handle": "nobody", "password": "correct horse"},
            {"handle": "", "password": ""},
            {"handle": "\x00", "password": "\x00"},
            {"handle": "\ud800", "password": "\ud800"},
            {"handle": "长" * 10_000, "password": "长" * 10_000},
        ],
    )
    async def test_refuses_whatever_is_wrong_alike(self, given: dict[str, str]) -> None:
        graph = Graph()
        await signed_up(graph)
        answer = await graph(SIGN_IN, language="en", input=given)
        assert answer["errors"] == [] and answer["data"]["signIn"] == {
            "session": None,
            "userErrors": [
                {"code": "UNAUTHENTICATED", "field": None, "message": "The handle or the password is wrong"}
            ],
        }
        assert await db.value("SELECT count(*) FROM sessions") == 1


class TestRefreshSession:
    async def test_rotates_the_tokens(self) -> None:
        graph = Graph()
        first = await signed_up(graph)
        answer = await graph(REFRESH, input={"refreshToken": first["refreshToken"]})
        second = answer["data"]["refreshSession"]["session"]
        assert await queries.identity(first["accessToken"]) is None
        assert await queries.identity(second["accessToken"]) is not None

    @pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "长" * 10_000])
    async def test_refuses_what_is_no_token(self, token: str) -> None:
        answer = await Graph()(REFRESH, input={"refreshToken": token})
        assert answer["errors"] == [] and answer["data"]["refreshSession"]["session"] is None
        [error] = answer["data"]["refreshSession"]["userErrors"]
        assert (error["code"], error["field"]) == ("UNAUTHENTICATED", ["input", "refreshToken"])


class TestSignOut:
    async def test_ends_this_session_alone(self) -> None:
        graph = Graph()
        first = await signed_up(graph)
        again = await graph(SIGN_IN, input={"handle": "小鹿_Lu", "password": "correct horse"})
        second = again["data"]["signIn"]["session"]
        context = graph.context()
        context.viewer = await queries.identity(first["accessToken"])
        result = await built().execute("mutation { signOut { userErrors { code } } }", context_value=context)
        assert result.data == {"signOut": {"userErrors": []}}
        assert await queries.identity(first["accessToken"]) is None
        assert await queries.identity(second["accessToken"]) is not None
        refreshed = await graph(REFRESH, input={"refreshToken": first["refreshToken"]})
        assert refreshed["data"]["refreshSession"]["session"] is None

    async def test_is_refused_to_nobody(self) -> None:
        answer = await Graph()("mutation { signOut { userErrors { code field } } }")
        assert answer["data"] == {"signOut": {"userErrors": [{"code": "UNAUTHENTICATED", "field": None}]}}


class TestUpdateProfile:
    async def test_changes_what_is_given(self) -> None:
        graph, me = Graph(), await person("小鹿")
        picture = "https://img.example.com/鹿.jpg"
        answer = await graph(UPDATE, as_=me, input={"bio": "敏感肌", "avatarUrl": picture})
        assert answer["data"]["updateProfile"] == {
            "user": {"displayName": "小鹿", "bio": "敏感肌", "avatarUrl": picture},
            "userErrors": [],
        }
        answer = await graph(UPDATE, as_=me, input={"displayName": "大鹿", "bio": None})
        assert answer["data"]["updateProfile"]["user"] == {"displayName": "大鹿", "bio": "敏感肌", "avatarUrl": picture}
        answer = await graph(UPDATE, as_=me, input={"avatarUrl": None, "bio": ""})
        assert answer["data"]["updateProfile"]["user"] == {"displayName": "大鹿", "bio": "", "avatarUrl": None}

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"displayName": ""}, "displayName"),
            ({"displayName": "鹿" * 41}, "displayName"),
            ({"bio": "长" * 501}, "bio"),
            ({"avatarUrl": ""}, "avatarUrl"),
            ({"avatarUrl": "javascript:alert(1)"}, "avatarUrl"),
            ({"avatarUrl": "/1.jpg"}, "avatarUrl"),
            ({"avatarUrl": "https://a.example/" + "1" * 2_000}, "avatarUrl"),
        ],
    )
    async def test_refuses_and_changes_nothing(self, given: dict[str, str], field: str) -> None:
        me = await person("小鹿")
        before = await changed()
        answer = await Graph()(UPDATE, as_=me, input={"displayName": "新名字"} | given)
        assert answer["data"]["updateProfile"]["user"] is None
        assert answer["data"]["updateProfile"]["userErrors"] == [{"code": "INVALID", "field": ["input", field]}]
        [account] = await queries.by_ids([me])
        assert account is not None and account.display_name == "小鹿" and await changed() == before

    async def test_is_refused_to_nobody(self) -> None:
        answer = await Graph()(UPDATE, input={"bio": "谁"})
        assert answer["data"]["updateProfile"]["userErrors"] == [{"code": "UNAUTHENTICATED", "field": None}]
