"""What is offered to who types, or has not yet."""

import pytest

from core.errors import Invalid
from search import suggestions
from search.engine import Engine
from search.suggestions import Suggestions
from search.terms import Terms
from tests.search import world
from tests.search.terms.searched import searched

pytestmark = pytest.mark.usefixtures("database")


async def suggested(engine: Engine, prefix: str, first: int | None = None) -> list[str]:
    return (await suggestions.suggestions(engine, Terms(), prefix, first)).texts


class TestSuggestions:
    @pytest.mark.parametrize(
        ("prefix", "expected"),
        [
            ("露营", {"露营", "露营帐篷 三季", "露营折叠椅", "露营好物专场"}),
            ("lu ying zhe", {"露营折叠椅"}),
            ("LYZ", {"露营帐篷 三季", "露营折叠椅"}),
            ("秋天露营", {"秋天露營裝備清單"}),
            ("iPhone 手", {"iPhone 手机壳"}),
            ("camp", {"camping_deer"}),
            ("", {"露营", "户外", "美妆"}),
            ("！", set()),
            ("没有", set()),
        ],
    )
    async def test_complete_titles_topics_and_handles(self, engine: Engine, prefix: str, expected: set[str]) -> None:
        await world.indexed(engine)
        assert set(await suggested(engine, prefix)) == expected

    async def test_are_no_more_than_asked(self, engine: Engine) -> None:
        await world.indexed(engine)
        assert len(await suggested(engine, "露营", 2)) == 2
        assert await suggested(engine, "露营", 0) == []
        for first in (-1, 101):
            with pytest.raises(Invalid):
                await suggested(engine, "露营", first)
        with pytest.raises(Invalid):
            await suggested(engine, "露" * 201)

    async def test_begin_with_what_people_search_for_up_to_half(self, engine: Engine) -> None:
        await world.indexed(engine)
        terms = await searched("露营灯", "露营", "露营帐篷", "口红")
        found = await suggestions.suggestions(engine, terms, "luying", 4)
        assert found.texts[:2] == ["露营灯", "露营"] and len(set(found.texts)) == 4
        assert "口红" not in found.texts
        assert (await suggestions.suggestions(engine, terms, "", 4)).texts[:2] == ["露营灯", "露营"]

    async def test_fill_up_with_what_people_search_for(self, engine: Engine) -> None:
        terms = await searched("露营灯", "露营", "露营帐篷")
        assert (await suggestions.suggestions(engine, terms, "ly")).texts == ["露营灯", "露营", "露营帐篷"]

    async def test_are_what_people_search_for_while_the_engine_is_away(self, unopened: Engine) -> None:
        terms = await searched("露营灯", "露营", "口红")
        found = await suggestions.suggestions(unopened, terms, "lu")
        assert found == Suggestions(["露营灯", "露营"], is_available=False)


class TestTrending:
    async def test_tells_the_hottest_first(self) -> None:
        terms = await searched("露营灯", "露营", "口红")
        assert suggestions.trending(terms, 2) == ["露营灯", "露营"]
        assert suggestions.trending(terms) == ["露营灯", "露营", "口红"]
        with pytest.raises(Invalid):
            suggestions.trending(terms, 101)
