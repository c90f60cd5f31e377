"""What taking and paying seats costs in statements, counted: as many for hundreds of requests as for one."""

from uuid import UUID

import pytest

from commerce.checkout import invariants
from commerce.group_buys import actions
from commerce.payments import SandboxProvider
from commerce.payments import actions as payment_actions
from core.ids import new_id
from tests.commerce.group_buys.crowds import held, outcomes, people, tally
from tests.factories import group_buys as factory
from tests.outbox import told


class TestRounds:
    @pytest.mark.parametrize("count", [1, 60, 200])
    async def test_joining_takes_six_for_all(self, statements: list[str], count: int) -> None:
        """The offer's lock, the keys, teams and seats; the orders, the places, the outbox."""
        offer = await factory.offer(stock=1000, team_size=100)
        teams = [(await factory.opened(offer)).team for _ in range(3)]
        buyers = await people(count)
        statements.clear()
        found = await outcomes([factory.joining(teams[at % 3], buyer) for at, buyer in enumerate(buyers)])
        assert tally(found) == {"TakenSeat": count}
        assert len(statements) == 6, statements
        assert (await factory.offer_now(offer)).held == count + 3
        assert len(await told("OrderPlaced")) == count + 3
        assert await invariants.violations() == []

    async def test_opening_too(self, statements: list[str]) -> None:
        offer = await factory.offer(stock=1000)
        buyers = await people(50)
        statements.clear()
        found = await outcomes([factory.opening(offer, buyer) for buyer in buyers])
        assert (tally(found), len(statements)) == ({"TakenSeat": 50}, 6), statements
        assert await invariants.violations() == []

    async def test_what_does_not_fit_into_a_batch_makes_another(self, statements: list[str]) -> None:
        offer = await factory.offer(stock=1000)
        buyers = await people(300)
        statements.clear()
        await outcomes([factory.opening(offer, buyer) for buyer in buyers])
        assert len(statements) == 2 * 6
        assert await invariants.violations() == []

    @pytest.mark.parametrize("count", [1, 40])
    async def test_settling_takes_five_for_all(self, statements: list[str], count: int) -> None:
        """The offer's lock, teams and seats; the orders, the places, the outbox."""
        seats = await held(await factory.offer(stock=1000, team_size=50), 50, count)
        statements.clear()
        assert await outcomes([actions.settle_payment(seat.order.id) for seat in seats]) == [None] * count
        assert len(statements) == 5, statements
        assert await invariants.violations() == []

    @pytest.mark.parametrize("count", [1, 20])
    async def test_teams_that_succeed_take_five_more_for_all(self, statements: list[str], count: int) -> None:
        """The units paid before; the seats, the orders, their posting, the stock."""
        offer = await factory.offer(stock=1000, team_size=2)
        seats = await held(offer, 2, count)
        statements.clear()
        assert await outcomes([actions.settle_payment(seat.order.id) for seat in seats]) == [None] * count
        assert len(statements) == 10, statements
        now = await factory.offer_now(offer)
        assert (now.held, now.sold, now.joined_count) == (0, 2 * count, 2 * count)
        assert await invariants.violations() == []

    @pytest.mark.parametrize("count", [1, 30])
    async def test_captures_are_recorded_along_by_two_more(self, statements: list[str], count: int) -> None:
        """The payments, their posting."""
        offer, provider = await factory.offer(stock=1000), SandboxProvider()
        begun: list[tuple[UUID, UUID]] = []
        for buyer in await people(count):
            order = (await factory.opening(offer, buyer)).order
            payment = await payment_actions.begin(order.id, buyer, provider.name, order.total, new_id().hex, "")
            await payment_actions.capture(provider, payment, "a token")
            begun.append((order.id, payment.id))
        statements.clear()
        assert await outcomes([actions.settle_payment(*one) for one in begun]) == [None] * count
        assert len(statements) == 7, statements
        assert len(await told("PaymentCaptured")) == len(await told("TeamChanged")) == count
        assert await invariants.violations() == []
