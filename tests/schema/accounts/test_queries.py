"""People as the graph shows them."""

import pytest

from core.ids import new_id
from people.follows import actions as follow_actions
from schema import ids
from tests.factories.live import scheduled
from tests.factories.notes import note
from tests.factories.people import person
from tests.factories.products import product
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

PERSON = """
query ($id: ID!) { node(id: $id) { ... on User {
  id handle displayName bio avatarUrl isKol specialty followerCount followingCount noteCount createdAt
  viewerIsFollowing followsViewer
  notes { edges { node { id } } pageInfo { hasNextPage } }
  followers { edges { cursor node { id } } } following { edges { node { id } } }
  liveStreams { edges { node { title } } } shop { name }
} } }
"""


class TestUser:
    async def test_tells_everything(self) -> None:
        me, host = await person("我"), await person("主播")
        await follow_actions.follow(me, host)
        made, stream = await note(host), await scheduled(host)
        await product(host)
        answer = await Graph()(PERSON, as_=me, id=ids.encode("user", host))
        assert answer["errors"] == []
        found = answer["data"]["node"]
        assert (found["displayName"], found["followerCount"], found["noteCount"]) == ("主播", 1, 1)
        assert (found["viewerIsFollowing"], found["followsViewer"]) == (True, False)
        assert found["notes"]["edges"] == [{"node": {"id": ids.encode("note", made.id)}}]
        assert [edge["node"]["id"] for edge in found["followers"]["edges"]] == [ids.encode("user", me)]
        assert found["following"]["edges"] == [] and found["shop"] == {"name": "小鹿的店"}
        assert found["liveStreams"]["edges"] == [{"node": {"title": stream.title}}]

    async def test_tells_nobody_that_nothing_is_theirs(self) -> None:
        answer = await Graph()(PERSON, id=ids.encode("user", await person("我")))
        found = answer["data"]["node"]
        assert (found["viewerIsFollowing"], found["followsViewer"], found["shop"]) == (False, False, None)

    async def test_is_found_by_handle_in_any_case(self) -> None:
        me = await person("小鹿")
        found = await Graph()(
            "query ($id: ID!) { node(id: $id) { ... on User { handle } } }", id=ids.encode("user", me)
        )
        handle = found["data"]["node"]["handle"].upper()
        answer = await Graph()("query ($handle: String!) { user(handle: $handle) { id } }", handle=handle)
        assert answer["data"]["user"] == {"id": ids.encode("user", me)}

    @pytest.mark.parametrize("handle", ["nobody", "", "\x00", "\ud800", "长" * 10_000, "%", "' OR 1=1 --"])
    async def test_is_null_for_who_is_not_there(self, handle: str) -> None:
        answer = await Graph()("query ($handle: String!) { user(handle: $handle) { id } }", handle=handle)
        assert answer == {"data": {"user": None}, "errors": []}


class TestPagesOfPeople:
    LIST = (
        "query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on User {"
        " %s(first: $first, after: $after) { edges { cursor node { id } }"
        " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"
    )

    async def test_go_on_where_they_ended(self) -> None:
        star, fans = await person(), [await person() for _ in range(5)]
        for fan in fans:
            await follow_actions.follow(fan, star)
        seen, after = [], None
        for has_next in (True, True, False):
            answer = await Graph()(self.LIST % "followers", id=ids.encode("user", star), first=2, after=after)
            page = answer["data"]["node"]["followers"]
            seen += [edge["node"]["id"] for edge in page["edges"]]
            assert page["pageInfo"]["hasNextPage"] is has_next
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            after = page["pageInfo"]["endCursor"]
        assert seen == [ids.encode("user", fan) for fan in reversed(fans)]

    @pytest.mark.parametrize("field", ["followers", "following", "notes", "liveStreams"])
    @pytest.mark.parametrize(
        ("first", "after"),
        [
            (101, None),
            (-1, None),
            (2, ""),
            (2, "%%%"),
            (2, "e30"),
            (2, "bnVsbA"),
            (2, "长"),
            (2, "\ud800"),
            (2, "A" * 9_999),
        ],
    )
    async def test_refuse_what_is_no_page(self, field: str, first: int, after: str | None) -> None:
        star = ids.encode("user", await person())
        answer = await Graph()(self.LIST % field, id=star, first=first, after=after)
        assert answer["data"] == {"node": None}
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "INVALID"}

    @pytest.mark.parametrize("field", ["followers", "following", "notes", "liveStreams"])
    async def test_may_be_empty(self, field: str) -> None:
        star = ids.encode("user", await person())
        for first in (0, 100, None):
            answer = await Graph()(self.LIST % field, id=star, first=first)
            page = answer["data"]["node"][field]
            assert page["edges"] == [] and page["pageInfo"] == {
                "hasNextPage": False,
                "hasPreviousPage": False,
                "startCursor": None,
                "endCursor": None,
            }


class TestViewer:
    ME = "{ viewer { user { id } orders { edges { cursor } } teams { edges { cursor } } } }"

    async def test_is_the_signed_in_person(self) -> None:
        me = await person()
        answer = await Graph()(self.ME, as_=me)
        assert answer == {
            "data": {
                "viewer": {"user": {"id": ids.encode("user", me)}, "orders": {"edges": []}, "teams": {"edges": []}}
            },
            "errors": [],
        }

    async def test_is_null_for_nobody(self) -> None:
        assert await Graph()(self.ME) == {"data": {"viewer": None}, "errors": []}

    async def test_is_found_again_by_an_id_that_nobody_else_can_use(self) -> None:
        me, other = await person("我"), await person("别人")
        asked = "{ viewer { id } }"
        mine = (await Graph()(asked, as_=me))["data"]["viewer"]["id"]
        assert mine == (await Graph()(asked, as_=me))["data"]["viewer"]["id"] != ids.encode("user", me)
        found = "query ($id: ID!) { node(id: $id) { id ... on Viewer { user { id } } } }"
        again = (await Graph()(found, as_=me, id=mine))["data"]["node"]
        assert again == {"id": mine, "user": {"id": ids.encode("user", me)}}
        for somebody in (other, None):
            assert (await Graph()(found, as_=somebody, id=mine))["data"] == {"node": None}


class TestNode:
    @pytest.mark.parametrize(
        "malformed", ["", "user", "user_", "user_123", "nothing_" + "0" * 32, "user_" + "G" * 32, "\x00", "长" * 1_000]
    )
    async def test_is_null_for_what_is_no_id(self, malformed: str) -> None:
        answer = await Graph()("query ($id: ID!) { node(id: $id) { id } serverNow }", id=malformed)
        assert answer["errors"] == [] and answer["data"]["node"] is None and answer["data"]["serverNow"]

    async def test_is_null_for_nobody(self) -> None:
        for kind in ("user", "note", "topic", "comment"):
            answer = await Graph()("query ($id: ID!) { node(id: $id) { id } }", id=ids.encode(kind, new_id()))
            assert answer == {"data": {"node": None}, "errors": []}
