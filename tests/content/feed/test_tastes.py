"""Taste: written down as events tell of it, learned in the background, and shown in DISCOVER."""

import pytest

from content.feed import candidates, learning, queries, tastes
from content.feed.sessions import MemorySessions
from content.notes import Note
from content.notes import actions as note_actions
from content.notes.events import NoteLiked
from core import db
from core.bus import MemoryBus
from core.pagination import PageRequest
from core.relay import BatchLane, Relay
from people.follows import actions as follow_actions
from tests.factories.group_buys import offer, opened
from tests.factories.notes import note
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("database")


async def told() -> None:
    """Has all events so far told to their lane, and everything learned."""
    await Relay(MemoryBus(), [BatchLane("tastes", tastes.EVENTS, tastes.on_engaged)]).drain()
    while await learning.learn():
        pass


async def kept() -> list[tuple[object, ...]]:
    """All tastes and what is counted of their items."""
    found = await db.rows(
        "SELECT user_id, item_id, round(strength::numeric, 1)::float8, kind, engaged FROM feed_tastes"
        " JOIN feed_items ON id = item_id ORDER BY user_id, item_id"
    )
    return [tuple(row) for row in found]


async def circle(*notes: Note, size: int = 5) -> None:
    """Some people like all of these notes."""
    for _ in range(size):
        somebody = await person("同好")
        for one in notes:
            await note_actions.like(somebody, one.id)


class TestTastes:
    async def test_every_kind_of_engagement_adds_and_goes(self) -> None:
        me, made = await person(), await note()
        await note_actions.like(me, made.id)
        await told()
        assert await kept() == [(me, made.id, 0.6, "NOTE", 1)]
        await note_actions.collect(me, made.id)
        await note_actions.add_comment(me, made.id, "种草了")
        await told()
        assert await kept() == [(me, made.id, 1.0, "NOTE", 1)]
        await note_actions.unlike(me, made.id)
        await told()
        assert await kept() == [(me, made.id, 0.8, "NOTE", 1)]

    async def test_nothing_is_left_of_what_was_undone(self) -> None:
        me, made = await person(), await note()
        await note_actions.like(me, made.id)
        await told()
        await note_actions.unlike(me, made.id)
        await told()
        assert await kept() == [] and await db.value("SELECT engaged FROM feed_items") == 0

    async def test_telling_twice_and_late_changes_nothing(self) -> None:
        me, made = await person(), await note()
        await note_actions.like(me, made.id)
        event = NoteLiked(note_id=made.id, user_id=me)
        for events in ([event], [event, event], [event]):
            await tastes.on_engaged(events)
        assert await kept() == [(me, made.id, 0.6, "NOTE", 1)]
        await note_actions.unlike(me, made.id)
        await tastes.on_engaged([event])
        assert await kept() == []

    async def test_buying_is_taste_too(self) -> None:
        made = await offer(team_size=2)
        taken = await opened(made, me := await person("买家"))
        await told()
        assert taken.order.buyer_id == me
        [(user_id, _, strength, kind, engaged)] = await kept()
        assert (user_id, strength, kind, engaged) == (me, 1.0, "PRODUCT", 1)

    async def test_a_deleted_note_is_forgotten(self) -> None:
        one, two = await note(), await note()
        await circle(one, two)
        await told()
        await note_actions.delete(one.author_id, one.id)
        await told()
        assert {item for _, item, *_ in await kept()} == {two.id}
        assert await db.value("SELECT count(*) FROM feed_neighbours") == 0


class TestLearning:
    async def test_what_the_same_people_like_is_found_by_who_likes_one(self) -> None:
        lip, cheek, tent, lamp = [await note(title=title) for title in ("口红", "腮红", "帐篷", "露营灯")]
        await circle(lip, cheek)
        await circle(tent, lamp)
        me = await person()
        await note_actions.like(me, tent.id)
        await told()
        assert list(await candidates.similar(me)) == [lamp.id]
        page = await queries.discover(me, PageRequest(20, None), MemorySessions())
        assert (page.edges[0].node.id, page.edges[0].reason) == (lamp.id, "SIMILAR_TASTE")

    async def test_one_more_like_is_learned(self) -> None:
        tent, lamp, stove = [await note(title=title) for title in ("帐篷", "露营灯", "炉头")]
        await circle(tent, lamp)
        await circle(stove, size=2)
        await told()
        me = await person()
        await note_actions.like(me, tent.id)
        assert stove.id not in await candidates.similar(me)
        both = await person()
        for one in (tent, stove):
            await note_actions.like(both, one.id)
        await told()
        assert list(await candidates.similar(me)) == [lamp.id, stove.id]

    async def test_nothing_is_learned_twice(self) -> None:
        await circle(await note(), await note())
        await told()
        assert await learning.learn() == 0

    async def test_two_do_not_learn_at_once(self) -> None:
        await circle(await note(), size=2)
        await Relay(MemoryBus(), [BatchLane("tastes", tastes.EVENTS, tastes.on_engaged)]).drain()
        async with db.connection() as other, other.transaction():
            await other.execute("SELECT pg_advisory_xact_lock($1)", learning.LOCK)
            assert await learning.learn() == 0
        assert await learning.learn() == 1

    async def test_what_friends_like_is_found_before_anyone_is_alike(self) -> None:
        me, friend, liked = await person(), await person("闺蜜"), await note(title="平价香水")
        await follow_actions.follow(me, friend)
        await note_actions.like(friend, liked.id)
        await told()
        assert list(await candidates.friends(me, [friend])) == [liked.id]
        assert await candidates.friends(me, []) == {}

    async def test_learning_takes_a_constant_few_statements(self, statements: list[str]) -> None:
        await circle(*[await note() for _ in range(4)])
        await Relay(MemoryBus(), [BatchLane("tastes", tastes.EVENTS, tastes.on_engaged)]).drain()
        statements.clear()
        assert await learning.learn() == 4
        # The lock, what changed, its people, tastes, counts, the others' people; old neighbours out, new ones in; done.
        assert len(statements) == 9
