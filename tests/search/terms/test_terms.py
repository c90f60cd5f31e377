"""Searched terms: who counts, when they are told, and how they cool."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from core import db
from core.clock import MovableClock
from core.ids import new_id
from search.terms import Terms, actions, rules
from tests.factories import orders
from tests.factories import people as people_factory
from tests.search.terms.searched import searched, settled

pytestmark = pytest.mark.usefixtures("database")


async def told(terms: Terms) -> list[str]:
    await terms.flush()
    await terms.reload()
    return terms.hottest(100)


class TestCount:
    async def test_a_term_is_told_once_three_people_searched_it(self) -> None:
        terms, people = Terms(), await settled(3)
        for person in people[:2]:
            terms.count(person, "露营灯")
        assert await told(terms) == []
        terms.count(people[2], "露营灯")
        assert await told(terms) == ["露营灯"]

    async def test_one_person_is_one_however_often_and_in_whichever_process(self, moving_clock: MovableClock) -> None:
        person, other = await settled(2)
        for _ in range(4):
            for terms in (Terms(), Terms()):
                terms.count(person, "露营灯")
                terms.count(other, "露营灯")
                assert await told(terms) == []
            moving_clock.move(7200)

    async def test_once_more_within_the_hour_makes_nothing_hotter(self, moving_clock: MovableClock) -> None:
        terms, people = Terms(), await settled(3)

        async def heat() -> float:
            for person in people:
                terms.count(person, "露营灯")
            await terms.flush()
            found: float = await db.value("SELECT heat FROM search_terms")
            return found

        first = await heat()
        moving_clock.move(3599)
        assert await heat() == first
        moving_clock.move(1)
        assert await heat() > first

    @pytest.mark.parametrize("new", range(1, 5))
    async def test_who_came_today_counts_only_once_they_have_bought_something(
        self, moving_clock: MovableClock, new: int
    ) -> None:
        people = [*await settled(4 - new), *[await people_factory.person() for _ in range(new)]]

        async def asked() -> list[str]:
            terms = Terms()
            for one in people:
                terms.count(one, "露营灯")
            return await told(terms)

        assert await asked() == (["露营灯"] if 4 - new >= rules.LEAST_PEOPLE else [])
        for one in people[-new:]:
            await orders.placed(one)
        assert await asked() == (["露营灯"] if 4 - new >= rules.LEAST_PEOPLE else [])
        for one in people[-new:]:
            await orders.paid(one)
        assert await asked() == ["露营灯"]

    async def test_who_came_today_counts_tomorrow(self, moving_clock: MovableClock) -> None:
        people = [await people_factory.person() for _ in range(3)]
        for later, found in ((0, []), (rules.NEW_FOR.total_seconds() - 1, []), (2, ["露营灯"])):
            moving_clock.move(later)
            terms = Terms()
            for one in people:
                terms.count(one, "露营灯")
            assert await told(terms) == found

    @pytest.mark.parametrize("text", ["", "灯", "？！", "露" * 31])
    async def test_what_is_too_short_too_long_or_no_word_is_not_counted(self, text: str) -> None:
        assert await told(await searched(text, "露营灯")) == ["露营灯"]

    async def test_gaps_are_one(self) -> None:
        assert await told(await searched("露营  灯 ")) == ["露营 灯"]

    async def test_keeps_what_could_not_be_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(_: object) -> None:
            raise OSError

        terms, people = Terms(), await settled(3)
        for person in people:
            terms.count(person, "露营灯")
        with monkeypatch.context() as patch, pytest.raises(OSError):
            patch.setattr(actions, "add", fail)
            await terms.flush()
        assert await told(terms) == ["露营灯"]


class TestAdd:
    async def test_processes_write_the_same_terms_at_once(self) -> None:
        texts = [f"露营{number}" for number in range(200)]

        async def process(person: UUID, order: int) -> None:
            for _ in range(5):
                await actions.add({text: {person} for text in texts[::order]})

        people = [new_id() for _ in range(4)]
        await asyncio.gather(*(process(person, order) for person, order in zip(people, (1, -1, 1, -1), strict=True)))
        assert await db.value("SELECT count(*) FROM search_terms WHERE shown") == 200
        heats = await db.rows("SELECT DISTINCT round((heat - ln(20))::numeric, 4) FROM search_terms")
        assert len(heats) <= 2  # The minutes since have cooled none of them by more.

    async def test_keeps_nobodys_id(self) -> None:
        person = new_id()
        await actions.add({"露营灯": {person}})
        [kept] = await db.value("SELECT searchers FROM search_terms")
        assert kept not in (person.int >> 64, person.int & (1 << 64) - 1)


class TestHeat:
    async def test_what_was_searched_later_overtakes_what_was_searched_more(self, moving_clock: MovableClock) -> None:
        before = await searched("旧", "月饼礼盒", "口红")
        assert before.hottest(1) == ["月饼礼盒"]
        moving_clock.move(2 * rules.HALF_LIFE.total_seconds())
        assert (await searched("圣诞树")).hottest(2) == ["圣诞树", "月饼礼盒"]

    async def test_many_that_cooled_count_as_few(self, moving_clock: MovableClock) -> None:
        for _ in range(2):
            await actions.add({"露营灯": {new_id() for _ in range(8)}})
            moving_clock.move(rules.HALF_LIFE.total_seconds())
        await actions.add({"手电筒": {new_id() for _ in range(6)}})
        lamp, torch = await db.rows("SELECT heat FROM search_terms ORDER BY text DESC")
        assert lamp["heat"] == pytest.approx(torch["heat"])  # 8 / 4 + 8 / 2 people.


class TestForget:
    async def test_what_is_cold_is_gone(self, moving_clock: MovableClock) -> None:
        terms = await searched("月饼礼盒")
        assert await actions.forget() == 0
        moving_clock.move(timedelta(days=14).total_seconds())
        await searched("圣诞树")
        assert await actions.forget() == 1
        assert await told(terms) == ["圣诞树"]


class TestHidden:
    async def test_what_an_operator_hides_is_not_told(self) -> None:
        terms = await searched("骂人的话", "露营灯")
        await db.execute("UPDATE search_terms SET hidden = true WHERE text = '骂人的话'")
        assert await told(terms) == ["露营灯"]


class TestBeginning:
    async def test_is_by_characters_pinyin_or_initials(self) -> None:
        terms = await searched("露营灯", "跑步鞋", "iphone手机壳", "露营")
        for letters, found in (
            ("露营", ["露营灯", "露营"]),
            ("luyingd", ["露营灯"]),
            ("pbx", ["跑步鞋"]),
            ("iphone手", ["iphone手机壳"]),
            ("没有", []),
        ):
            assert terms.beginning(letters, 5) == found
        assert terms.beginning("露营", 1) == ["露营灯"]
