"""What buying costs in statements, counted, so that nobody adds one unseen."""

from commerce.checkout import invariants
from commerce.group_buys import actions as group_buy_actions
from commerce.orders import actions as order_actions
from core.clock import MovableClock
from tests.factories import group_buys, orders, products
from tests.factories.people import person


class TestPlace:
    async def test_takes_five(self, statements: list[str]) -> None:
        """The key, what is sold, the order with its lines, the stock, the outbox."""
        buyer_id, variant = await person(), await products.variant()
        statements.clear()
        await orders.placed(buyer_id, variant)
        assert len(statements) == 5, statements

    async def test_takes_one_the_second_time(self, statements: list[str]) -> None:
        buyer_id, variant = await person(), await products.variant()
        await orders.placed(buyer_id, variant, key="一次")
        statements.clear()
        await orders.placed(buyer_id, variant, key="一次")
        assert len(statements) == 1, statements


class TestPay:
    async def test_takes_eleven(self, statements: list[str]) -> None:
        """The order, the attempt, the sandbox; then in one transaction the payment, its posting, the order, its
        posting, the lines, the stock, the outbox; the order as it is now."""
        order = await orders.placed()
        statements.clear()
        await orders.pay(order)
        assert len(statements) == 11, statements
        assert await invariants.violations() == []


class TestBeginRefund:
    async def test_takes_as_many_for_many_orders_as_for_one(self, statements: list[str]) -> None:
        one, *many = [await orders.paid() for _ in range(6)]
        statements.clear()
        await order_actions.begin_refund([one.id], "CANCELLED")
        few = len(statements)
        statements.clear()
        assert await order_actions.begin_refund([order.id for order in many], "CANCELLED") == 5
        assert len(statements) == few == 6


class TestExpireTeams:
    async def test_takes_as_many_for_four_people_as_for_three(
        self, statements: list[str], moving_clock: MovableClock
    ) -> None:
        """What is due, twice; offer, team, its end, seats, orders, their posting; three for the refunds; the offer's
        counters, the stock, the outbox."""
        offer = await group_buys.offer(team_ttl_seconds=600, tiers=[(3, "89.00"), (5, "79.00")])
        for people in (3, 4):
            leader = await group_buys.opened(offer)
            for _ in range(people - 1):
                await group_buys.joined(leader.team)
            moving_clock.move(601)
            statements.clear()
            assert await group_buy_actions.expire_teams() == 1
            assert len(statements) == 14, statements
        assert await invariants.violations() == []

    async def test_takes_one_more_for_all_held_seats(self, statements: list[str], moving_clock: MovableClock) -> None:
        """What is due, twice; offer, team, its end, seats, the offer's counters; three for the refund after its order,
        the unpaid orders, the outbox."""
        offer = await group_buys.offer(stock=20, team_size=9, team_ttl_seconds=600)
        for held in (1, 6):
            leader = await group_buys.opened(offer)
            for _ in range(held):
                await group_buys.joining(leader.team)
            moving_clock.move(601)
            statements.clear()
            assert await group_buy_actions.expire_teams() == 1
            assert len(statements) == 13, statements
        assert await invariants.violations() == []
