"""Where one blocked the other, neither likes, collects or comments on what the other posts."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from content.notes import actions
from core import db
from people.follows import actions as follow_actions
from people.follows.errors import KeptApart
from tests.factories.notes import note, now
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")


async def _comment(user_id: UUID, note_id: UUID) -> None:
    await actions.add_comment(user_id, note_id, "种草了")


@pytest.mark.parametrize("act", [actions.like, actions.collect, _comment])
@pytest.mark.parametrize("mine", [True, False])
async def test_refuses_and_changes_nothing(act: Callable[[UUID, UUID], Awaitable[Any]], mine: bool) -> None:
    made, other = await note(), await person("小刺")
    pair = (made.author_id, other) if mine else (other, made.author_id)
    await follow_actions.block(*pair)
    with pytest.raises(KeptApart) as refused:
        await act(other, made.id)
    assert refused.value.field == ("note_id",) and await now(made.id) == made
    assert await told("NoteLiked", "NoteCollected", "CommentAdded") == []


async def test_what_was_liked_before_can_be_taken_back() -> None:
    made, other = await note(), await person("小刺")
    await actions.like(other, made.id)
    await follow_actions.block(made.author_id, other)
    assert (await actions.unlike(other, made.id)).like_count == 0


async def test_nobody_replies_to_whom_they_blocked() -> None:
    made, one, other = await note(), await person("小禾"), await person("小刺")
    said = await actions.add_comment(other, made.id, "已入手")
    await follow_actions.block(one, other)
    for writer in (one, other):
        await actions.add_comment(writer, made.id, "好看")
    with pytest.raises(KeptApart):
        await actions.add_comment(one, made.id, "在哪买的？", said.id)
    assert await db.value("SELECT comment_count FROM notes") == 3
