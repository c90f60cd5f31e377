"""Likes and collects: idempotent, and counted without drift whoever comes at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from content.notes import Note, actions, queries
from core import db
from core.errors import NotFound
from core.ids import new_id
from tests.factories.notes import note, now
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

Act = Callable[[UUID, UUID], Awaitable[Note]]
# (do, undo, the counter, whether the viewer did, the table, its events)
WAYS: list[Any] = [
    pytest.param(
        actions.like,
        actions.unlike,
        "like_count",
        queries.liked_by,
        "note_likes",
        ("NoteLiked", "NoteUnliked"),
        id="like",
    ),
    pytest.param(
        actions.collect,
        actions.uncollect,
        "collect_count",
        queries.collected_by,
        "note_collects",
        ("NoteCollected", "NoteUncollected"),
        id="collect",
    ),
]


@pytest.mark.parametrize(("do", "undo", "counter", "did", "table", "events"), WAYS)
class TestEngagement:
    async def test_counts_once_a_person(self, do: Act, undo: Act, counter: str, did, table: str, events) -> None:
        made, fan = await note(), await person("小粉")
        assert getattr(await do(fan, made.id), counter) == 1
        assert getattr(await do(fan, made.id), counter) == 1
        assert await did(fan, [made.id]) == [True] and await did(made.author_id, [made.id]) == [False]
        assert await did(None, [made.id]) == [False]
        assert getattr(await undo(fan, made.id), counter) == 0
        assert getattr(await undo(fan, made.id), counter) == 0
        assert await did(fan, [made.id]) == [False]
        assert await told(*events) == list(events)

    async def test_fifty_at_once_count_fifty(self, do: Act, undo: Act, counter: str, did, table: str, events) -> None:
        made, fans = await note(), [await person(f"粉丝{number}") for number in range(50)]
        await asyncio.gather(*(do(fan, made.id) for fan in fans))
        assert getattr(await now(made.id), counter) == 50
        assert await told(*events) == [events[0]] * 50

    async def test_fifty_of_one_person_at_once_count_one(
        self, do: Act, undo: Act, counter: str, did, table: str, events
    ) -> None:
        made, fan = await note(), await person()
        await asyncio.gather(*(do(fan, made.id) for _ in range(50)))
        assert getattr(await now(made.id), counter) == 1
        assert await told(*events) == [events[0]]

    async def test_never_drifts_whatever_the_order(
        self, do: Act, undo: Act, counter: str, did, table: str, events
    ) -> None:
        made, fans = await note(), [await person() for _ in range(5)]
        await asyncio.gather(*(act(fan, made.id) for act in (do, undo, do, undo, do) for fan in fans))
        left = await db.value(f"SELECT count(*) FROM {table}")
        assert getattr(await now(made.id), counter) == left
        done, undone = [len(await told(event)) for event in events]
        assert done - undone == left

    async def test_refuses_an_unknown_note(self, do: Act, undo: Act, counter: str, did, table: str, events) -> None:
        fan = await person()
        for act in (do, undo):
            with pytest.raises(NotFound) as refused:
                await act(fan, new_id())
            assert refused.value.field == ("note_id",)
        assert await db.value(f"SELECT count(*) FROM {table}") == 0 and await told(*events) == []


class TestHotScore:
    async def test_follows_the_counters(self) -> None:
        made, fan = await note(), await person()
        assert (await actions.like(fan, made.id)).hot_score > made.hot_score
        await actions.collect(fan, made.id)
        said = await actions.add_comment(fan, made.id, "求链接")
        loved = (await now(made.id)).hot_score
        # One like, one collect that counts as two and one comment that counts as three: 1 + 6 = 7.
        assert loved - made.hot_score == pytest.approx(0.845098, abs=1e-6)
        await actions.delete_comment(fan, said.id)
        await actions.uncollect(fan, made.id)
        assert (await actions.unlike(fan, made.id)).hot_score == made.hot_score
