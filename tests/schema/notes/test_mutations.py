"""Notes through the graph: what is written, and how refusals are told."""

from typing import Any

import pytest

from content.notes import actions
from core import db
from core.ids import new_id
from schema import ids
from tests.factories.notes import note
from tests.factories.people import person
from tests.factories.products import product
from tests.graph import Graph
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

NOTE = """{ note { id kind title body isSponsored likeCount collectCount commentCount publishedAt
  viewerHasLiked viewerHasCollected author { id }
  media { kind url width height alt } topics { name noteCount }
  productTags { mediaIndex x y product { id title } } } userErrors { code field } }"""
PUBLISH = f"mutation ($input: PublishNoteInput!) {{ publishNote(input: $input) {NOTE} }}"
UPDATE = f"mutation ($input: UpdateNoteInput!) {{ updateNote(input: $input) {NOTE} }}"
DELETE = "mutation ($input: DeleteNoteInput!) { deleteNote(input: $input) { deletedId userErrors { code field } } }"
COMMENT = (
    "mutation ($input: AddCommentInput!) { addComment(input: $input)"
    " { comment { id body likeCount createdAt author { id } replyTo { id } } userErrors { code field } } }"
)
UNCOMMENT = (
    "mutation ($input: DeleteCommentInput!) { deleteComment(input: $input) { deletedId userErrors { code field } } }"
)
ENGAGEMENTS = ("likeNote", "unlikeNote", "collectNote", "uncollectNote")
PICTURE = {"kind": "IMAGE", "url": "https://img.example.com/1.jpg", "width": 1080, "height": 1440, "alt": "面霜"}


def engage(name: str) -> str:
    return f"mutation ($input: NoteRefInput!) {{ {name}(input: $input) {NOTE} }}"


async def state() -> list[object]:
    tables = ("notes", "note_products", "note_topics", "topics", "note_likes", "note_collects", "comments")
    return [await db.value(f"SELECT json_agg(t ORDER BY id)::text FROM {table} t") for table in tables] + [await told()]


async def refused(document: str, as_: Any, input: dict[str, Any]) -> list[dict[str, Any]]:
    """The user errors of a mutation that must do nothing and return nothing."""
    before = await state()
    answer = await Graph()(document, as_=as_, input=input)
    assert answer["errors"] == []
    [payload] = answer["data"].values()
    errors: list[dict[str, Any]] = payload.pop("userErrors")
    assert list(payload.values()) == [None] and await state() == before
    return errors


class TestPublishNote:
    async def test_returns_the_note(self) -> None:
        me, cream = await person("小鹿"), await product()
        answer = await Graph()(
            PUBLISH,
            as_=me,
            input={
                "title": "敏感肌的秋冬面霜",
                "body": "真的不泛红",
                "media": [PICTURE],
                "productTags": [{"productId": ids.encode("product", cream.id), "mediaIndex": 0, "x": 0.5, "y": 1}],
                "topics": ["#护肤", "护肤"],
                "isSponsored": True,
            },
        )
        assert answer["errors"] == [] and answer["data"]["publishNote"]["userErrors"] == []
        made = answer["data"]["publishNote"]["note"]
        assert made.pop("id").startswith("note_") and made.pop("publishedAt").endswith("Z")
        assert made == {
            "kind": "IMAGE",
            "title": "敏感肌的秋冬面霜",
            "body": "真的不泛红",
            "isSponsored": True,
            "likeCount": 0,
            "collectCount": 0,
            "commentCount": 0,
            "viewerHasLiked": False,
            "viewerHasCollected": False,
            "author": {"id": ids.encode("user", me)},
            "media": [PICTURE],
            "topics": [{"name": "护肤", "noteCount": 1}],
            "productTags": [
                {
                    "mediaIndex": 0,
                    "x": 0.5,
                    "y": 1.0,
                    "product": {"id": ids.encode("product", cream.id), "title": "云朵面霜"},
                }
            ],
        }

    @pytest.mark.parametrize(
        ("given", "code", "field"),
        [
            ({"title": ""}, "INVALID", ["title"]),
            ({"title": "长" * 101}, "INVALID", ["title"]),
            ({"body": "长" * 10_001}, "INVALID", ["body"]),
            ({"media": [PICTURE] * 19}, "INVALID", ["media"]),
            ({"media": [PICTURE | {"url": "ftp://a.example/1"}]}, "INVALID", ["media", "0", "url"]),
            ({"topics": [""]}, "INVALID", ["topics", "0"]),
            ({"topics": ["长" * 31]}, "INVALID", ["topics", "0"]),
            ({"topics": list("一二三四五六七八九十百")}, "INVALID", ["topics"]),
            ({"productTags": [{"productId": "42"}]}, "INVALID", ["productTags", "0", "productId"]),
            (
                {"productTags": [{"productId": ids.encode("note", new_id())}]},
                "INVALID",
                ["productTags", "0", "productId"],
            ),
            (
                {"productTags": [{"productId": ids.encode("product", new_id())}]},
                "NOT_FOUND",
                ["productTags", "0", "productId"],
            ),
            (
                {"productTags": [{"productId": ids.encode("product", new_id()), "mediaIndex": 0}]},
                "INVALID",
                ["productTags", "0", "mediaIndex"],
            ),
            (
                {"productTags": [{"productId": ids.encode("product", new_id()), "x": 1.5}]},
                "INVALID",
                ["productTags", "0", "x"],
            ),
        ],
    )
    async def test_tells_what_is_wrong_where(self, given: dict[str, Any], code: str, field: list[str]) -> None:
        errors = await refused(PUBLISH, await person(), {"title": "标题", "body": "正文"} | given)
        assert errors == [{"code": code, "field": ["input", *field]}]

    async def test_is_refused_to_nobody(self) -> None:
        errors = await refused(PUBLISH, None, {"title": "标题", "body": "正文"})
        assert errors == [{"code": "UNAUTHENTICATED", "field": None}]


class TestUpdateNote:
    async def test_changes_what_is_given_and_takes_null_for_nothing(self) -> None:
        made = await note(topics=["护肤"])
        answer = await Graph()(
            UPDATE,
            as_=made.author_id,
            input={"noteId": ids.encode("note", made.id), "title": "新标题", "topics": None, "media": [PICTURE] * 2},
        )
        changed = answer["data"]["updateNote"]["note"]
        assert (changed["title"], changed["body"], len(changed["media"])) == ("新标题", made.body, 2)
        assert changed["topics"] == [{"name": "护肤", "noteCount": 1}]

    async def test_tells_what_is_wrong(self) -> None:
        made = await note()
        own = ids.encode("note", made.id)
        for as_, given, code, field in (
            (None, {"noteId": own}, "UNAUTHENTICATED", None),
            (await person(), {"noteId": own, "title": "抢"}, "FORBIDDEN", ["input", "noteId"]),
            (made.author_id, {"noteId": ids.encode("note", new_id())}, "NOT_FOUND", ["input", "noteId"]),
            (made.author_id, {"noteId": ids.encode("user", made.id)}, "INVALID", ["input", "noteId"]),
            (made.author_id, {"noteId": own, "title": ""}, "INVALID", ["input", "title"]),
            (made.author_id, {"noteId": own, "productTags": [{"productId": "x"}]}, "INVALID", None),
        ):
            [error] = await refused(UPDATE, as_, given)
            assert error["code"] == code and (field is None or error["field"] == field)


class TestDeleteNote:
    async def test_returns_what_is_gone(self) -> None:
        made = await note()
        own = ids.encode("note", made.id)
        answer = await Graph()(DELETE, as_=made.author_id, input={"noteId": own})
        assert answer["data"]["deleteNote"] == {"deletedId": own, "userErrors": []}
        gone = await Graph()("query ($id: ID!) { node(id: $id) { id } }", id=own)
        assert gone == {"data": {"node": None}, "errors": []}
        assert await refused(DELETE, made.author_id, {"noteId": own}) == [
            {"code": "NOT_FOUND", "field": ["input", "noteId"]}
        ]

    async def test_is_for_the_author(self) -> None:
        made = await note()
        own = {"noteId": ids.encode("note", made.id)}
        assert (await refused(DELETE, None, own))[0]["code"] == "UNAUTHENTICATED"
        assert (await refused(DELETE, await person(), own))[0]["code"] == "FORBIDDEN"
        assert (await refused(DELETE, made.author_id, {"noteId": "note_1"}))[0]["code"] == "INVALID"


class TestEngagement:
    async def test_is_told_at_once(self) -> None:
        made, fan, graph = await note(), await person(), Graph()
        given = {"noteId": ids.encode("note", made.id)}
        seen = []
        for name in ENGAGEMENTS:
            for _ in range(2):
                answer = await graph(engage(name), as_=fan, input=given)
                found = answer["data"][name]["note"]
                keys = ("likeCount", "viewerHasLiked", "collectCount", "viewerHasCollected")
                seen.append(tuple(found[key] for key in keys))
        steps = [(1, True, 0, False), (0, False, 0, False), (0, False, 1, True), (0, False, 0, False)]
        assert seen == [step for step in steps for _ in range(2)]

    @pytest.mark.parametrize("name", ENGAGEMENTS)
    async def test_tells_what_is_wrong(self, name: str) -> None:
        made, fan = await note(), await person()
        for as_, identity, code in (
            (None, ids.encode("note", made.id), "UNAUTHENTICATED"),
            (fan, ids.encode("note", new_id()), "NOT_FOUND"),
            (fan, ids.encode("comment", made.id), "INVALID"),
            (fan, "", "INVALID"),
        ):
            assert (await refused(engage(name), as_, {"noteId": identity}))[0]["code"] == code


class TestAddComment:
    async def test_replies(self) -> None:
        made, fan, graph = await note(), await person(), Graph()
        asked = await actions.add_comment(fan, made.id, "求链接")
        answer = await graph(
            COMMENT,
            as_=made.author_id,
            input={
                "noteId": ids.encode("note", made.id),
                "body": "在图一",
                "replyToId": ids.encode("comment", asked.id),
            },
        )
        said = answer["data"]["addComment"]["comment"]
        assert (said["body"], said["likeCount"]) == ("在图一", 0)
        assert said["replyTo"] == {"id": ids.encode("comment", asked.id)}
        assert said["author"] == {"id": ids.encode("user", made.author_id)}

    async def test_tells_what_is_wrong(self) -> None:
        made, other = await note(), await note()
        foreign = await actions.add_comment(other.author_id, other.id, "别处")
        fine = {"noteId": ids.encode("note", made.id), "body": "在吗"}
        for as_, given, code, field in (
            (None, {}, "UNAUTHENTICATED", None),
            (made.author_id, {"body": ""}, "INVALID", ["input", "body"]),
            (made.author_id, {"body": "长" * 1_001}, "INVALID", ["input", "body"]),
            (made.author_id, {"noteId": "1"}, "INVALID", ["input", "noteId"]),
            (made.author_id, {"noteId": ids.encode("note", new_id())}, "NOT_FOUND", ["input", "noteId"]),
            (made.author_id, {"replyToId": "1"}, "INVALID", ["input", "replyToId"]),
            (made.author_id, {"replyToId": ids.encode("comment", foreign.id)}, "INVALID", ["input", "replyToId"]),
            (made.author_id, {"replyToId": ids.encode("comment", new_id())}, "NOT_FOUND", ["input", "replyToId"]),
        ):
            assert await refused(COMMENT, as_, fine | given) == [{"code": code, "field": field}]


class TestDeleteComment:
    async def test_leaves_replies_to_nothing(self) -> None:
        made, fan, graph = await note(), await person(), Graph()
        asked = await actions.add_comment(fan, made.id, "求链接")
        answered = await actions.add_comment(made.author_id, made.id, "在图一", asked.id)
        gone = ids.encode("comment", asked.id)
        answer = await graph(UNCOMMENT, as_=fan, input={"commentId": gone})
        assert answer["data"]["deleteComment"] == {"deletedId": gone, "userErrors": []}
        left = await graph(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Comment { replyTo { id } } } }",
            ids=[gone, ids.encode("comment", answered.id)],
        )
        assert left["data"]["nodes"] == [None, {"id": ids.encode("comment", answered.id), "replyTo": None}]

    async def test_tells_what_is_wrong(self) -> None:
        made, stranger = await note(), await person()
        said = await actions.add_comment(made.author_id, made.id, "置顶")
        own = ids.encode("comment", said.id)
        for as_, identity, code in (
            (None, own, "UNAUTHENTICATED"),
            (stranger, own, "FORBIDDEN"),
            (stranger, ids.encode("comment", new_id()), "NOT_FOUND"),
            (stranger, ids.encode("note", said.id), "INVALID"),
        ):
            assert (await refused(UNCOMMENT, as_, {"commentId": identity}))[0]["code"] == code
