"""What may still happen to an order whose team succeeded, and what stands whatever happens to it."""

import pytest

from commerce.checkout import actions as checkout
from commerce.group_buys import actions
from core.errors import WrongState
from tests.factories import group_buys as factory
from tests.factories import products

pytestmark = pytest.mark.usefixtures("audited")


class TestCancelling:
    async def test_refunds_one_and_the_team_stands(self) -> None:
        offer = await factory.offer(stock=4)
        leader = await factory.opened(offer)
        last = await factory.joined(leader.team)
        order = await checkout.cancel(last.seat.user_id, last.order.id)
        assert order.status == "REFUNDING"
        team, now = await factory.team_now(leader.team.id), await factory.offer_now(offer)
        assert (team.status, team.joined_count, now.sold, now.joined_count) == ("SUCCEEDED", 2, 2, 2)
        assert (await factory.order_now(leader)).status == "CONFIRMED"
        variant = await products.now(offer.variant_id)
        assert (variant.stock, variant.held, variant.available) == (3, 2, 1)

    async def test_a_seat_of_a_successful_team_is_not_left(self) -> None:
        leader = await factory.opened(await factory.offer())
        await factory.joined(leader.team)
        for refused in (actions.leave, actions.release_seat):
            with pytest.raises(WrongState):
                await refused(leader.order.id)
        assert (await factory.seat_now(leader)).status == "CONFIRMED"
