"""A shop fills what a team lacks: the team succeeds with those who exist, and the shop's places are told apart."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from commerce.group_buys import GroupBuy, TakenSeat, actions, errors, queries
from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from core import db
from core.clock import MovableClock
from core.errors import Forbidden, NotFound, Refusal
from core.ids import new_id
from tests.commerce.group_buys.conftest import outbox
from tests.factories import group_buys as factory
from tests.factories import products
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("audited")


async def lacking(**given: Any) -> tuple[UUID, GroupBuy, list[TakenSeat]]:
    """A shop's owner, its offer to teams of five, and a team that two have paid in."""
    owner = await person("店主")
    offer = await factory.offer(owner, **{"stock": 9, "team_size": 5, "team_ttl_seconds": 600, **given})
    leader = await factory.opened(offer)
    return owner, offer, [leader, await factory.joined(leader.team)]


class TestFillTeam:
    async def test_succeeds_with_those_who_have_paid(self) -> None:
        owner, _, members = await lacking()
        filled = await actions.fill_team(owner, members[0].team.id)
        assert (filled.status, filled.size, filled.joined_count, filled.remaining_count) == ("SUCCEEDED", 2, 2, 0)
        assert (filled.merchant_filled_count, filled.minimum_size, filled.open_seat_count) == (3, 2, 0)
        assert await factory.team_now(filled.id) == filled
        for one in members:
            now = await factory.again(one)
            assert (now.seat.status, now.order.status) == ("CONFIRMED", "CONFIRMED")
        [shown] = await queries.members([filled])
        assert [one.user_id for one in shown] == [one.seat.user_id for one in members]
        steps = [step for step in await outbox() if step[1] in ("team", "group_buy")]
        assert steps[-2:] == [("TeamChanged", "team", 3), ("GroupBuyChanged", "group_buy", 3)]

    async def test_moves_no_money_and_no_unit_for_the_places_it_fills(self) -> None:
        owner, offer, members = await lacking()
        await actions.fill_team(owner, members[0].team.id)
        now, variant = await factory.offer_now(offer), await products.now(offer.variant_id)
        assert (now.held, now.sold, now.joined_count, now.available) == (0, 2, 2, 7)
        assert (variant.stock, variant.held) == (7, 7)
        assert await ledger.balances([accounts.shop(offer.shop_id)], "CNY") == [2 * 9900]
        assert await db.value("SELECT count(*) FROM refunds") == 0

    async def test_for_a_leader_alone(self) -> None:
        owner = await person("店主")
        leader = await factory.opened(await factory.offer(owner))
        filled = await actions.fill_team(owner, leader.team.id)
        assert (filled.size, filled.joined_count, filled.merchant_filled_count) == (1, 1, 1)

    async def test_up_to_the_minimum_of_a_ladder(self) -> None:
        owner, _, members = await lacking(team_size=3, tiers=[(5, "79.00")])
        filled = await actions.fill_team(owner, members[0].team.id)
        assert (filled.size, filled.minimum_size, filled.merchant_filled_count) == (2, 2, 1)
        assert await db.value("SELECT count(*) FROM refunds") == 0

    async def test_releases_held_seats(self) -> None:
        owner, offer, members = await lacking()
        held = await factory.joining(members[0].team)
        assert (await actions.fill_team(owner, members[0].team.id)).merchant_filled_count == 3
        now = await factory.again(held)
        assert (now.seat.status, now.order.status, (await factory.offer_now(offer)).held) == (
            "RELEASED",
            "CANCELLED",
            0,
        )
        assert isinstance(await factory.pay(held), errors.TeamClosed)

    async def test_once_however_often(self) -> None:
        owner, _, members = await lacking()
        filled = await asyncio.gather(*(actions.fill_team(owner, members[0].team.id) for _ in range(10)))
        assert {team.sequence for team in filled} == {3}

    async def test_against_the_payment_that_completes_it(self) -> None:
        for _ in range(8):
            owner = await person("店主")
            leader = await factory.opened(await factory.offer(owner))
            last = await factory.joining(leader.team)
            await factory.captured(last)
            done = await asyncio.gather(
                actions.fill_team(owner, leader.team.id),
                actions.settle_payment(last.order.id),
                return_exceptions=True,
            )
            team = await factory.team_now(leader.team.id)
            assert [type(one).__name__ for one in done] in (["Team", "TeamClosed"], ["TeamClosed", "NoneType"])
            assert (team.status, team.joined_count + team.merchant_filled_count) == ("SUCCEEDED", 2)


class TestRefusals:
    async def _refused(self, kind: type[Refusal], owner: UUID, team_id: UUID) -> None:
        before, teams = await outbox(), await db.rows("SELECT * FROM teams ORDER BY id")
        with pytest.raises(kind) as refused:
            await actions.fill_team(owner, team_id)
        assert refused.value.field == ("team_id",)
        assert await outbox() == before
        assert await db.rows("SELECT * FROM teams ORDER BY id") == teams

    async def test_all_but_the_shop(self) -> None:
        _, _, members = await lacking()
        stranger = await person("路人")
        await products.variant(stranger)
        for somebody in (stranger, members[0].seat.user_id):
            await self._refused(Forbidden, somebody, members[0].team.id)

    async def test_what_nobody_else_sees(self) -> None:
        owner = await person("店主")
        pending = await factory.opening(await factory.offer(owner))
        await self._refused(NotFound, owner, pending.team.id)
        await self._refused(NotFound, owner, new_id())

    async def test_a_team_that_is_over(self, moving_clock: MovableClock) -> None:
        owner, _, members = await lacking()
        moving_clock.move(601)
        await self._refused(errors.TeamClosed, owner, members[0].team.id)
        await actions.expire_teams()
        await self._refused(errors.TeamClosed, owner, members[0].team.id)

    async def test_a_team_with_people_enough(self) -> None:
        owner, _, members = await lacking(team_size=2, tiers=[(5, "79.00")])
        await self._refused(errors.NothingToFill, owner, members[0].team.id)
