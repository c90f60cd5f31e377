"""What search answers about real things, on each engine."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from content.notes import actions as note_actions
from core import clock
from core.errors import Invalid
from core.pagination import InvalidCursor, encode_cursor
from people.accounts import Account
from people.accounts import actions as account_actions
from search import queries, rebuild
from search.engine import Engine
from search.queries import Filter, Results
from tests.factories.people import person
from tests.search import world
from tests.search.world import World

pytestmark = pytest.mark.usefixtures("database")


def nodes(results: Results) -> list[Any]:
    return [edge.node for edge in results.edges]


async def names(engine: Engine, filled: World, text: str, **given: Any) -> set[str]:
    found = await queries.search(engine, text, **given)
    known = {thing.id for thing in filled.things.values()}
    return set(filled.names([node for node in nodes(found) if node.id in known]))


class TestSearch:
    async def test_finds_all_five_kinds_at_once(self, engine: Engine) -> None:
        filled = await world.indexed(engine)
        found = await queries.search(engine, "露营")
        assert {type(node).__name__ for node in nodes(found)} == {"Note", "Product", "Account", "LiveStream", "Topic"}
        assert await names(engine, filled, "露營") == {"note", "tent", "chair", "person", "stream"}
        counts = {facet.name: {value.value: value.count for value in facet.values} for facet in found.facets}
        assert counts["kind"] == {"NOTE": 1, "PRODUCT": 2, "USER": 1, "LIVE_STREAM": 1, "TOPIC": 1}
        assert counts["topic"] == {"露营": 1, "户外": 1}
        assert found.estimated_total == 6 and not found.page_info.has_next_page

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("luying", {"note", "tent", "chair", "person", "stream"}),
            ("ly zhangpeng", {"tent"}),
            ("iphone手机壳", {"case"}),
            ("iphone手機殼", {"case"}),
            ("山野装备店", {"tent", "chair", "case"}),
            ("camping_deer", {"person"}),
            ("睡袋", {"note"}),
            ("量子力学", set()),
            ("露营帐篷去哪里买", {"tent"}),
        ],
    )
    async def test_finds_by_words(self, engine: Engine, text: str, expected: set[str]) -> None:
        filled = await world.indexed(engine)
        found = await queries.search(engine, text, kinds=["NOTE", "PRODUCT", "USER", "LIVE_STREAM"])
        # What has some of the words may follow what has all of them.
        seen = filled.names(nodes(found))
        assert set(seen) >= expected and set(seen[:1]) <= expected

    async def test_browses_everything_when_nothing_is_asked(self, engine: Engine) -> None:
        filled = await world.indexed(engine)
        assert await names(engine, filled, "  ") == set(filled.things)
        [note] = [thing for name, thing in filled.things.items() if name == "other"]
        for _ in range(3):
            await note_actions.like(await person(), note.id)
        await rebuild.rebuild(engine)
        assert filled.names(nodes(await queries.search(engine, "", first=1))) == ["other"]
        newest = await queries.search(engine, "", sort="NEWEST", kinds=["NOTE", "PRODUCT"])
        assert filled.names(nodes(newest)) == ["case", "chair", "tent", "other", "note"]

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"kinds": ["NOTE", "LIVE_STREAM"]}, {"note", "stream"}),
            ({"filter": Filter(min_price=Decimal("99.01"))}, {"tent"}),
            ({"filter": Filter(max_price=Decimal("99.00"))}, {"chair"}),
            ({"filter": Filter(min_price=Decimal("1E+999999"))}, set()),
            ({"filter": Filter(max_price=Decimal("-1E+999999"))}, set()),
            ({"filter": Filter(in_stock=True)}, {"tent"}),
            ({"filter": Filter(has_group_buy=True)}, set()),
            ({"filter": Filter(topics=["#戶外"])}, {"note"}),
            ({"filter": Filter(topics=["美妆"])}, set()),
            ({"sort": "PRICE_ASC", "kinds": ["PRODUCT"]}, {"tent", "chair"}),
        ],
    )
    async def test_narrows(self, engine: Engine, given: dict[str, Any], expected: set[str]) -> None:
        filled = await world.indexed(engine)
        assert await names(engine, filled, "露营", **given) == expected

    async def test_narrows_to_what_was_published_after_an_instant(self, engine: Engine) -> None:
        with clock.at(clock.now() - timedelta(days=30)):
            old = await world.made()
        await world.World().note("new", await person(), "露营回顾")
        await rebuild.rebuild(engine)
        found = await queries.search(engine, "露营", filter=Filter(published_after=clock.now() - timedelta(days=1)))
        assert [node.title for node in nodes(found)] == ["露营回顾"]
        assert len(await names(engine, old, "露营")) == 5

    async def test_shows_the_best_passage_with_all_else_escaped(self, engine: Engine) -> None:
        await world.indexed(engine)
        found = await queries.search(engine, "帐篷", kinds=["NOTE"])
        assert found.edges[0].highlight == "第一次去的人看这里 &lt;b&gt;<em>帐篷</em>&lt;/b&gt; &amp; 睡袋"
        found = await queries.search(engine, "luying", kinds=["NOTE"])
        assert found.edges[0].highlight == "秋天<em>露營</em>裝備清單"
        assert (await queries.search(engine, "")).edges[0].highlight is None

    async def test_makes_a_highlight_only_for_who_asks_and_once(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await world.indexed(engine)
        made: list[Sequence[str]] = []
        monkeypatch.setattr(queries, "highlight", lambda passages, words, spelled: made.append(words))
        [edge] = (await queries.search(engine, "帐篷", kinds=["NOTE"])).edges
        assert made == []
        assert edge.highlight is None and edge.highlight is None and made == [["帐篷"]]

    async def test_leaves_out_what_went_since(self, engine: Engine) -> None:
        filled = await world.indexed(engine)
        [note] = nodes(await queries.search(engine, "露营", kinds=["NOTE"]))
        await note_actions.delete(note.author_id, note.id)
        found = await queries.search(engine, "露营", kinds=["NOTE"])
        assert found.edges == [] and found.page_info.end_cursor is not None
        assert "note" not in await names(engine, filled, "露营")

    @pytest.mark.parametrize("text", ["露" * 201, "\ud800"])
    async def test_refuses_a_text_that_is_none_or_too_long(self, engine: Engine, text: str) -> None:
        with pytest.raises(Invalid) as refused:
            await queries.search(engine, text)
        assert refused.value.field == ("query",)
        await queries.search(engine, "露" * 200)

    async def test_refuses_too_many_topics_and_too_long_pages(self, engine: Engine) -> None:
        with pytest.raises(Invalid):
            await queries.search(engine, "", filter=Filter(topics=["露营"] * 21))
        with pytest.raises(Invalid):
            await queries.search(engine, "", first=101)


class TestPages:
    @pytest.mark.parametrize(
        ("text", "sort"), [("露营", "RELEVANCE"), ("", "RELEVANCE"), ("露营", "POPULAR"), ("", "NEWEST")]
    )
    async def test_meet_nothing_twice_and_miss_nothing_while_things_come_and_go(
        self, engine: Engine, text: str, sort: str
    ) -> None:
        author = await person()
        filled = World()
        for number in range(12):
            await filled.note(str(number), author, f"露营日记 {number}", "露营" * (number % 3))
        await rebuild.rebuild(engine)
        whole = [edge.node.id for edge in (await queries.search(engine, text, kinds=["NOTE"], sort=sort)).edges]
        first = await queries.search(engine, text, kinds=["NOTE"], sort=sort, first=5)
        assert first.page_info.has_next_page and not first.page_info.has_previous_page
        await note_actions.delete(author, whole[4])
        await note_actions.delete(author, whole[7])
        for number in range(4):
            await filled.note(f"new {number}", author, "露营日记 0" if sort == "RELEVANCE" else "露营日记 新")
        await rebuild.rebuild(engine)
        seen = [edge.node.id for edge in first.edges]
        after = first.page_info.end_cursor
        while after:
            page = await queries.search(engine, text, kinds=["NOTE"], sort=sort, first=5, after=after)
            seen += [edge.node.id for edge in page.edges]
            after = page.page_info.end_cursor if page.page_info.has_next_page else None
        assert len(seen) == len(set(seen))
        assert set(whole) - set(seen) == {whole[7]}

    async def test_go_on_loosely_when_they_began_so(self, engine: Engine) -> None:
        author, filled = await person(), World()
        for number in range(5):
            await filled.note(str(number), author, f"露营帐篷 {number}")
        await rebuild.rebuild(engine)
        first = await queries.search(engine, "露营帐篷天幕", first=3)
        rest = await queries.search(engine, "露营帐篷天幕", first=3, after=first.page_info.end_cursor)
        assert len({edge.node.id for edge in first.edges + rest.edges}) == 5

    @pytest.mark.parametrize(
        "cursor",
        [
            *("", "%%%", "长", "\ud800", "AAAA", "e30", encode_cursor("露", "search"), encode_cursor([1], "search")),
            encode_cursor(["NEWEST", False, 1, 1, "NOTE", "0" * 32, 0], "search"),
            encode_cursor(["RELEVANCE", False, 1.5, 0, "SHOP", "0" * 32, 0], "search"),
            encode_cursor(["RELEVANCE", False, 1.5, 0, "NOTE", "0" * 32, -1], "search"),
            encode_cursor(["RELEVANCE", False, 1.5, 0, "NOTE", "0" * 32, 2**40], "search"),
            encode_cursor(["RELEVANCE", False, -1, 0, "NOTE", "0" * 32, 0], "search"),
            encode_cursor(["RELEVANCE", False, 1.5, 2**60, "NOTE", "0" * 32, 0], "search"),
            encode_cursor(["RELEVANCE", False, 1.5, 0, "NOTE", "0" * 32, 0, 0], "search"),
        ],
    )
    async def test_refuse_a_malformed_cursor(self, engine: Engine, cursor: str) -> None:
        with pytest.raises(InvalidCursor):
            await queries.search(engine, "露营", after=cursor)

    async def test_refuse_a_cursor_of_another_sort(self, engine: Engine) -> None:
        await world.indexed(engine)
        cursor = (await queries.search(engine, "露营", first=1)).page_info.end_cursor
        with pytest.raises(InvalidCursor):
            await queries.search(engine, "露营", sort="NEWEST", after=cursor)

    async def test_may_be_empty(self, engine: Engine) -> None:
        await world.indexed(engine)
        found = await queries.search(engine, "露营", first=0)
        assert found.edges == [] and found.estimated_total == 6 and found.page_info.has_next_page


class TestProfile:
    async def test_is_found_by_what_it_says_now(self, engine: Engine) -> None:
        filled = await world.indexed(engine)
        await account_actions.verify_kol(filled.things["person"].id, "徒步")
        await rebuild.rebuild(engine)
        [found] = nodes(await queries.search(engine, "徒步"))
        assert isinstance(found, Account)
