"""What may have been meant, by titles alone, and what both engines' indexes say."""

import pytest

from search import corrections, queries, rebuild
from search.chinese import folded
from search.engine import Engine
from tests.search import world

TITLES = ["秋天露营帐篷推荐", "露营折叠椅", "好用的 sunscreen 分享", "防摔 iPhone 手机壳", "银行卡套"]


class TestCorrections:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("露营帐逢", ["露营帐篷"]),
            ("路营", ["露营"]),
            ("路赢帐篷", ["露营帐篷"]),
            ("露營帳逢", ["露营帐篷"]),
            ("路营 折叠椅", ["露营 折叠椅"]),
            ("sunscren", ["sunscreen"]),
            ("suncsreen", ["sunscreen"]),
            ("iphnoe手机壳", ["iphone手机壳"]),
            ("luying", ["露营"]),
            ("luyinzhangpeng", ["露营帐篷"]),
            ("yinhangka", ["银行卡"]),
            ("luyin 帐篷", ["露营 帐篷"]),
        ],
    )
    def test_are_what_sounds_or_looks_alike(self, text: str, meant: list[str]) -> None:
        assert corrections.corrections(folded(text), TITLES) == meant

    @pytest.mark.parametrize(
        "text", ["", "！？", "露营", "手机壳", "手机膜", "口红", "ly", "sun", "天露", "露营口红", "露" * 41, "😀"]
    )
    def test_are_none_of_what_is_said_so_or_is_another_thing(self, text: str) -> None:
        assert corrections.corrections(text, TITLES) == []

    def test_are_few_and_the_nearest_first(self) -> None:
        titles = ["露营帐逢子", "路营帐篷", "露营帐篷", "绿营帐篷", "鲁营帐篷"]
        assert corrections.corrections("卢营帐篷", titles) == ["路营帐篷", "露营帐篷", "鲁营帐篷"]
        assert corrections.corrections("露营帐蓬", ["露营帐蓬", "露营帐篷"]) == []

    def test_look_at_no_more_than_so_many_titles(self) -> None:
        assert corrections.corrections("路营", ["口红"] * corrections.MOST_TITLES + ["露营"]) == []


@pytest.mark.usefixtures("database")
class TestMeant:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("路营帐篷", "露营帐篷"),
            ("露营帐逢", "露营帐篷"),
            ("路营", "露营"),
            ("luyinzhangpeng", "露营帐篷"),
            ("ihpone手机壳", "iphone手机壳"),
        ],
    )
    async def test_comes_from_what_is_there(self, engine: Engine, text: str, meant: str) -> None:
        await world.indexed(engine)
        assert meant in await queries.meant(engine, await queries.search(engine, text))

    @pytest.mark.parametrize("text", ["", "露营", "iphone手机壳", "羽毛球拍", "zzzzzz"])
    async def test_is_nothing_where_something_is_found_or_nothing_is_near(self, engine: Engine, text: str) -> None:
        await world.indexed(engine)
        assert await queries.meant(engine, await queries.search(engine, text)) == []

    async def test_is_nothing_where_enough_is_found(self, engine: Engine) -> None:
        filled = await world.made()
        for number in range(10):
            await filled.note(str(number), filled.things["person"].id, f"路营 {number}")
        await rebuild.rebuild(engine)
        found = await queries.search(engine, "路营")
        assert not found.few and await queries.meant(engine, found) == []
