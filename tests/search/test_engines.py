"""What an engine promises, on each of them."""

import itertools
from collections.abc import Sequence

import pytest

from search.engine import (
    LIVE_STREAM,
    NEWEST,
    NOTE,
    POPULAR,
    PRICE_ASC,
    PRICE_DESC,
    PRODUCT,
    TOPIC,
    USER,
    Answer,
    Document,
    Engine,
    Query,
    SearchUnbuilt,
)
from tests.factories.search import document, query
from tests.waiting import moment


class Shelf:
    """An engine filled with documents, asked by text and answering with titles."""

    def __init__(self, engine: Engine, documents: Sequence[Document]) -> None:
        self.engine = engine
        self.documents = documents
        self.titles = {document.thing: document.title for document in documents}

    def titles_of(self, answer: Answer) -> list[str]:
        return [self.titles[hit.thing] for hit in answer.hits]

    async def find(self, text: str, **given: object) -> list[str]:
        return self.titles_of(await self.engine.ranked(query(text, **given), 0, 20))

    async def list(self, sort: str = NEWEST, text: str = "", **given: object) -> list[str]:
        return self.titles_of(await self.engine.sorted(query(text, sort=sort, **given), None, 20))


async def shelf(engine: Engine, *documents: Document) -> Shelf:
    await engine.write(documents, [])
    return Shelf(engine, documents)


class TestWords:
    @pytest.mark.parametrize("text", ["露营", "露營", "luying", "ly", "LUYING", "luyingz", "露营帐篷", "帐篷 露营"])
    async def test_finds_chinese_by_characters_of_either_script_and_by_sounds(self, engine: Engine, text: str) -> None:
        filled = await shelf(engine, document("秋天露营帐篷推荐"), document("通勤口红试色"))
        assert await filled.find(text) == ["秋天露营帐篷推荐"]

    @pytest.mark.parametrize("text", ["露营", "露營", "帐篷", "luying"])
    async def test_finds_what_was_written_in_traditional_characters(self, engine: Engine, text: str) -> None:
        filled = await shelf(engine, document("秋天露營帳篷推薦"))
        assert await filled.find(text) == ["秋天露營帳篷推薦"]

    @pytest.mark.parametrize("text", ["iphone手机壳", "iPhone 手机壳", "IPHONE手機殼", "手机壳iphone", "iphon"])
    async def test_finds_words_of_two_scripts_written_together(self, engine: Engine, text: str) -> None:
        filled = await shelf(engine, document("防摔 iPhone15 iPhone 手机壳", PRODUCT), document("露营椅", PRODUCT))
        assert await filled.find(text) == ["防摔 iPhone15 iPhone 手机壳"]

    @pytest.mark.parametrize("text", ["sunscren", "suncsreen", "sunscreem"])
    async def test_forgives_a_slip_in_a_long_word(self, engine: Engine, text: str) -> None:
        filled = await shelf(engine, document("好用的 sunscreen 分享"), document("口红"))
        assert await filled.find(text) == ["好用的 sunscreen 分享"]

    async def test_takes_sounds_at_their_word(self, engine: Engine) -> None:
        filled = await shelf(engine, document("露营装备"), document("旅行攻略"))
        assert await filled.find("luying") == ["露营装备"]

    async def test_asks_for_all_words(self, engine: Engine) -> None:
        filled = await shelf(engine, document("露营帐篷"), document("露营椅子"))
        assert await filled.find("露营帐篷") == ["露营帐篷"]

    async def test_finds_a_word_that_is_cut_otherwise_beside_others(self, engine: Engine) -> None:
        filled = await shelf(engine, document("南京市长江大桥"), document("南京东路"))
        assert await filled.find("市长江") == ["南京市长江大桥"]

    @pytest.mark.parametrize("loose", [False, True])
    async def test_finds_nothing_where_nothing_is(self, engine: Engine, loose: bool) -> None:
        answer = await engine.ranked(query("秋天露营装备清单", loose=loose), 0, 20)
        assert (answer.hits, answer.total) == ([], 0)

    async def test_takes_half_of_the_words_when_asked_loosely(self, engine: Engine) -> None:
        filled = await shelf(engine, document("露营帐篷"), document("口红"), document("帐篷"))
        assert set(await filled.find("露营帐篷天幕", loose=True)) >= {"露营帐篷"}
        assert "口红" not in await filled.find("露营帐篷天幕", loose=True)

    @pytest.mark.parametrize("text", ["！？", "“”", "\\", '"', "-", "AND", "kind:NOTE", "*"])
    async def test_takes_punctuation_for_what_it_is(self, engine: Engine, text: str) -> None:
        filled = await shelf(engine, document("露营"))
        assert await filled.find(text) == []


class TestRelevance:
    async def test_puts_titles_before_texts(self, engine: Engine) -> None:
        filled = await shelf(engine, document("周末去哪儿", text="我们去露营吧"), document("露营清单", text="周末"))
        assert await filled.find("露营") == ["露营清单", "周末去哪儿"]

    async def test_puts_letters_before_sounds(self, engine: Engine) -> None:
        filled = await shelf(engine, document("露营清单"), document("Luying 的小店", USER, names=["luying"]))
        assert (await filled.find("luying"))[0] == "Luying 的小店"

    async def test_puts_the_loved_first_among_equals(self, engine: Engine) -> None:
        filled = await shelf(
            engine,
            *(document(f"露营{name}", popular=loved) for name, loved in zip("甲乙丙", (3, 900000, 40), strict=True)),
        )
        assert await filled.find("露营") == ["露营乙", "露营丙", "露营甲"]

    async def test_puts_the_sold_out_last(self, engine: Engine) -> None:
        filled = await shelf(
            engine,
            document("露营", PRODUCT, price=100, popular=900),
            document("三季露营用的大号帐篷", PRODUCT, price=100, in_stock=True),
        )
        assert await filled.find("露营") == ["三季露营用的大号帐篷", "露营"]

    async def test_finds_by_names_and_topics(self, engine: Engine) -> None:
        filled = await shelf(
            engine, document("米白外套", PRODUCT, names=["小鹿的店"]), document("出门", topics=["露营日记"])
        )
        assert await filled.find("小鹿") == ["米白外套"]
        assert await filled.find("露营日记") == ["出门"]

    async def test_goes_on_from_a_place(self, engine: Engine) -> None:
        filled = await shelf(engine, *(document(f"露营 {number}", popular=number * 1000) for number in range(7)))
        whole = await filled.find("露营")
        parts = [await engine.ranked(query("露营"), offset, 3) for offset in (0, 3, 6, 9)]
        assert [title for part in parts for title in filled.titles_of(part)] == whole
        assert [part.total for part in parts] == [7] * 4


def goods() -> list[Document]:
    waiting = {"group_buy_closes": 900, "one_short_until": 800}
    return [
        document("便宜", PRODUCT, price=990, in_stock=True, published=1_000, popular=5),
        document("中等", PRODUCT, price=9_900, group_buy_until=1_000, published=3_000, popular=50, **waiting),
        document("昂贵", PRODUCT, price=99_900, in_stock=True, published=2_000, popular=1),
        document("笔记", NOTE, topics=["露營", "户外"], published=4_000, popular=7),
    ]


class TestSorted:
    @pytest.mark.parametrize(
        ("sort", "titles"),
        [
            (NEWEST, ["笔记", "中等", "昂贵", "便宜"]),
            (POPULAR, ["笔记", "便宜", "昂贵", "中等"]),
            (PRICE_ASC, ["便宜", "昂贵", "中等", "笔记"]),
            (PRICE_DESC, ["昂贵", "便宜", "中等", "笔记"]),
        ],
    )
    async def test_sorts(self, engine: Engine, sort: str, titles: list[str]) -> None:
        assert await (await shelf(engine, *goods())).list(sort) == titles

    async def test_sorts_what_matches(self, engine: Engine) -> None:
        filled = await shelf(
            engine, *(document(f"露营{n}", published=n) for n in (2, 3, 1)), document("口红", published=9)
        )
        assert await filled.list(NEWEST, "露营") == ["露营3", "露营2", "露营1"]

    @pytest.mark.parametrize("sort", [NEWEST, POPULAR, PRICE_ASC, PRICE_DESC])
    async def test_goes_on_after_a_position_even_among_equals(self, engine: Engine, sort: str) -> None:
        documents = [document(f"商品{n}", PRODUCT, price=n // 5, published=n // 5, popular=n // 5) for n in range(23)]
        filled = await shelf(engine, *documents)
        asked, seen, position = query(sort=sort), [], None
        for _ in itertools.count():
            answer = await engine.sorted(asked, position, 4)
            assert answer.total == 23
            if not answer.hits:
                break
            seen += filled.titles_of(answer)
            position = answer.hits[-1].position
        assert len(seen) == 23 and set(seen) == set(filled.titles.values())


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "titles"),
        [
            ({"kinds": [NOTE]}, {"笔记"}),
            ({"kinds": [NOTE, PRODUCT]}, {"笔记", "便宜", "中等", "昂贵"}),
            ({"kinds": [USER]}, set()),
            ({"min_price": 9_900}, {"中等", "昂贵"}),
            ({"max_price": 9_900}, {"便宜", "中等"}),
            ({"min_price": 991, "max_price": 9_900}, {"中等"}),
            ({"min_price": 10**17}, set()),
            ({"max_price": -100}, set()),
            ({"in_stock": True}, {"便宜", "昂贵"}),
            ({"group_buy_at": 999}, {"中等"}),
            ({"group_buy_at": 1_000}, set()),
            ({"one_short_at": 799}, {"中等"}),
            ({"one_short_at": 800}, set()),
            ({"closing": (899, 900)}, {"中等"}),
            ({"closing": (0, 899)}, set()),
            ({"closing": (900, 2_000)}, set()),
            ({"live": True}, set()),
            ({"topics": ["露营"]}, {"笔记"}),
            ({"topics": ["户外", "别的"]}, {"笔记"}),
            ({"topics": ['"] OR kind = PRODUCT OR topic IN ["']}, set()),
            ({"published_after": 2_000}, {"笔记", "中等"}),
            ({"published_after": -(10**15)}, {"笔记", "便宜", "中等", "昂贵"}),
            ({"in_stock": True, "min_price": 5_000}, {"昂贵"}),
        ],
    )
    async def test_filters(self, engine: Engine, asked: dict[str, object], titles: set[str]) -> None:
        filled = await shelf(engine, *goods())
        assert set(await filled.list(**asked)) == titles  # type: ignore[arg-type]

    async def test_counts_what_it_finds_by_kind_and_topic(self, engine: Engine) -> None:
        kinds = (NOTE, NOTE, USER, LIVE_STREAM, TOPIC, PRODUCT)
        about: tuple[list[str], ...] = (["露營", "户外"], ["户外"], [], [], [], [])
        filled = await shelf(
            engine, *(document("露营", kind, topics=topics) for kind, topics in zip(kinds, about, strict=True))
        )
        answers = [
            await filled.engine.ranked(query("露营"), 0, 2),
            await filled.engine.sorted(Query(sort=NEWEST), None, 1),
        ]
        for answer in answers:
            assert answer.total == 6
            assert answer.facets["kind"] == {NOTE: 2, USER: 1, LIVE_STREAM: 1, TOPIC: 1, PRODUCT: 1}
            assert answer.facets["topic"] == {"户外": 2, "露營": 1}


class TestSuggest:
    @pytest.mark.parametrize("beginning", ["露", "露营", "l", "lu", "luyi", "luyingzh", "lyzp"])
    async def test_completes_characters_and_sounds(self, engine: Engine, beginning: str) -> None:
        await shelf(engine, document("露營帳篷"), document("口红试色"))
        assert await engine.suggest(beginning, 8) == ["露營帳篷"]

    async def test_tells_each_once_and_the_most_popular_first(self, engine: Engine) -> None:
        await shelf(
            engine, *(document(title, popular=loved) for title, loved in [("露营", 3), ("露营椅", 9), ("露营", 5)])
        )
        assert await engine.suggest("露营", 8) == ["露营椅", "露营"]
        assert await engine.suggest("露营", 1) == ["露营椅"]

    async def test_tells_topics_when_nothing_is_typed(self, engine: Engine) -> None:
        await shelf(engine, document("露营", TOPIC), document("口红试色"))
        assert await engine.suggest("", 8) == ["露营"]


class TestWrite:
    async def test_replaces_what_is_known_and_takes_out_what_is_gone(self, engine: Engine) -> None:
        old, other = document("露营帐篷"), document("露营椅")
        await engine.write([old, other], [])
        new = Document(thing=old.thing, title="口红试色", suggestion="口红试色")
        await engine.write([new], [other.thing])
        filled = Shelf(engine, [new])
        assert await filled.find("露营") == []
        assert await filled.list() == ["口红试色"]

    async def test_takes_the_same_twice_and_what_never_was(self, engine: Engine) -> None:
        one = document("露营")
        for _ in range(2):
            await engine.write([one], [document("别的").thing])
        assert await Shelf(engine, [one]).list() == ["露营"]

    async def test_takes_strange_and_long_texts(self, engine: Engine) -> None:
        strange = document("😀露营\u200b\u0301ﬁ" + "a" * 70_000, text="\n" * 100 + "露" * 5_000, topics=["“引号”\\"])
        filled = await shelf(engine, strange)
        assert await filled.find("露营") == [strange.title]
        assert await filled.list(topics=["“引号”\\"]) == [strange.title]


class TestRebuilding:
    async def test_an_engine_that_was_never_built_says_so(self, unopened: Engine) -> None:
        await unopened.open()
        assert unopened.stale
        with pytest.raises(SearchUnbuilt):
            await unopened.check()
        with pytest.raises(SearchUnbuilt):
            await unopened.ranked(query("露营"), 0, 9)
        with pytest.raises(SearchUnbuilt):
            await unopened.suggest("露", 9)
        async with unopened.rebuilding() as sink:
            await sink.add([document("露营")])
        assert not unopened.stale
        await unopened.check()
        assert len((await unopened.ranked(query("露营"), 0, 9)).hits) == 1

    async def test_serves_the_old_index_until_the_new_one_is_whole(self, engine: Engine) -> None:
        old, new = document("露营帐篷"), document("露营椅")
        filled = Shelf(engine, [old, new])
        await engine.write([old], [])
        async with engine.rebuilding() as sink:
            await sink.add([new])
            await moment()
            assert await filled.find("露营") == ["露营帐篷"]
        assert await filled.find("露营") == ["露营椅"]

    async def test_a_rebuild_that_fails_changes_nothing(self, engine: Engine) -> None:
        filled = await shelf(engine, document("露营帐篷"))
        with pytest.raises(ZeroDivisionError):
            async with engine.rebuilding() as sink:
                await sink.add([document("露营椅")])
                raise ZeroDivisionError
        assert await filled.find("露营") == ["露营帐篷"]
        async with engine.rebuilding() as sink:
            await sink.add(filled.documents)
        assert await filled.find("露营") == ["露营帐篷"]
