"""Reading group-buys: what is listed where, to whom, in which order, and with how many statements."""

from uuid import UUID

import pytest

from commerce.group_buys import GroupBuy, Team, actions, queries
from core.clock import MovableClock
from core.pagination import InvalidCursor, PageRequest, page_request
from tests.factories import group_buys as factory
from tests.factories import products
from tests.factories.people import person


async def offers(*names: str) -> dict[str, GroupBuy]:
    """Offers that end one after the other, in the order of their names."""
    return {name: await factory.offer(ends_in=3600 + index) for index, name in enumerate(names)}


@pytest.mark.usefixtures("database")
class TestLists:
    async def test_ending_soon_page_by_page(self) -> None:
        made = await offers("a", "b", "c")
        first = await queries.ending_soon(page_request("", 2, None, queries.EndingSoonKey))
        assert first.nodes == [made["a"], made["b"]] and first.page_info.has_next_page
        rest = await queries.ending_soon(page_request("", 2, first.page_info.end_cursor, queries.EndingSoonKey))
        assert rest.nodes == [made["c"]] and not rest.page_info.has_next_page

    async def test_newest_page_by_page(self) -> None:
        made = await offers("a", "b", "c")
        first = await queries.newest(page_request("", 2, None, queries.NewestKey))
        assert first.nodes == [made["c"], made["b"]]
        rest = await queries.newest(page_request("", 2, first.page_info.end_cursor, queries.NewestKey))
        assert rest.nodes == [made["a"]]

    async def test_popular_page_by_page(self) -> None:
        made = await offers("a", "b", "c")
        leader = await factory.opened(made["b"])
        await factory.joined(leader.team)
        await factory.opened(made["c"])
        first = await queries.popular(page_request("", 2, None, queries.PopularKey))
        assert [one.id for one in first.nodes] == [made["b"].id, made["c"].id]
        assert [one.joined_count for one in first.nodes] == [2, 1]
        rest = await queries.popular(page_request("", 2, first.page_info.end_cursor, queries.PopularKey))
        assert [one.id for one in rest.nodes] == [made["a"].id]

    async def test_none_that_has_ended(self, moving_clock: MovableClock) -> None:
        await offers("a")
        moving_clock.move(3601)
        assert (await queries.ending_soon(PageRequest(10, None))).nodes == []
        assert (await queries.newest(PageRequest(10, None))).nodes == []
        assert (await queries.popular(PageRequest(10, None))).nodes == []

    async def test_a_cursor_of_another_order_is_refused(self) -> None:
        await offers("a")
        page = await queries.popular(page_request("", 2, None, queries.PopularKey))
        with pytest.raises(InvalidCursor):
            page_request("", 2, page.page_info.end_cursor, queries.EndingSoonKey)
        with pytest.raises(InvalidCursor):
            page_request("", 2, page.page_info.end_cursor, queries.NewestKey)


@pytest.mark.usefixtures("database")
class TestRunningOn:
    async def test_only_what_runs_now(self, moving_clock: MovableClock) -> None:
        owner = await person("店主")
        variant = await products.variant(owner, stock=50)
        soon = await factory.offer(owner, variant=variant, stock=5, ends_in=60)
        late = await factory.offer(owner, variant=variant, stock=5, ends_in=600)
        await factory.offer(owner, variant=variant, stock=5, starts_in=300, ends_in=600)
        other = await products.product()
        assert await queries.running_on([variant.product_id, other.id]) == [[soon, late], []]
        moving_clock.move(61)
        assert await queries.running_on([variant.product_id]) == [[late]]


@pytest.mark.usefixtures("database")
class TestOpenTeams:
    async def test_those_that_need_fewest_first(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=50, team_size=4, team_ttl_seconds=600)
        teams = [(await factory.opened(offer)).team for _ in range(3)]
        await factory.joined(teams[2])
        await factory.opening(offer)
        [first] = await queries.open_teams([offer.id], page_request("", 2, None, queries.OpenTeamKey))
        assert [team.id for team in first.nodes] == [teams[2].id, teams[0].id]
        request = page_request("", 2, first.page_info.end_cursor, queries.OpenTeamKey)
        assert [page.nodes for page in await queries.open_teams([offer.id], request)] == [[teams[1]]]
        moving_clock.move(601)
        [gone] = await queries.open_teams([offer.id], PageRequest(10, None))
        assert gone.nodes == []

    async def test_many_offers_in_one_statement(self, statements: list[str]) -> None:
        made = [await factory.offer() for _ in range(3)]
        teams = [(await factory.opened(offer)).team for offer in made]
        statements.clear()
        pages = await queries.open_teams([offer.id for offer in made], PageRequest(10, None))
        assert [page.nodes for page in pages] == [[team] for team in teams]
        assert len(statements) == 1


@pytest.mark.usefixtures("database")
class TestTeamsOfViewer:
    async def test_those_they_hold_or_held_until_they_failed(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=50, team_size=3, team_ttl_seconds=600, per_user_limit=9)
        me, other = await person("我"), await person("他")
        failed = await factory.opened(offer, me)
        moving_clock.move(601)
        await actions.expire_teams()
        left = await factory.joined((await factory.opened(offer)).team, me)
        await actions.leave(left.order.id)
        cancelled = await factory.joining((await factory.opened(offer)).team, me)
        await actions.release_seat(cancelled.order.id)
        held = await factory.joining((await factory.opened(offer)).team, me)
        pending = await factory.opening(offer, me)
        mine, theirs = await queries.teams_of_viewer([me, other], PageRequest(10, None))
        assert [team.id for team in mine.nodes] == [pending.team.id, held.team.id, failed.team.id]
        assert theirs.nodes == []
        [first] = await queries.teams_of_viewer([me], PageRequest(1, None))
        assert first.nodes == [pending.team] and first.page_info.has_next_page
        [rest] = await queries.teams_of_viewer([me], page_request("", 1, first.page_info.end_cursor, UUID))
        assert [team.id for team in rest.nodes] == [held.team.id]


@pytest.mark.usefixtures("database")
class TestSeats:
    async def test_are_seen_by_their_holder_alone(self) -> None:
        taken = await factory.opened(await factory.offer())
        me, other = taken.seat.user_id, await person("路人")
        assert await queries.seats_by_ids(me, [taken.seat.id]) == [taken.seat]
        assert await queries.seats_by_ids(other, [taken.seat.id]) == [None]
        assert await queries.seats_by_ids(None, [taken.seat.id]) == [None]
        assert await queries.seats_of_viewer(me, [taken.team]) == [taken.seat]
        assert await queries.seats_of_viewer(other, [taken.team]) == [None]
        assert await queries.seats_of_viewer(None, [taken.team]) == [None]

    async def test_the_latest_counts(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=3))
        first = await factory.joining(leader.team)
        await actions.release_seat(first.order.id)
        second = await factory.joining(leader.team, first.seat.user_id)
        assert await queries.seats_of_viewer(first.seat.user_id, [leader.team]) == [second.seat]


class TestMembers:
    async def test_of_many_teams_in_one_statement(self, statements: list[str]) -> None:
        offer = await factory.offer(team_size=3)
        taken = [await factory.opened(offer) for _ in range(3)]
        teams: list[Team] = [one.team for one in taken]
        statements.clear()
        found = await queries.members(teams)
        assert [[member.user_id for member in members] for members in found] == [[one.seat.user_id] for one in taken]
        assert len(statements) == 1
