"""Comments: replies, who may delete, and the count."""

import asyncio

import pytest

from content.notes import actions, queries
from core import db
from core.errors import Forbidden, Invalid, NotFound
from core.ids import new_id
from tests.factories.notes import note, now
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")


class TestAddComment:
    async def test_counts_and_tells(self) -> None:
        made, fan = await note(), await person("小粉")
        said = await actions.add_comment(fan, made.id, " 求链接！ ")
        assert said.body == "求链接！" and await queries.comments_by_ids([said.id]) == [said]
        assert (await now(made.id)).comment_count == 1
        assert await told("CommentAdded") == ["CommentAdded"]

    async def test_replies_to_a_comment_of_the_same_note(self) -> None:
        made, fan = await note(), await person()
        asked = await actions.add_comment(fan, made.id, "求链接")
        answered = await actions.add_comment(made.author_id, made.id, "在图一", asked.id)
        assert answered.reply_to_id == asked.id and (await now(made.id)).comment_count == 2

    @pytest.mark.parametrize("body", ["", " \n ", "长" * 1_001, "\x00"])
    async def test_refuses_a_malformed_body(self, body: str) -> None:
        made = await note()
        with pytest.raises(Invalid) as refused:
            await actions.add_comment(made.author_id, made.id, body)
        assert refused.value.field == ("body",)
        assert (await now(made.id)).comment_count == 0 and await told("CommentAdded") == []

    async def test_refuses_an_unknown_note_and_a_foreign_or_unknown_comment(self) -> None:
        made, other = await note(), await note()
        foreign = await actions.add_comment(other.author_id, other.id, "别处的评论")
        with pytest.raises(NotFound):
            await actions.add_comment(made.author_id, new_id(), "在吗")
        with pytest.raises(Invalid) as refused:
            await actions.add_comment(made.author_id, made.id, "回复", foreign.id)
        assert refused.value.field == ("reply_to_id",)
        with pytest.raises(NotFound):
            await actions.add_comment(made.author_id, made.id, "回复", new_id())
        assert (await now(made.id)).comment_count == 0 and await told("CommentAdded") == ["CommentAdded"]


class TestDeleteComment:
    async def test_is_for_its_author_and_the_notes(self) -> None:
        made, fan, stranger = await note(), await person(), await person()
        own, moderated = [await actions.add_comment(fan, made.id, text) for text in ("一", "二")]
        with pytest.raises(Forbidden):
            await actions.delete_comment(stranger, own.id)
        assert (await now(made.id)).comment_count == 2
        await actions.delete_comment(fan, own.id)
        await actions.delete_comment(made.author_id, moderated.id)
        assert (await now(made.id)).comment_count == 0
        assert await told("CommentDeleted") == ["CommentDeleted"] * 2

    async def test_leaves_the_replies(self) -> None:
        made = await note()
        asked = await actions.add_comment(made.author_id, made.id, "求链接")
        answered = await actions.add_comment(made.author_id, made.id, "在图一", asked.id)
        await actions.delete_comment(made.author_id, asked.id)
        [left] = await queries.comments_by_ids([answered.id])
        assert left is not None and left.reply_to_id is None and (await now(made.id)).comment_count == 1

    async def test_happens_once(self) -> None:
        made = await note()
        said = await actions.add_comment(made.author_id, made.id, "求链接")
        outcomes = await asyncio.gather(
            *(actions.delete_comment(made.author_id, said.id) for _ in range(5)), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["NotFound"] * 4
        assert (await now(made.id)).comment_count == 0

    async def test_races_with_replies_without_harm(self) -> None:
        made = await note()
        asked = await actions.add_comment(made.author_id, made.id, "求链接")
        outcomes = await asyncio.gather(
            *(actions.add_comment(made.author_id, made.id, "我也要", asked.id) for _ in range(10)),
            actions.delete_comment(made.author_id, asked.id),
            return_exceptions=True,
        )
        assert {type(outcome).__name__ for outcome in outcomes} <= {"Comment", "NotFound", "NoneType"}
        assert (await now(made.id)).comment_count == await db.value("SELECT count(*) FROM comments")
