"""What lies near: related notes, products bought together, people worth following."""

import pytest

from content.feed import related
from content.feed.related import Place
from content.notes import actions as note_actions
from core.ids import new_id
from core.pagination import PageRequest, decode_cursor
from people.accounts import queries as account_queries
from people.follows import actions as follow_actions
from tests.content.feed.test_tastes import circle, told
from tests.factories import orders, products
from tests.factories.notes import note
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("database")

FIRST = PageRequest[Place](20, None)


class TestNotes:
    async def test_are_what_the_same_people_like(self) -> None:
        tent, lamp, lip = [await note(title=title) for title in ("帐篷", "露营灯", "口红")]
        await circle(tent, lamp)
        await circle(lip)
        await told()
        near = await related.notes([tent.id, lip.id, lamp.id, new_id()], FIRST)
        assert [[one.id for one in page.nodes] for page in near] == [[lamp.id], [], [tent.id], []]

    async def test_go_on_where_they_ended(self) -> None:
        tent, *others = [await note(title=f"露营好物{number}") for number in range(6)]
        for size, other in enumerate(others, 2):
            await circle(tent, other, size=size)
        await told()
        [whole] = await related.notes([tent.id], FIRST)
        assert {one.id for one in whole.nodes} == {one.id for one in others}
        seen, key = [], None
        for has_next in (True, True, False):
            [page] = await related.notes([tent.id], PageRequest(2, key))
            seen += page.nodes
            assert page.page_info.has_next_page is has_next and page.page_info.end_cursor is not None
            key = decode_cursor(page.page_info.end_cursor, Place)
        assert seen == whole.nodes

    async def test_leave_out_what_is_deleted_before_taste_forgets_it(self) -> None:
        tent, lamp = await note(), await note()
        await circle(tent, lamp)
        await told()
        await note_actions.delete(lamp.author_id, lamp.id)
        [page] = await related.notes([tent.id], FIRST)
        assert page.edges == []


class TestBoughtTogether:
    async def test_are_what_the_same_people_bought(self) -> None:
        chair, table, lip = [await products.variant() for _ in range(3)]
        for _ in range(3):
            buyer = await person("买家")
            for variant in (chair, table):
                await orders.paid(buyer, variant)
        await orders.paid(None, lip)
        await told()
        [of_chair, of_lip] = await related.bought_together([chair.product_id, lip.product_id], FIRST)
        assert [one.id for one in of_chair.nodes] == [table.product_id] and of_lip.edges == []


class TestPeople:
    async def test_are_whom_the_followed_follow_and_who_writes_what_suits(self) -> None:
        me, friend, other, star, known = [await person(name) for name in ("我", "闺蜜", "同事", "博主", "熟人")]
        for followed in (friend, other, known):
            await follow_actions.follow(me, followed)
        for follower in (friend, other):
            for followed in (star, known, me):
                await follow_actions.follow(follower, followed)
        tent, lamp = await note(title="帐篷"), await note(title="露营灯")
        await circle(tent, lamp)
        await note_actions.like(me, tent.id)
        await told()
        wanted = await account_queries.by_ids([star, lamp.author_id])
        assert await related.people(me, 20) == wanted
        assert await related.people(me, 1) == wanted[:1]

    async def test_are_nobody_for_who_did_nothing(self) -> None:
        assert await related.people(await person(), 20) == []

    @pytest.mark.parametrize("follows", [1, 5])
    async def test_cost_the_same_however_many_one_follows(self, follows: int, statements: list[str]) -> None:
        me = await person()
        for _ in range(follows):
            friend = await person()
            await follow_actions.follow(me, friend)
            await follow_actions.follow(friend, await person())
        statements.clear()
        assert len(await related.people(me, 20)) == follows
        # Whom one follows, whom they follow, what suits (nothing, so no notes), who is followed already, the people.
        assert len(statements) == 5
