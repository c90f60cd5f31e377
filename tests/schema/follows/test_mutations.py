"""Follows through the graph."""

import pytest

from core import db
from core.ids import new_id
from schema import ids
from tests.factories.people import person
from tests.graph import Graph
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")


def mutation(name: str) -> str:
    return (
        f"mutation ($id: ID!) {{ {name}(input: {{userId: $id}})"
        " { user { id followerCount viewerIsFollowing followsViewer } userErrors { code field } } }"
    )


class TestFollowUser:
    async def test_follows_and_unfollows(self) -> None:
        graph, me, star = Graph(), await person(), await person()
        identity = ids.encode("user", star)
        for name, count in (("followUser", 1), ("followUser", 1), ("unfollowUser", 0), ("unfollowUser", 0)):
            answer = await graph(mutation(name), as_=me, id=identity)
            assert answer["errors"] == [] and answer["data"][name] == {
                "user": {
                    "id": identity,
                    "followerCount": count,
                    "viewerIsFollowing": count == 1,
                    "followsViewer": False,
                },
                "userErrors": [],
            }

    @pytest.mark.parametrize("name", ["followUser", "unfollowUser"])
    async def test_refuses_and_changes_nothing(self, name: str) -> None:
        me = await person()
        bad = {
            ids.encode("user", me): "INVALID",
            ids.encode("user", new_id()): "NOT_FOUND",
            ids.encode("note", me): "INVALID",
            "": "INVALID",
            "42": "INVALID",
            "\x00": "INVALID",
        }
        for identity, code in bad.items():
            answer = await Graph()(mutation(name), as_=me, id=identity)
            assert answer["errors"] == []
            assert answer["data"][name] == {"user": None, "userErrors": [{"code": code, "field": ["input", "userId"]}]}
        assert await db.value("SELECT count(*) FROM follows") == 0
        assert await told("Followed", "Unfollowed") == []

    @pytest.mark.parametrize("name", ["followUser", "unfollowUser"])
    async def test_is_refused_to_nobody(self, name: str) -> None:
        answer = await Graph()(mutation(name), id=ids.encode("user", await person()))
        assert answer["data"][name]["userErrors"] == [{"code": "UNAUTHENTICATED", "field": None}]
