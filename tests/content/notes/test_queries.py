"""Notes as they are read: pages in order, many parents at once, a constant number of statements."""

from uuid import UUID

import pytest

from content.notes import actions, queries
from core.ids import new_id
from core.pagination import PageRequest, decode_cursor
from tests.factories.notes import note
from tests.factories.people import person
from tests.factories.products import product

pytestmark = pytest.mark.usefixtures("database")

ALL = PageRequest[UUID](20, None)


class TestByIds:
    async def test_answers_in_order_with_gaps(self) -> None:
        one, two = await note(), await note()
        assert await queries.by_ids([two.id, new_id(), one.id, two.id]) == [two, None, one, two]


class TestPageByAuthor:
    async def test_pages_without_gap_or_repeat(self) -> None:
        author = await person()
        made = [await note(author, title=f"第{number}篇") for number in range(5)]
        seen, key = [], None
        for _ in range(3):
            [page] = await queries.page_by_author([author], PageRequest(2, key))
            seen.extend(page.nodes)
            assert page.page_info.end_cursor is not None
            key = decode_cursor(page.page_info.end_cursor, UUID)
        assert seen == made[::-1] and not page.page_info.has_next_page

    async def test_takes_one_statement_for_many(self, statements: list[str]) -> None:
        notes = [await note() for _ in range(3)]
        statements.clear()
        pages = await queries.page_by_author([*(one.author_id for one in notes), new_id()], ALL)
        assert [page.nodes for page in pages] == [[one] for one in notes] + [[]]
        assert len(statements) == 1


class TestPageByTopic:
    async def test_lists_what_is_about_it(self) -> None:
        one, _, two = await note(topics=["护肤"]), await note(topics=["穿搭"]), await note(topics=["#护肤", "穿搭"])
        [[topic, _]] = await queries.topics_of([two.id])
        [page] = await queries.page_by_topic([topic.id], ALL)
        assert page.nodes == [two, one]


class TestPageByProduct:
    async def test_lists_a_note_once_however_often_it_is_pinned(self) -> None:
        cream = await product()
        one, two = await note(product_ids=[cream.id, cream.id]), await note(product_ids=[cream.id])
        [first, empty] = await queries.page_by_product([cream.id, new_id()], PageRequest(1, None))
        assert first.nodes == [two] and first.page_info.has_next_page and empty.nodes == []
        [rest] = await queries.page_by_product([cream.id], PageRequest(5, two.id))
        assert rest.nodes == [one] and not rest.page_info.has_next_page


class TestNewestByAuthors:
    async def test_merges_by_time(self) -> None:
        authors = [await person() for _ in range(4)]
        made = [await note(authors[turn]) for turn in (0, 1, 0, 2, 0, 1, 3)]
        wanted = [one for one in made if one.author_id != authors[3]][::-1]
        assert await queries.newest_by_authors(authors[:3], PageRequest(2, None)) == wanted[:3]
        assert await queries.newest_by_authors(authors[:3], PageRequest(9, wanted[1].id)) == wanted[2:]
        assert await queries.newest_by_authors([], ALL) == []

    async def test_leaves_out_what_is_deleted(self) -> None:
        one = await note()
        two = await note(one.author_id)
        await actions.delete(one.author_id, two.id)
        assert await queries.newest_by_authors([one.author_id], ALL) == [one]


class TestTopicByName:
    @pytest.mark.parametrize("name", ["ootd", "#OOTD", "＃Ootd", " ootd "])
    async def test_knows_every_spelling(self, name: str) -> None:
        await note(topics=["OOTD"])
        found = await queries.topic_by_name(name)
        assert found is not None and (found.name, found.note_count) == ("OOTD", 1)

    @pytest.mark.parametrize("name", ["没有", "", "#", "长" * 31, "\x00", "\ud800"])
    async def test_is_none_for_what_nobody_wrote_about(self, name: str) -> None:
        assert await queries.topic_by_name(name) is None


class TestCommentsOf:
    async def test_pages_newest_first(self) -> None:
        made, other = await note(), await note()
        said = [await actions.add_comment(made.author_id, made.id, f"第{number}条") for number in range(3)]
        [page, none] = await queries.comments_of([made.id, other.id], PageRequest(2, None))
        assert page.nodes == [said[2], said[1]] and page.page_info.has_next_page and none.nodes == []
        [rest] = await queries.comments_of([made.id], PageRequest(2, said[1].id))
        assert rest.nodes == [said[0]]
