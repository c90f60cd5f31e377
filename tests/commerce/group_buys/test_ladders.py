"""Price ladders: a team goes on past its minimum, and when it closes everybody pays the price that it reached."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from commerce.checkout import actions as checkout
from commerce.checkout import invariants
from commerce.group_buys import GroupBuy, TakenSeat, actions, errors
from commerce.group_buys.events import GroupBuyChanged
from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.payments import queries as payments
from commerce.shops import queries as shop_queries
from core import clock, db
from core.clock import MovableClock
from core.errors import Invalid
from tests.commerce.group_buys.conftest import outbox
from tests.commerce.group_buys.crowds import outcomes, people, tally
from tests.factories import group_buys as factory
from tests.factories import orders, products
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("audited")

TIERS = ((3, "89.00"), (5, "79.00"))


async def laddered(**given: Any) -> GroupBuy:
    """Two people pay 99.00 a unit, three 89.00, five 79.00."""
    return await factory.offer(**{"stock": 20, "team_ttl_seconds": 600, "tiers": TIERS, "per_user_limit": 3, **given})


async def team_of(offer: GroupBuy, people: int) -> list[TakenSeat]:
    """An open team of so many who have paid."""
    leader = await factory.opened(offer)
    return [leader, *[await factory.joined(leader.team) for _ in range(people - 1)]]


async def due(moving_clock: MovableClock) -> int:
    moving_clock.move(601)
    return await actions.expire_teams()


async def given_back(*taken: TakenSeat) -> list[tuple[str, str]]:
    """Each order's state and what its buyer has back, when all refunds are carried out."""
    await orders.react()
    found = [await factory.order_now(one) for one in taken]
    return [(order.status, order.refunded.amount) for order in found]


class TestAnOfferWithTiers:
    async def test_keeps_them_as_they_were_given(self) -> None:
        offer = await laddered()
        assert [(tier.size, tier.price.amount) for tier in offer.tiers] == [(3, "89.00"), (5, "79.00")]
        assert await factory.offer_now(offer) == offer
        assert [offer.price_for(people).amount for people in (1, 2, 3, 4, 5, 100)] == [
            "99.00",
            "99.00",
            "89.00",
            "89.00",
            "79.00",
            "79.00",
        ]

    @pytest.mark.parametrize(
        ("tiers", "field"),
        [
            ([(2, "89")], ("tiers", 0, "size")),
            ([(101, "89")], ("tiers", 0, "size")),
            ([(3, "99.00")], ("tiers", 0, "price")),
            ([(3, "0")], ("tiers", 0, "price")),
            ([(3, "-1")], ("tiers", 0, "price")),
            ([(3, "88.888")], ("tiers", 0, "price")),
            ([(5, "89"), (5, "79")], ("tiers", 1, "size")),
            ([(5, "89"), (3, "79")], ("tiers", 1, "size")),
            ([(3, "89"), (5, "89")], ("tiers", 1, "price")),
            ([(3, "79"), (5, "89")], ("tiers", 1, "price")),
        ],
    )
    async def test_refuses_what_is_no_ladder(self, tiers: list[tuple[int, str]], field: tuple[str | int, ...]) -> None:
        owner = await person("店主")
        variant = await products.variant(owner, price="128.00", stock=20)
        before = await outbox()
        with pytest.raises(Invalid) as refused:
            await factory.offer(owner, variant=variant, tiers=tiers)
        assert refused.value.field == field
        assert all(refused.value.message(language) for language in ("zh", "en"))
        assert await products.now(variant.id) == variant
        assert await db.value("SELECT count(*) FROM group_buys") == 0
        assert await outbox() == before


class TestSteps:
    async def test_told_before_there_were_tiers_are_understood(self) -> None:
        """Clients may resume from steps that an older release has written."""
        leader = await factory.opened(await factory.offer())
        [told] = await db.rows("SELECT payload::text FROM outbox WHERE name = 'GroupBuyChanged'")
        old = msgspec.json.decode(told["payload"])
        del old["group_buy"]["ladder"], old["team"]["spare_size"], old["team"]["merchant_filled_count"]
        step = msgspec.convert(old, GroupBuyChanged)
        assert step.team is not None and (step.team.minimum_size, step.group_buy.tiers) == (leader.team.size, [])


class TestATeamThatGoesOn:
    async def test_past_its_minimum_until_it_is_full(self) -> None:
        offer = await laddered()
        members = await team_of(offer, 4)
        team = await factory.team_now(members[0].team.id)
        assert (team.status, team.size, team.minimum_size, team.joined_count) == ("OPEN", 5, 2, 4)
        assert (team.remaining_count, team.open_seat_count) == (1, 1)
        tier = team.next_tier(offer)
        assert tier is not None and (tier.size, tier.price.amount, tier.missing_count) == (5, "79.00", 1)
        last = await factory.joined(team)
        assert (last.team.status, last.team.joined_count, last.team.next_tier(offer)) == ("SUCCEEDED", 5, None)
        assert await given_back(*members, last) == [("CONFIRMED", "20.00")] * 5
        assert (await outbox())[-1] == ("OrderRefunded", None, None)

    async def test_to_its_deadline_and_pays_the_price_reached(self, moving_clock: MovableClock) -> None:
        offer = await laddered()
        members = await team_of(offer, 4)
        assert await due(moving_clock) == 1
        team = await factory.team_now(members[0].team.id)
        assert (team.status, team.joined_count, team.closed_at is not None) == ("SUCCEEDED", 4, True)
        assert await given_back(*members) == [("CONFIRMED", "10.00")] * 4
        now, variant = await factory.offer_now(offer), await products.now(offer.variant_id)
        assert (now.held, now.sold, now.joined_count, variant.stock, variant.held) == (0, 4, 4, 16, 16)
        steps = [step for step in await outbox() if step[1] in ("team", "group_buy")]
        assert steps[-2:] == [("TeamChanged", "team", 5), ("GroupBuyChanged", "group_buy", 5)]

    async def test_to_its_deadline_with_its_minimum_pays_the_base_price(self, moving_clock: MovableClock) -> None:
        members = await team_of(await laddered(), 2)
        assert await due(moving_clock) == 1
        assert await given_back(*members) == [("CONFIRMED", "0.00")] * 2
        assert await db.value("SELECT count(*) FROM refunds") == 0

    async def test_to_its_deadline_without_its_minimum_fails(self, moving_clock: MovableClock) -> None:
        [leader] = await team_of(await laddered(), 1)
        assert await due(moving_clock) == 1
        assert (await factory.team_now(leader.team.id)).status == "FAILED"
        assert await given_back(leader) == [("REFUNDED", "99.00")]

    async def test_each_unit_counts_and_each_person_once(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await laddered(), quantity=3)
        member, last = await factory.joined(leader.team, quantity=2), await factory.joined(leader.team)
        assert await due(moving_clock) == 1
        assert [refunded for _, refunded in await given_back(leader, member, last)] == ["30.00", "20.00", "10.00"]
        shop = accounts.shop(leader.order.shop_id)
        assert await ledger.balances([shop], "CNY") == [6 * 8900]

    async def test_no_more_than_its_largest_tier(self) -> None:
        members = await team_of(await laddered(), 4)
        await factory.joining(members[0].team)
        with pytest.raises(errors.TeamFull):
            await factory.joining(members[0].team)

    async def test_and_may_fall_back_when_somebody_leaves(self, moving_clock: MovableClock) -> None:
        members = await team_of(await laddered(), 3)
        await actions.leave(members[0].order.id)
        assert await due(moving_clock) == 1
        assert await given_back(*members) == [("REFUNDED", "99.00")] + [("CONFIRMED", "0.00")] * 2
        team = await factory.team_now(members[0].team.id)
        assert (team.leader_id, team.status) == (members[1].seat.user_id, "SUCCEEDED")


class TestManyAtOnce:
    async def test_fill_a_team_up_to_its_largest_tier(self) -> None:
        leader = await factory.opened(await laddered(stock=100))

        async def join_and_pay(buyer: UUID) -> TakenSeat:
            taken = await factory.joining(leader.team, buyer)
            assert (await orders.pay(taken.order)).refusal is None
            return taken

        done = await outcomes([join_and_pay(buyer) for buyer in await people(40)])
        joined = [one for one in done if isinstance(one, TakenSeat)]
        assert set(tally(done)) <= {"TakenSeat", "TeamFull", "TeamClosed"} and len(joined) == 4
        assert await given_back(leader, *joined) == [("CONFIRMED", "20.00")] * 5

    async def test_of_several_teams_each_pays_its_own_price(self, moving_clock: MovableClock) -> None:
        offer = await laddered(stock=100)
        full, three, two = [await team_of(offer, count) for count in (4, 3, 2)]
        last = [await factory.joining(one[0].team) for one in (full, two)]
        for one in last:
            await factory.captured(one)
        assert await outcomes([actions.settle_payment(one.order.id) for one in last]) == [None, None]
        assert await due(moving_clock) == 2
        for members, back in (([*full, last[0]], "20.00"), (three, "10.00"), ([*two, last[1]], "10.00")):
            assert await given_back(*members) == [("CONFIRMED", back)] * len(members)


class TestTheDeadline:
    async def test_releases_held_seats(self, moving_clock: MovableClock) -> None:
        offer = await laddered()
        members = await team_of(offer, 2)
        held = await factory.joining(members[0].team, quantity=2)
        assert await due(moving_clock) == 1
        team, now = await factory.team_now(held.team.id), await factory.again(held)
        assert (team.joined_count, team.held_count, now.seat.status, now.order.status) == (
            2,
            0,
            "RELEASED",
            "CANCELLED",
        )
        assert (await factory.offer_now(offer)).held == 0
        assert isinstance(await factory.pay(held), errors.TeamClosed)
        assert await given_back(held) == [("CANCELLED", "198.00")]

    async def test_closes_by_a_late_payment_when_no_timer_came_yet(self, moving_clock: MovableClock) -> None:
        members = await team_of(await laddered(), 3)
        late = await factory.joining(members[0].team)
        moving_clock.move(601)
        assert isinstance(await factory.pay(late), errors.TeamClosed)
        assert (await factory.team_now(late.team.id)).status == "SUCCEEDED"
        assert await given_back(*members, late) == [("CONFIRMED", "10.00")] * 3 + [("CANCELLED", "99.00")]
        assert await actions.expire_teams() == 0

    async def test_comes_once_for_many_workers(self, moving_clock: MovableClock) -> None:
        members = await team_of(await laddered(), 3)
        moving_clock.move(601)
        assert sum(await asyncio.gather(*(actions.expire_teams() for _ in range(8)))) == 1
        assert await db.value("SELECT count(*) FROM refunds") == len(members)

    async def test_against_the_payment_that_fills_it(self, moving_clock: MovableClock) -> None:
        offer = await laddered(stock=100, team_size=2, tiers=((3, "89.00"),), per_user_limit=99)
        leader, second, third = [await person("团员") for _ in range(3)]
        teams = [(await factory.opened(offer, leader)).team for _ in range(10)]
        for team in teams:
            await factory.joined(team, second)
        last = [await factory.joining(team, third) for team in teams]
        for one in last:
            await factory.captured(one)
        deadline = (await factory.team_now(teams[4].id)).expires_at
        assert deadline is not None
        moving_clock.move((deadline - clock.now()).total_seconds() - 0.05)
        await asyncio.gather(
            *(actions.settle_payment(one.order.id) for one in last), *(actions.expire_teams() for _ in range(10))
        )
        moving_clock.move(60)
        await actions.expire_teams()
        ends = {
            ((await factory.team_now(one.team.id)).joined_count, (await factory.seat_now(one)).status) for one in last
        }
        assert ends <= {(3, "CONFIRMED"), (2, "RELEASED")}
        assert await db.value("SELECT count(*) FROM teams WHERE status <> 'SUCCEEDED'") == 0


async def refund_whole(taken: TakenSeat) -> Order:
    """Gives back what is left, as the shop."""
    [shop] = await shop_queries.by_ids([taken.order.shop_id])
    assert shop is not None
    return await order_actions.refund(shop.owner_id, taken.order.id, Decimal("89.00"), "全额退款", "一次")


class TestAfterwards:
    @pytest.mark.parametrize("people", [2, 3, 4, 5])
    async def test_nobody_lowers_a_price_by_buying_and_leaving(self, people: int, moving_clock: MovableClock) -> None:
        """Who made a lower price stays, or the shop lets them go; at the base price anybody may still cancel."""
        members = await team_of(await laddered(), people)
        await due(moving_clock)
        for one in members[1:]:
            statuses, before = await given_back(one), await outbox()
            if people == 2:
                assert (await checkout.cancel(one.seat.user_id, one.order.id)).status == "REFUNDING"
                continue
            with pytest.raises(errors.PriceOfAll) as refused:
                await checkout.cancel(one.seat.user_id, one.order.id)
            assert refused.value.code == "WRONG_STATE"
            assert (await given_back(one), await outbox()) == (statuses, before)

    async def test_a_refunded_order_gets_only_what_is_left(self, moving_clock: MovableClock) -> None:
        members = await team_of(await laddered(), 3)
        await due(moving_clock)
        one = members[1]
        assert (await refund_whole(one)).status == "REFUNDING"
        refunds = await payments.refunds_of_order(one.order.id)
        assert [(refund.minor, refund.reason) for refund in refunds] == [(1000, "PRICE_TIER"), (8900, "SHOP")]
        assert await given_back(one) == [("REFUNDED", "99.00")]
        assert await ledger.balances([accounts.shop(one.order.shop_id)], "CNY") == [2 * 8900]

    async def test_what_is_left_may_come_back_before_the_difference(self, moving_clock: MovableClock) -> None:
        members = await team_of(await laddered(), 3)
        await due(moving_clock)
        one = members[1]
        await refund_whole(one)
        await db.execute("UPDATE refunds SET status = 'STUCK', attempts = 8 WHERE reason = 'PRICE_TIER'")
        assert await given_back(one) == [("REFUNDING", "89.00")]
        assert await invariants.violations() == []
        moving_clock.move(60)
        await orders.carry_out_due()
        assert await given_back(one) == [("REFUNDED", "99.00")]
