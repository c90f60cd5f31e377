"""Blocks through the graph: who is blocked is seen no more, at once and wherever one looks."""

import pytest

from content.live import actions as live_actions
from content.notes import actions as note_actions
from people.follows import actions
from schema import ids
from tests.content.feed.test_tastes import circle, told
from tests.factories.live import live
from tests.factories.notes import note
from tests.factories.people import person
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

FEED = """query ($kind: FeedKind!, $first: Int, $after: String) { feed(kind: $kind, first: $first, after: $after) {
  edges { node { title } } pageInfo { hasNextPage endCursor } } }"""
AROUND = """query ($ids: [ID!]!) {
  liveStreams { edges { node { title } } }
  viewer { suggestedUsers(first: 3) { displayName } }
  nodes(ids: $ids) { ... on Note { comments { edges { node { body } } } related { edges { node { title } } } } } }"""


def mutation(name: str) -> str:
    return f"mutation ($id: ID!) {{ {name}(input: {{userId: $id}}) {{ user {{ id }} userErrors {{ code field }} }} }}"


class TestBlockUser:
    async def test_blocks_lists_and_unblocks(self) -> None:
        graph, me, other = Graph(), await person(), await person("小刺")
        for name, left in (("blockUser", ["小刺"]), ("blockUser", ["小刺"]), ("unblockUser", []), ("unblockUser", [])):
            answer = await graph(mutation(name), as_=me, id=ids.encode("user", other))
            assert answer["data"][name] == {"user": {"id": ids.encode("user", other)}, "userErrors": []}
            seen = await graph("{ viewer { blocked { edges { node { displayName } } } } }", as_=me)
            assert [edge["node"]["displayName"] for edge in seen["data"]["viewer"]["blocked"]["edges"]] == left

    @pytest.mark.parametrize("name", ["blockUser", "unblockUser"])
    async def test_refuses(self, name: str) -> None:
        me = await person()
        for identity, code in ((ids.encode("user", me), "INVALID"), ("42", "INVALID")):
            answer = await Graph()(mutation(name), as_=me, id=identity)
            assert answer["data"][name] == {"user": None, "userErrors": [{"code": code, "field": ["input", "userId"]}]}
        answer = await Graph()(mutation(name), id=ids.encode("user", me))
        assert answer["data"][name]["userErrors"] == [{"code": "UNAUTHENTICATED", "field": None}]

    async def test_refuses_both_the_same_what_they_would_do_to_each_other(self) -> None:
        me, other = await person(), await person("小刺")
        await actions.block(me, other)
        for one, target in ((me, other), (other, me)):
            answer = await Graph()(mutation("followUser"), as_=one, id=ids.encode("user", target))
            assert answer["data"]["followUser"]["userErrors"] == [{"code": "FORBIDDEN", "field": ["input", "userId"]}]


class TestHidden:
    async def test_from_feeds_at_once(self, statements: list[str]) -> None:
        me, foe = await person(), await person("小刺")
        theirs, others = await note(foe, title="小刺的笔记"), [await note(title=f"第{number}篇") for number in range(4)]
        for author in (foe, *(one.author_id for one in others)):
            await actions.follow(me, author)
        graph = Graph()

        async def titles(kind: str, **page: object) -> tuple[set[str], str]:
            answer = await graph(FEED, as_=me, kind=kind, **page)
            assert answer["errors"] == []
            feed = answer["data"]["feed"]
            return {edge["node"]["title"] for edge in feed["edges"]}, feed["pageInfo"]["endCursor"]

        everything = {one.title for one in (theirs, *others)}
        assert (await titles("FOLLOWING"))[0] == everything
        begun, cursor = await titles("DISCOVER", first=1)
        await actions.block(me, foe)
        # Who blocked somebody has one statement more.
        for known, cost in ((graph, 1), (Graph(graph.services, blocks=True), 2)):
            graph = known
            statements.clear()
            rest, _ = await titles("DISCOVER", after=cursor)
            assert len(statements) == cost
        # A session that began before, a new one, and what is followed.
        assert theirs.title not in rest and begun | rest >= everything - {theirs.title}
        for kind in ("DISCOVER", "FOLLOWING"):
            assert (await titles(kind))[0] == everything - {theirs.title}

    async def test_from_comments_related_notes_suggestions_and_live_streams(self) -> None:
        me, foe, friend = await person(), await person("小刺"), await person("小禾")
        shown, theirs, near = await note(), await note(foe, title="小刺的帐篷"), await note(title="露营灯")
        await circle(shown, theirs, near)
        await actions.follow(me, friend)
        for author in (foe, near.author_id):
            await actions.follow(friend, author)
        for author in (foe, friend):
            await note_actions.add_comment(author, shown.id, f"种草了 {author}")
            await live(author, title=f"直播 {author}")
        await told()
        asked = {"as_": me, "ids": [ids.encode("note", shown.id)]}
        before = await Graph(blocks=True)(AROUND, **asked)
        await actions.block(me, foe)
        after = await Graph(blocks=True)(AROUND, **asked)
        for answer, seen in ((before, True), (after, False)):
            assert answer["errors"] == []
            [found] = answer["data"]["nodes"]
            names = [person["displayName"] for person in answer["data"]["viewer"]["suggestedUsers"]]
            assert ("小刺" in names) is seen and "小鹿" in names
            for edges, part in (
                (found["comments"]["edges"], str(foe)),
                (found["related"]["edges"], "小刺的帐篷"),
                (answer["data"]["liveStreams"]["edges"], str(foe)),
            ):
                assert any(part in str(edge) for edge in edges) is seen
                assert len(edges) == (2 if seen else 1)

    async def test_chat_of_a_stream_is_closed_to_whom_its_host_blocked(self) -> None:
        stream, foe = await live(), await person("小刺")
        await actions.block(stream.host_id, foe)
        document = """mutation ($input: SendLiveMessageInput!) { sendLiveMessage(input: $input) {
          message { id } userErrors { code } } }"""
        given = {"liveStreamId": ids.encode("live_stream", stream.id), "body": "主播好"}
        answer = await Graph()(document, as_=foe, input=given)
        assert answer["data"]["sendLiveMessage"] == {"message": None, "userErrors": [{"code": "FORBIDDEN"}]}
        await live_actions.send_message(await person(), stream.id, "主播好")
