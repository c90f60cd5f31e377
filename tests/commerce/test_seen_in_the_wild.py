"""What goes wrong in the open malls whose group-buys were read, one class each: here it does not.

Each fails on the naive implementation, which decision 12 describes. More of each kind is tried in the tests of races,
of crashes and of rules.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from commerce.checkout import actions as checkout
from commerce.group_buys import TakenSeat, actions, errors, queries
from commerce.group_buys.actions import closing
from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.orders import actions as order_actions
from commerce.payments import SandboxProvider
from commerce.payments import actions as payments
from commerce.payments.actions import refunding
from core import clock, db
from core.clock import MovableClock
from core.ids import new_id
from schema import ids
from tests.factories import group_buys as factory
from tests.factories import orders, products
from tests.factories.people import person
from tests.graph import Graph, send
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")

# How often a cancel races a payment: a thousand times where there is time for it.
TIMES = 1000 if os.environ.get("SOAK") else 40


class ProcessDied(BaseException):
    """Nothing catches this."""


async def tally(deeds: Sequence[Awaitable[object]]) -> Counter[str]:
    """What became of deeds that were begun at once."""
    done = await asyncio.gather(*deeds, return_exceptions=True)
    return Counter(type(one).__name__ for one in done)


async def team_of(people: int, *, size: int, stock: int = 100) -> list[TakenSeat]:
    """A team that so many of `size` have paid in, and that has a minute."""
    leader = await factory.opened(await factory.offer(stock=stock, team_size=size, team_ttl_seconds=60))
    return [leader, *[await factory.joined(leader.team) for _ in range(people - 1)]]


async def restart(moving_clock: MovableClock, provider: SandboxProvider) -> None:
    """What timers and relay do in the first minutes after a crash, and after refunds that failed."""
    for _ in range(3):
        moving_clock.move(61)
        await actions.expire_teams()
        await payments.run_due_refunds({provider.name: provider})
        await orders.react(provider)


async def states(members: Sequence[TakenSeat]) -> Counter[tuple[str, str]]:
    """The states of orders, and what their buyers have back."""
    found = [await factory.order_now(one) for one in members]
    return Counter((order.status, order.refunded.amount) for order in found)


class TestTwoPayersBothPassNotFull:
    async def test_one_gets_the_last_seat_and_the_rest_are_refused_before_they_pay(self) -> None:
        members = await team_of(2, size=3)
        buyers = [await person("团员") for _ in range(60)]
        found = await tally([factory.joining(members[0].team, buyer) for buyer in buyers])
        assert found == {"TakenSeat": 1, "TeamFull": 59}
        assert await db.value("SELECT count(*) FROM payments") == 2


class TestFullnessIsCheckedAgainAtPayment:
    async def test_a_held_seat_is_paid_though_nothing_is_left(self) -> None:
        members = await team_of(2, size=3, stock=3)
        last = await factory.joining(members[0].team)
        team, offer = await factory.team_now(last.team.id), await queries.by_ids([last.team.group_buy_id])
        assert offer[0] is not None and (team.open_seat_count, offer[0].available) == (0, 0)
        assert await factory.pay(last) is None
        assert (await factory.team_now(last.team.id)).status == "SUCCEEDED"


class TestOneFailingRefundRollsBackTheExpiry:
    async def test_the_others_are_done_at_once_and_it_is_tried_again(self, moving_clock: MovableClock) -> None:
        members = await team_of(5, size=6)
        provider = SandboxProvider()
        provider.faults.failing_refunds = 2
        moving_clock.move(61)
        assert await actions.expire_teams() == 1
        await orders.react(provider)
        assert await states(members) == {("REFUNDED", "99.00"): 3, ("REFUNDING", "0.00"): 2}
        await restart(moving_clock, provider)
        assert await states(members) == {("REFUNDED", "99.00"): 5}


class TestFailedIsSavedBeforeTheRefunds:
    @pytest.mark.parametrize(
        ("module", "step"),
        [(closing.order_actions, "begin_refund"), (refunding, "_carry_out_all"), (refunding, "_complete")],
    )
    async def test_a_crash_at_any_step_loses_no_refund(
        self, module: object, step: str, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        members, provider = await team_of(3, size=4), SandboxProvider()

        async def die(*args: object, **kwargs: object) -> None:
            raise ProcessDied

        moving_clock.move(61)
        with monkeypatch.context() as patch, pytest.raises(ProcessDied):
            patch.setattr(module, step, die)
            await actions.expire_teams()
            await orders.react(provider)
        await restart(moving_clock, provider)
        assert await states(members) == {("REFUNDED", "99.00"): 3}
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_refunds") == 3 * 9900


class TestAJoinerAfterSuccessIsNeverRefunded:
    async def test_what_is_paid_too_late_comes_back_in_full(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(team_ttl_seconds=3600))
        late = await factory.joining(leader.team)
        moving_clock.move(601)
        await actions.release_overdue_seats()
        assert (await factory.joined(leader.team)).team.status == "SUCCEEDED"
        assert isinstance(await factory.pay(late), errors.TeamClosed)
        await orders.react()
        assert await states([late]) == {("CANCELLED", "99.00"): 1}
        assert (await factory.team_now(leader.team.id)).joined_count == 2


class TestStockIsDecrementedUnseen:
    async def test_the_last_units_are_held_once(self) -> None:
        variant, buyers = await products.variant(stock=3), [await person("买家") for _ in range(20)]
        found = await tally([orders.placed(buyer, variant) for buyer in buyers])
        assert found == {"Order": 3, "OutOfStock": 17}
        assert (await products.now(variant.id)).available == 0


class TestACancelRacesAPayment:
    @pytest.mark.parametrize("cancel_first", [True, False])
    async def test_the_money_comes_back_once(self, cancel_first: bool) -> None:
        variant, provider = await products.variant(stock=TIMES), SandboxProvider()
        for _ in range(TIMES):
            order = await orders.placed(variant=variant)
            cancels = [checkout.cancel(order.buyer_id, order.id) for _ in range(2)]
            deeds = [*cancels, orders.pay(order, provider=provider)]
            await tally(deeds if cancel_first else deeds[::-1])
            await tally([checkout.cancel(order.buyer_id, order.id) for _ in range(2)])
        await orders.react(provider)
        assert (await products.now(variant.id)).available == TIMES
        captured, back = await db.rows(
            "SELECT coalesce(sum(minor), 0)::bigint AS minor FROM payments WHERE status = 'CAPTURED'"
            " UNION ALL SELECT coalesce(sum(minor), 0)::bigint FROM refunds"
        )
        assert captured == back


class TestAClientSetsItsOwnPriceOrPaysAnothersOrder:
    PAY = """mutation ($input: PayOrderInput!) { result: payOrder(input: $input) {
      order { id } userErrors { code } } }"""

    async def test_the_price_is_no_input(self) -> None:
        leader, buyer = await factory.opened(await factory.offer(team_size=3)), await person("阿珍")
        before = await told()
        join = "mutation ($input: JoinTeamInput!) { joinTeam(input: $input) { order { id } } }"
        given = {"teamId": ids.encode("team", leader.team.id), "idempotencyKey": "一次", "price": "0.01"}
        answer = await Graph()(join, as_=buyer, input=given)
        assert answer["data"] is None and "price" in answer["errors"][0]["message"]
        assert await told() == before

    async def test_anothers_order_is_not_found(self) -> None:
        order, stranger = await orders.placed(), await person("路人")
        before = await told()
        given = {"orderId": ids.encode("order", order.id), "idempotencyKey": "一次", "token": "一张卡"}
        result = await send(self.PAY, stranger, **given)
        assert result == {"order": None, "userErrors": [{"code": "NOT_FOUND"}]}
        assert await orders.now(order) == order
        assert await db.value("SELECT count(*) FROM payments") == 0
        assert await told() == before


class TestACountdownFollowsTheClientsClock:
    async def test_the_servers_now_comes_with_it(self, moving_clock: MovableClock) -> None:
        """The clock of whoever looks is an hour behind the server's, which the countdown does not show."""
        moving_clock.move(3600)
        leader = await factory.opened(await factory.offer(team_size=3, team_ttl_seconds=600))
        held = await factory.joining(leader.team)
        document = """query ($ids: [ID!]!) { serverNow nodes(ids: $ids) {
          ... on GroupBuyTeam { until: expiresAt } ... on Seat { until: heldUntil }
          ... on Order { until: payBy serverNow } } }"""
        nodes = [ids.encode("team", held.team.id), ids.encode("seat", held.seat.id), ids.encode("order", held.order.id)]
        answer = await Graph()(document, as_=held.seat.user_id, ids=nodes)
        now = datetime.fromisoformat(answer["data"]["serverNow"])
        left = [datetime.fromisoformat(node["until"]) - now for node in answer["data"]["nodes"]]
        assert all(timedelta(seconds=590) < one <= timedelta(seconds=600) for one in left)
        assert abs(datetime.fromisoformat(answer["data"]["nodes"][2]["serverNow"]) - now) < timedelta(seconds=10)
        assert abs(clock.now() - now) < timedelta(seconds=10)


class TestEightWithdrawalsOfAllThereIs:
    async def test_one_is_made(self) -> None:
        owner = await person("店主")
        order = await orders.paid(variant=await products.variant(owner))
        await order_actions.ship(owner, order.id, "顺丰", "SF1")
        found = await tally(
            [order_actions.refund(owner, order.id, Decimal("128.00"), "全额退款", new_id().hex) for _ in range(8)]
        )
        assert found == {"Order": 1, "MoreThanIsLeft": 7}
        assert await ledger.balances([accounts.shop(order.shop_id)], "CNY") == [0]
