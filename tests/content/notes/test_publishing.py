"""Publishing, changing and deleting notes: what is kept, what is refused, and what is counted."""

import asyncio
from typing import Any

import pytest

from content.notes import Media, NewTag, actions, queries
from core import db
from core.errors import Forbidden, Invalid, NotFound, Refusal
from core.ids import new_id
from people.accounts import queries as account_queries
from tests.factories.notes import PICTURE, note, now
from tests.factories.people import person
from tests.factories.products import product
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

NOTHING: dict[str, Any] = {"title": "标题", "body": "正文"}
# What is refused of a note, whether it is published or changed, and at which field.
REFUSED: list[tuple[dict[str, Any], tuple[object, ...]]] = [
    ({"title": ""}, ("title",)),
    ({"title": "  \n"}, ("title",)),
    ({"title": "长" * 101}, ("title",)),
    ({"title": "\x00"}, ("title",)),
    ({"title": "\ud800"}, ("title",)),
    ({"body": "长" * 10_001}, ("body",)),
    ({"media": [PICTURE] * 19}, ("media",)),
    ({"media": [PICTURE, Media("IMAGE", "javascript:alert(1)")]}, ("media", 1, "url")),
    ({"media": [Media("IMAGE", "/1.jpg")]}, ("media", 0, "url")),
    ({"media": [Media("VIDEO", "https://a.example/v.mp4", width=0)]}, ("media", 0, "width")),
    ({"media": [Media("VIDEO", "https://a.example/v.mp4", height=-1)]}, ("media", 0, "height")),
    ({"media": [Media("IMAGE", "https://a.example/1.jpg", alt="长" * 501)]}, ("media", 0, "alt")),
    ({"topics": ["护肤"] * 11}, ("topics",)),
    ({"topics": ["护肤", "#"]}, ("topics", 1)),
    ({"topics": ["长" * 31]}, ("topics", 0)),
    ({"topics": ["\x00"]}, ("topics", 0)),
    ({"product_tags": [NewTag(new_id())] * 21}, ("product_tags",)),
    ({"media": [PICTURE], "product_tags": [NewTag(new_id(), 1)]}, ("product_tags", 0, "media_index")),
    ({"media": [PICTURE], "product_tags": [NewTag(new_id(), -1)]}, ("product_tags", 0, "media_index")),
    ({"media": [], "product_tags": [NewTag(new_id(), 0)]}, ("product_tags", 0, "media_index")),
    ({"product_tags": [NewTag(new_id(), None, 1.01, 0)]}, ("product_tags", 0, "x")),
    ({"product_tags": [NewTag(new_id(), None, 0.5, -0.1)]}, ("product_tags", 0, "y")),
    ({"product_tags": [NewTag(new_id(), None, float("nan"))]}, ("product_tags", 0, "x")),
    ({"product_tags": [NewTag(new_id())]}, ("product_tags", 0, "product_id")),
]


async def state() -> list[object]:
    """Everything that a refusal must leave as it was."""
    tables = ("notes", "note_products", "note_topics", "topics", "outbox")
    return [[tuple(row) for row in await db.rows(f"SELECT * FROM {table} ORDER BY id")] for table in tables] + [
        await db.value("SELECT sum(note_count) FROM accounts")
    ]


class TestPublish:
    async def test_keeps_everything_and_tells(self) -> None:
        author, cream = await person(), await product()
        made = await actions.publish(
            author,
            title=" 敏感肌的秋冬面霜 ",
            body="第一行\n第二行",
            kind="VIDEO",
            media=[PICTURE, Media("VIDEO", "https://a.example/v.mp4")],
            product_tags=[NewTag(cream.id, 1, 0.0, 1.0), NewTag(cream.id)],
            topics=["#护肤", "＃Skincare", "skincare"],
            is_sponsored=True,
        )
        found = await now(made.id)
        assert found == made
        assert (found.title, found.kind, found.is_sponsored) == ("敏感肌的秋冬面霜", "VIDEO", True)
        assert found.media == [PICTURE, Media("VIDEO", "https://a.example/v.mp4")]
        [tags] = await queries.tags_of([made.id])
        assert [(tag.product_id, tag.media_index, tag.x, tag.y) for tag in tags] == [
            (cream.id, 1, 0.0, 1.0),
            (cream.id, None, None, None),
        ]
        [topics] = await queries.topics_of([made.id])
        assert [(topic.name, topic.note_count) for topic in topics] == [("护肤", 1), ("Skincare", 1)]
        [account] = await account_queries.by_ids([author])
        assert account is not None and account.note_count == 1
        assert await told("NotePublished", "TopicsChanged") == ["TopicsChanged", "NotePublished"]

    async def test_needs_but_a_title(self) -> None:
        made = await actions.publish(await person(), title="标", body="")
        assert (made.kind, made.media, made.like_count) == ("IMAGE", [], 0)

    async def test_takes_all_limits_at_once(self) -> None:
        cream = await product()
        made = await actions.publish(
            await person(),
            title="题" * 100,
            body="文" * 10_000,
            media=[PICTURE] * 18,
            product_tags=[NewTag(cream.id, 17, 1, 1)] * 20,
            topics=[f"{number}" + "题" * 29 for number in range(10)],
        )
        [tags] = await queries.tags_of([made.id])
        [topics] = await queries.topics_of([made.id])
        assert (len(tags), len(topics)) == (20, 10)

    @pytest.mark.parametrize(("given", "field"), REFUSED)
    async def test_refuses_and_changes_nothing(self, given: dict[str, Any], field: tuple[object, ...]) -> None:
        author = await person()
        before = await state()
        with pytest.raises((Invalid, NotFound)) as refused:
            await actions.publish(author, **(NOTHING | given))
        error = refused.value
        assert isinstance(error, Refusal) and error.field == field
        assert await state() == before

    async def test_counts_a_shared_topic_exactly_when_many_come_at_once(self) -> None:
        authors = [await person() for _ in range(20)]
        names = ["护肤", "穿搭", "露营"]
        turned = [names[turn % 3 :] + names[: turn % 3] for turn in range(20)]
        await asyncio.gather(
            *(actions.publish(author, title="同时", topics=own) for author, own in zip(authors, turned, strict=True))
        )
        counts = [topic.note_count for name in names if (topic := await queries.topic_by_name(name))]
        assert counts == [20, 20, 20]


class TestUpdate:
    async def test_changes_what_is_given_and_keeps_the_rest(self) -> None:
        cream = await product()
        made = await note(product_ids=[cream.id], topics=["护肤"])
        changed = await actions.update(made.author_id, made.id, title="新的标题")
        assert (changed.title, changed.body, changed.media) == ("新的标题", made.body, made.media)
        assert [len(found[0]) for found in (await queries.tags_of([made.id]), await queries.topics_of([made.id]))] == [
            1,
            1,
        ]
        assert await told("NoteUpdated") == ["NoteUpdated"]

    async def test_replaces_lists_and_recounts_topics(self) -> None:
        cream, serum = await product(), await product(title="精华")
        made = await note(product_ids=[cream.id], topics=["护肤", "面霜"])
        await actions.update(
            made.author_id, made.id, product_tags=[NewTag(serum.id, 0)], topics=["精华", "护肤"], is_sponsored=True
        )
        [tags] = await queries.tags_of([made.id])
        [topics] = await queries.topics_of([made.id])
        assert [tag.product_id for tag in tags] == [serum.id]
        assert [(topic.name, topic.note_count) for topic in topics] == [("精华", 1), ("护肤", 1)]
        left = await queries.topic_by_name("面霜")
        assert left is not None and left.note_count == 0
        assert (await now(made.id)).is_sponsored

    async def test_refuses_to_take_media_from_under_a_pinned_product(self) -> None:
        cream = await product()
        made = await note(product_ids=[cream.id])
        with pytest.raises(Invalid) as refused:
            await actions.update(made.author_id, made.id, media=[])
        assert refused.value.field == ("media",)
        assert (await now(made.id)).media == [PICTURE]
        assert (await actions.update(made.author_id, made.id, media=[], product_tags=[])).media == []

    @pytest.mark.parametrize(("given", "field"), REFUSED)
    async def test_refuses_and_changes_nothing(self, given: dict[str, Any], field: tuple[object, ...]) -> None:
        made = await note(product_ids=[(await product()).id], topics=["护肤"])
        before = await state()
        with pytest.raises((Invalid, NotFound)) as refused:
            await actions.update(made.author_id, made.id, **given)
        error = refused.value
        assert isinstance(error, Refusal) and error.field == field
        assert await state() == before

    async def test_is_for_the_author_alone(self) -> None:
        made, other = await note(), await person("别人")
        before = await state()
        with pytest.raises(Forbidden):
            await actions.update(other, made.id, title="抢来的标题")
        with pytest.raises(NotFound):
            await actions.update(other, new_id(), title="没有的笔记")
        assert await state() == before


class TestDelete:
    async def test_takes_the_note_from_everywhere(self) -> None:
        cream = await product()
        made = await note(product_ids=[cream.id], topics=["护肤"])
        said = await actions.add_comment(made.author_id, made.id, "欢迎提问")
        await actions.delete(made.author_id, made.id)
        assert await queries.by_ids([made.id]) == [None]
        assert await queries.comments_by_ids([said.id]) == [None]
        topic = await queries.topic_by_name("护肤")
        [account] = await account_queries.by_ids([made.author_id])
        assert topic is not None and account is not None and (topic.note_count, account.note_count) == (0, 0)
        assert await told("NoteDeleted") == ["NoteDeleted"]

    async def test_happens_once(self) -> None:
        made = await note()
        outcomes = await asyncio.gather(
            *(actions.delete(made.author_id, made.id) for _ in range(5)), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["NotFound"] * 4
        assert await told("NoteDeleted") == ["NoteDeleted"]

    async def test_is_for_the_author_alone(self) -> None:
        made, other = await note(), await person("别人")
        before = await state()
        with pytest.raises(Forbidden):
            await actions.delete(other, made.id)
        assert await state() == before

    async def test_leaves_nothing_to_do(self) -> None:
        made = await note()
        await actions.delete(made.author_id, made.id)
        before = await state()
        for attempt in (
            actions.update(made.author_id, made.id, title="新"),
            actions.like(made.author_id, made.id),
            actions.unlike(made.author_id, made.id),
            actions.collect(made.author_id, made.id),
            actions.add_comment(made.author_id, made.id, "在吗"),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert await state() == before
