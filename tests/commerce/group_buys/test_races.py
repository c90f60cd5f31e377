"""Group-buys under many hands at once, on a real PostgreSQL: whoever wins, the books are right."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Sequence
from uuid import UUID

import pytest

from commerce import checkout
from commerce.checkout import actions as checkout_actions
from commerce.group_buys import TakenSeat, actions
from commerce.orders import Order
from commerce.payments import SandboxProvider
from core import clock, db
from core.clock import MovableClock
from core.ids import new_id
from tests.factories import group_buys as factory
from tests.factories import products
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("audited")


async def at_once(*deeds: Awaitable[object], within: float = 0.02) -> list[object]:
    """What each gave or refused, all begun within so many seconds in no particular order."""

    async def soon(deed: Awaitable[object]) -> object:
        await asyncio.sleep(random.uniform(0, within))
        return await deed

    return await asyncio.gather(*(soon(deed) for deed in deeds), return_exceptions=True)


def tally(outcomes: Sequence[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


async def people(count: int) -> list[UUID]:
    return [await person("团员") for _ in range(count)]


async def pay(order: Order) -> checkout.PayOutcome:
    return await checkout_actions.pay(order.buyer_id, order.id, SandboxProvider(), "a token", new_id().hex)


class TestTheLastSeat:
    async def test_two_hundred_buyers_and_one_gets_it_before_anybody_pays(self) -> None:
        offer = await factory.offer(stock=300, team_size=3)
        leader = await factory.opened(offer)
        await factory.joined(leader.team)
        outcomes = await at_once(*(factory.joining(leader.team, buyer) for buyer in await people(200)))
        assert tally(outcomes) == {"TakenSeat": 1, "TeamFull": 199}
        assert await db.value("SELECT count(*) FROM payments") == 2
        assert await db.value("SELECT count(*) FROM orders") == 3
        [winner] = [one for one in outcomes if isinstance(one, TakenSeat)]
        assert await factory.pay(winner) is None
        assert (await factory.team_now(leader.team.id)).status == "SUCCEEDED"

    async def test_buyers_fill_a_team_by_themselves(self) -> None:
        leader = await factory.opened(await factory.offer(stock=50, team_size=10))

        async def join_and_pay(buyer: UUID) -> checkout.PayOutcome:
            return await pay((await factory.joining(leader.team, buyer)).order)

        outcomes = await at_once(*(join_and_pay(buyer) for buyer in await people(60)))
        assert tally(outcomes)["PayOutcome"] == 9 and set(tally(outcomes)) <= {"PayOutcome", "TeamFull", "TeamClosed"}
        team = await factory.team_now(leader.team.id)
        assert (team.status, team.joined_count, team.sequence) == ("SUCCEEDED", 10, 10)


class TestTheLastUnits:
    async def test_are_held_once_over_all_teams(self) -> None:
        offer = await factory.offer(stock=20, team_size=8, per_user_limit=3)
        first, second = await factory.opened(offer), await factory.opened(offer)
        buyers = await people(40)
        outcomes = await at_once(
            *(factory.joining(random.choice([first, second]).team, buyer, quantity=2) for buyer in buyers),
            *(factory.opening(offer, buyer) for buyer in buyers[:5]),
        )
        assert set(tally(outcomes)) <= {"TakenSeat", "OfferSoldOut", "LimitExceeded"}
        now = await factory.offer_now(offer)
        # Two leaders, four times two units, and one for each of the ten seats that are open.
        assert (now.held, now.available, now.open_seats, now.free) == (10, 10, 10, 0)

    async def test_an_offer_and_plain_orders_share_no_unit(self) -> None:
        owner = await person("店主")
        variant = await products.variant(owner, stock=30)
        outcomes = await at_once(*(factory.offer(owner, variant=variant, stock=8) for _ in range(6)))
        assert tally(outcomes) == {"GroupBuy": 3, "OfferSoldOut": 3}
        assert (await products.now(variant.id)).available == 6


class TestOnePerson:
    async def test_never_gets_past_the_limit(self) -> None:
        offer = await factory.offer(stock=100, team_size=5, per_user_limit=3)
        teams = [(await factory.opened(offer)).team for _ in range(8)]
        buyer = await person("阿珍")
        outcomes = await at_once(
            *(factory.joining(team, buyer) for team in teams), *(factory.opening(offer, buyer) for _ in range(8))
        )
        assert tally(outcomes) == {"TakenSeat": 3, "LimitExceeded": 13}

    async def test_never_gets_two_seats_in_a_team(self) -> None:
        leader = await factory.opened(await factory.offer(stock=100, team_size=20, per_user_limit=20))
        buyer = await person("阿珍")
        outcomes = await at_once(*(factory.joining(leader.team, buyer) for _ in range(20)))
        assert tally(outcomes) == {"TakenSeat": 1, "AlreadyInTeam": 19}


class TestExpiryAgainstTheLastPayment:
    async def test_a_team_succeeds_or_fails_and_everybody_with_it(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=100, team_ttl_seconds=3600, per_user_limit=99)
        leader_id, buyer = await people(2)
        leaders = [await factory.opened(offer, leader_id) for _ in range(25)]
        moving_clock.move(3300)
        taken = [await factory.joining(leader.team, buyer) for leader in leaders]
        for one in taken:
            await factory.captured(one)
        deadline = (await factory.team_now(leaders[5].team.id)).expires_at
        assert deadline is not None
        moving_clock.move((deadline - clock.now()).total_seconds() - 0.05)
        outcomes = await at_once(
            *(actions.settle_payment(one.order.id) for one in taken),
            *(actions.expire_teams() for _ in range(20)),
            within=0.5,
        )
        assert set(tally(outcomes)) <= {"NoneType", "TeamClosed", "int"}
        moving_clock.move(60)
        await actions.expire_teams()
        ends: Counter[tuple[str, ...]] = Counter()
        for leader, last in zip(leaders, taken, strict=True):
            states = [(await factory.seat_now(one)).status for one in (leader, last)]
            ends[(await factory.team_now(leader.team.id)).status, *states] += 1
        assert set(ends) <= {("SUCCEEDED", "CONFIRMED", "CONFIRMED"), ("FAILED", "REFUNDING", "RELEASED")}
        assert await db.value("SELECT count(*) FROM refunds") == 2 * ends["FAILED", "REFUNDING", "RELEASED"]


class TestCancelAgainstPay:
    @pytest.mark.parametrize("cancel_first", [True, False])
    async def test_the_seat_is_paid_or_released_never_both(self, cancel_first: bool) -> None:
        offer = await factory.offer(stock=300, team_size=100, per_user_limit=99)
        leader = await factory.opened(offer)
        taken = [await factory.joining(leader.team, buyer) for buyer in await people(40)]
        deeds: list[Awaitable[object]] = []
        for one in taken:
            both = [checkout_actions.cancel(one.seat.user_id, one.order.id), pay(one.order)]
            deeds += both if cancel_first else reversed(both)
        outcomes = await at_once(*deeds)
        assert set(tally(outcomes)) <= {"Order", "PayOutcome", "SeatExpired"}
        for one in taken:
            state = ((await factory.seat_now(one)).status, (await factory.order_now(one)).status)
            assert state in {("RELEASED", "CANCELLED"), ("REFUNDING", "REFUNDING")}
        team = await factory.team_now(leader.team.id)
        assert (team.joined_count, team.held_count, (await factory.offer_now(offer)).held) == (1, 0, 1)

    async def test_a_leader_leaves_or_the_team_succeeds(self) -> None:
        offer = await factory.offer(stock=300, per_user_limit=99)
        leader_id, buyer = await people(2)
        leaders = [await factory.opened(offer, leader_id) for _ in range(25)]
        taken = [await factory.joining(leader.team, buyer) for leader in leaders]
        for one in taken:
            await factory.captured(one)
        outcomes = await at_once(
            *(actions.leave(leader.order.id) for leader in leaders),
            *(actions.settle_payment(one.order.id) for one in taken),
            within=0.3,
        )
        assert set(tally(outcomes)) <= {"NoneType", "WrongState", "TeamClosed"}
        for leader, last in zip(leaders, taken, strict=True):
            team = await factory.team_now(leader.team.id)
            states = ((await factory.seat_now(leader)).status, (await factory.seat_now(last)).status, team.status)
            assert states in {("CONFIRMED", "CONFIRMED", "SUCCEEDED"), ("REFUNDING", "RELEASED", "FAILED")}

    async def test_everybody_leaves_at_once(self) -> None:
        leader = await factory.opened(await factory.offer(stock=50, team_size=20))
        members = [leader, *[await factory.joined(leader.team, buyer) for buyer in await people(12)]]
        outcomes = await at_once(*(actions.leave(one.order.id) for one in members for _ in range(2)))
        assert tally(outcomes) == {"NoneType": 13, "WrongState": 13}
        team = await factory.team_now(leader.team.id)
        assert (team.status, team.joined_count) == ("FAILED", 0)
        assert await db.value("SELECT count(*) FROM refunds") == 13


class TestReleaseAgainstPayment:
    async def test_the_hold_ends_while_the_payment_is_on_its_way(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(stock=50, team_size=50))
        taken = [await factory.joining(leader.team, buyer) for buyer in await people(20)]
        for one in taken:
            await factory.captured(one)
        moving_clock.move(601)
        outcomes = await at_once(
            *(actions.settle_payment(one.order.id) for one in taken),
            *(actions.release_overdue_seats() for _ in range(4)),
            within=0.3,
        )
        assert set(tally(outcomes)) <= {"NoneType", "SeatExpired", "int"}
        paid = 0
        for one in taken:
            seat, order = await factory.seat_now(one), await factory.order_now(one)
            assert (seat.status, order.status) in {("PAID", "AWAITING_TEAM"), ("RELEASED", "CANCELLED")}
            paid += seat.status == "PAID"
        assert await db.value("SELECT count(*) FROM refunds") == 20 - paid


class TestSteps:
    async def test_no_step_is_missed_or_told_twice(self) -> None:
        offer = await factory.offer(stock=100, team_size=30)
        leader = await factory.opened(offer)

        async def come_and_go(buyer: UUID, leaves: bool) -> None:
            taken = await factory.joined(leader.team, buyer)
            if leaves:
                await actions.leave(taken.order.id)

        await at_once(*(come_and_go(buyer, index % 2 == 0) for index, buyer in enumerate(await people(20))))
        for topic in ("team", "group_buy"):
            rows = await db.rows("SELECT sequence FROM outbox WHERE topic LIKE $1 ORDER BY sequence", f"{topic}:%")
            assert [row["sequence"] for row in rows] == list(range(1, 32))
