"""What somebody can have who came too late for a team."""

import pytest

from commerce.group_buys import GroupBuy, TakenSeat, actions, errors, queries
from core.clock import MovableClock
from core.ids import new_id
from tests.factories import group_buys as factory
from tests.factories.people import person


async def full(offer: GroupBuy) -> TakenSeat:
    """The leader of an open team whose last place is held."""
    leader = await factory.opened(offer)
    for _ in range(offer.team_size - 2):
        await factory.joined(leader.team)
    await factory.joining(leader.team)
    return leader


@pytest.mark.usefixtures("audited")
class TestAlternatives:
    async def test_are_teams_that_need_fewest_people_first(self) -> None:
        offer, buyer = await factory.offer(stock=50, team_size=4), await person("阿珍")
        late = await full(offer)
        far, near, oldest = [await factory.opened(offer) for _ in range(3)]
        await factory.joined(near.team)
        await factory.opened(await factory.offer(team_size=4))
        await factory.opening(offer)
        with pytest.raises(errors.TeamFull):
            await factory.joining(late.team, buyer)
        found = await queries.alternatives(late.team.id, buyer, 1)
        assert [team.id for team in found.teams] == [near.team.id, far.team.id, oldest.team.id]
        assert found.can_open
        assert (await factory.joining(found.teams[0], buyer)).team.id == near.team.id

    async def test_never_a_full_one_nor_one_that_one_is_in(self) -> None:
        offer, buyer = await factory.offer(stock=50, team_size=3, per_user_limit=9), await person("阿珍")
        late = await full(offer)
        await full(offer)
        await factory.opened(offer, buyer)
        await factory.joining((await factory.opened(offer)).team, buyer)
        other = await factory.opened(offer)
        found = await queries.alternatives(late.team.id, buyer, 1)
        assert [team.id for team in found.teams] == [other.team.id]

    async def test_five_at_the_most(self) -> None:
        offer = await factory.offer(stock=50)
        late = await full(offer)
        for _ in range(6):
            await factory.opened(offer)
        assert len((await queries.alternatives(late.team.id, new_id(), 1)).teams) == 5

    async def test_none_whose_units_are_not_to_be_had(self) -> None:
        offer, buyer = await factory.offer(stock=6, per_user_limit=3), await person("阿珍")
        late = await full(offer)
        await factory.opened(offer)
        # Of three units left one waits for the seat that is open: a new team of two has one for its leader.
        for units, teams, can_open in ((1, 1, True), (2, 1, False), (3, 1, False), (4, 0, False)):
            found = await queries.alternatives(late.team.id, buyer, units)
            assert (len(found.teams), found.can_open) == (teams, can_open)

    async def test_no_new_one_when_the_offer_has_ended(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=9, ends_in=60)
        late, open_ = await full(offer), await factory.opened(offer)
        moving_clock.move(61)
        found = await queries.alternatives(late.team.id, new_id(), 1)
        assert ([team.id for team in found.teams], found.can_open) == ([open_.team.id], False)

    async def test_none_past_their_deadline(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=9, team_ttl_seconds=60)
        late = await factory.opened(offer)
        moving_clock.move(61)
        found = await queries.alternatives(late.team.id, new_id(), 1)
        assert (found.teams, found.can_open) == ([], True)
        await actions.expire_teams()

    async def test_to_an_order_do_not_count_its_own_overdue_seat(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=9, team_ttl_seconds=3600)
        late = await factory.joining((await factory.opened(offer)).team)
        other = await factory.opened(offer)
        moving_clock.move(601)
        found = await queries.alternatives_to_order(late.order.id)
        assert [team.id for team in found.teams] == [other.team.id] and found.can_open
        await actions.release_overdue_seats()
        found = await queries.alternatives_to_order(late.order.id)
        assert [team.id for team in found.teams] == [late.team.id, other.team.id] and found.can_open

    async def test_to_what_is_no_seat_are_none(self) -> None:
        for found in (await queries.alternatives_to_order(new_id()), await queries.alternatives(new_id(), new_id(), 1)):
            assert (found.teams, found.can_open) == ([], False)


class TestStatements:
    async def test_take_one(self, statements: list[str]) -> None:
        late = await full(await factory.offer(stock=9))
        statements.clear()
        await queries.alternatives(late.team.id, new_id(), 1)
        assert len(statements) == 1
