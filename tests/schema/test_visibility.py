"""Whom one blocked is seen on no path: walked over the whole graph, so that a new field is walked, too."""

import json
from uuid import UUID

import pytest
from graphql import GraphQLObjectType

from content.live import actions as live_actions
from content.notes import Note
from content.notes import actions as note_actions
from people.follows import actions as follow_actions
from schema import ids
from schema.visibility import MAKERS
from tests.factories import group_buys, live
from tests.factories.notes import note
from tests.factories.people import person
from tests.graph import Graph, built
from tests.schema.paths import everything, walk

pytestmark = pytest.mark.usefixtures("database")

# What the blocked person wrote says this, whatever it is.
MARK = "刺耳"
SCHEMA = built()._schema
# Search asks an engine, and leaves out what is hidden by itself (tests/search).
ELSEWHERE = frozenset({"search", "searchSuggestions", "trendingSearches"})
COUNTED = "query ($id: ID!) { node(id: $id) { ... on Note { commentCount comments { edges { node { id } } } } } }"
UNLIKE = "mutation ($id: ID!) { unlikeNote(input: {noteId: $id}) { note { title } userErrors { code } } }"


class World:
    """One of everything, in which a rude person has said something everywhere."""

    def __init__(self) -> None:
        self.things: dict[str, list[UUID]] = {}
        self.handle = ""

    async def build(self) -> None:
        self.me, self.rude, self.friend = await person("我"), await person("小刺"), await person("小禾")
        offer = await group_buys.offer()
        tagged = {"product_ids": [offer.product_id], "topics": ["露营"]}
        self.shared: Note = await note(self.friend, title="好用的帐篷", **tagged)
        self.rudely: Note = await note(self.rude, title=f"{MARK}的笔记", **tagged)
        said = await note_actions.add_comment(self.rude, self.shared.id, f"{MARK}的评论")
        reply = await note_actions.add_comment(self.friend, self.shared.id, "别这样", said.id)
        inside = await note_actions.add_comment(self.friend, self.rudely.id, "也别这样")
        kind, rude = await live.live(self.friend, title="好好说话"), await live.live(self.rude, title=f"{MARK}的直播")
        listings = [
            await live_actions.add_listing(one.host_id, one.id, offer.product_id, offer.id) for one in (kind, rude)
        ]
        lines = [await live_actions.send_message(self.rude, kind.id, f"{MARK}的弹幕")]
        self.things = {
            "user": [self.rude, self.friend, self.me],
            "note": [self.shared.id, self.rudely.id],
            "comment": [said.id, reply.id, inside.id],
            "product": [offer.product_id],
            "group_buy": [offer.id],
            "live_stream": [kind.id, rude.id],
            "live_listing": [one.id for one in listings],
            "live_message": [line.id for line in lines],
        }


KINDS = {
    "user": "User",
    "note": "Note",
    "comment": "Comment",
    "product": "Product",
    "group_buy": "GroupBuy",
    "live_stream": "LiveStream",
    "live_listing": "LiveListing",
    "live_message": "LiveMessage",
}


async def seen(graph: Graph, world: World, kind: str) -> str:
    """All that the graph tells the world's viewer around things of a kind."""
    answers = []
    for identity in world.things[kind]:
        answer = await graph(walk(SCHEMA, KINDS[kind], 2), as_=world.me, id=ids.encode(kind, identity))
        assert answer["errors"] == []
        answers.append(answer["data"])
    return json.dumps(answers, ensure_ascii=False)


@pytest.mark.parametrize("kind", list(KINDS))
async def test_what_they_made_is_found_from_nowhere(kind: str) -> None:
    world = World()
    await world.build()
    assert MARK in await seen(Graph(blocks=True), world, kind)
    await follow_actions.block(world.me, world.rude)
    assert MARK not in await seen(Graph(blocks=True), world, kind)


async def test_nor_from_the_root() -> None:
    world = World()
    await world.build()
    asked = {"as_": world.me, "id": ids.encode("note", world.rudely.id), "handle": "nobody", "topic": "露营"}
    before = await Graph(blocks=True)(everything(SCHEMA, 2, without=ELSEWHERE), **asked)
    await follow_actions.block(world.me, world.rude)
    after = await Graph(blocks=True)(everything(SCHEMA, 2, without=ELSEWHERE), **asked)
    assert (before["errors"], after["errors"]) == ([], [])
    for name, found in before["data"].items():
        if MARK in str(found):
            assert MARK not in str(after["data"][name]), name
    assert MARK in str(before["data"])


async def test_counts_agree_with_what_is_shown() -> None:
    world = World()
    await world.build()
    await follow_actions.block(world.me, world.rude)
    for viewer, count in ((world.me, 1), (world.friend, 2)):
        answer = await Graph(blocks=True)(COUNTED, as_=viewer, id=ids.encode("note", world.shared.id))
        found = answer["data"]["node"]
        assert found["commentCount"] == len(found["comments"]["edges"]) == count


async def test_taking_back_shows_nothing() -> None:
    world = World()
    await world.build()
    await note_actions.like(world.me, world.rudely.id)
    await follow_actions.block(world.me, world.rude)
    answer = await Graph(blocks=True)(UNLIKE, as_=world.me, id=ids.encode("note", world.rudely.id))
    assert answer["data"]["unlikeNote"] == {"note": None, "userErrors": []}


def test_every_kind_that_somebody_made_has_a_maker() -> None:
    made = {
        name
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and {"author", "host"} & set(kind.fields)
    }
    assert made == {"Note", "Comment", "LiveStream", "LiveMessage"} <= {kind.__name__ for kind in MAKERS}
