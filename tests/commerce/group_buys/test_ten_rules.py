"""The ten rules of group-buys, each by its number."""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from commerce import payments
from commerce.group_buys import TakenSeat, actions, errors, queries, subscribers
from commerce.orders import subscribers as order_subscribers
from commerce.payments import actions as payment_actions
from commerce.payments.events import RefundCompleted
from core import clock, db
from core.clock import MovableClock
from core.errors import Refusal
from core.ids import new_id
from tests.factories import group_buys as factory
from tests.factories import products
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("audited")


async def refund_all(*, failing: int = 0) -> int:
    """Carries out what refunds are due, with a provider that fails some, and tells of them."""
    provider = payments.SandboxProvider()
    provider.faults.failing_refunds = failing
    done = await payment_actions.run_due_refunds({provider.name: provider})
    for row in await db.rows("SELECT payload::text FROM outbox WHERE name = 'RefundCompleted' AND NOT relayed"):
        event = msgspec.json.decode(row["payload"], type=RefundCompleted)
        await subscribers.on_refund_completed(event)
        await order_subscribers.on_refund_completed(event)
    await db.execute("UPDATE outbox SET relayed = true WHERE name = 'RefundCompleted'")
    return done


async def statuses(*taken: TakenSeat) -> list[tuple[str, str]]:
    now = [await factory.again(one) for one in taken]
    return [(one.seat.status, one.order.status) for one in now]


class TestRule1OpensWhenTheLeaderHasPaid:
    async def test_its_clock_starts_with_the_payment(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(team_ttl_seconds=600)
        taken = await factory.opening(offer)
        assert (taken.team.status, taken.team.expires_at, taken.seat.status) == ("PENDING", None, "HELD")
        moving_clock.move(300)
        await factory.pay(taken)
        team = await factory.team_now(taken.team.id)
        assert team.status == "OPEN" and team.opened_at is not None and team.expires_at is not None
        assert team.expires_at - team.opened_at == timedelta(seconds=600)
        assert timedelta(seconds=599) < team.expires_at - clock.now() <= timedelta(seconds=600)

    async def test_members_inherit_its_deadline(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(team_size=3, team_ttl_seconds=600)
        leader = await factory.opened(offer)
        moving_clock.move(500)
        joined = await factory.joined(leader.team)
        assert joined.team.expires_at == leader.team.expires_at

    async def test_nobody_can_join_before(self) -> None:
        taken = await factory.opening(await factory.offer())
        with pytest.raises(Refusal, match="NOT_FOUND"):
            await factory.joining(taken.team)
        assert await queries.teams_by_ids(None, [taken.team.id]) == [None]
        assert await queries.teams_by_ids(taken.seat.user_id, [taken.team.id]) == [taken.team]


class TestRule2ASeatIsHeldForABoundedTime:
    async def test_ten_minutes(self) -> None:
        leader = await factory.opened(await factory.offer(team_ttl_seconds=3600))
        taken = await factory.joining(leader.team)
        assert taken.seat.held_until is not None and taken.order.pay_by == taken.seat.held_until
        assert timedelta(seconds=595) < taken.seat.held_until - clock.now() <= timedelta(minutes=10)

    async def test_never_past_the_deadline(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(team_ttl_seconds=600))
        moving_clock.move(400)
        taken = await factory.joining(leader.team)
        assert taken.seat.held_until == leader.team.expires_at

    async def test_a_leaders_never_past_the_offers_end(self) -> None:
        offer = await factory.offer(ends_in=60)
        assert (await factory.opening(offer)).seat.held_until == offer.ends_at

    async def test_unpaid_it_comes_back_by_itself_once(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=2)
        leader = await factory.opened(offer)
        taken = await factory.joining(leader.team)
        assert (await factory.offer_now(offer)).available == 0
        assert await actions.release_overdue_seats() == 0
        moving_clock.move(601)
        assert sum(await asyncio.gather(*(actions.release_overdue_seats() for _ in range(5)))) == 1
        assert await statuses(taken, leader) == [("RELEASED", "CANCELLED"), ("PAID", "AWAITING_TEAM")]
        team = await factory.team_now(leader.team.id)
        assert (team.held_count, team.open_seat_count, (await factory.offer_now(offer)).available) == (0, 1, 1)

    async def test_an_unpaid_leaders_team_fails_unseen(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer()
        taken = await factory.opening(offer)
        moving_clock.move(601)
        assert await actions.release_overdue_seats() == 1
        team = await factory.team_now(taken.team.id, taken.seat.user_id)
        assert (team.status, team.opened_at) == ("FAILED", None)
        assert await queries.teams_by_ids(None, [team.id]) == [None]
        assert (await factory.offer_now(offer)).sequence == 0

    async def test_held_and_paid_never_exceed_the_size(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=2))
        await factory.joining(leader.team)
        with pytest.raises(errors.TeamFull):
            await factory.joining(leader.team)

    async def test_held_and_sold_never_exceed_the_stock(self) -> None:
        offer = await factory.offer(stock=4, per_user_limit=3, team_size=3)
        leader = await factory.opened(offer, quantity=2)
        with pytest.raises(errors.OfferSoldOut) as refused:
            await factory.joining(leader.team, quantity=2)
        assert (refused.value.field, refused.value.params) == (("quantity",), {"available": 1})
        await factory.joining(leader.team)
        with pytest.raises(errors.OfferSoldOut):
            await factory.opening(offer)


class TestRule3OneLiveSeatAndALimit:
    async def test_one_live_seat_in_a_team(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=3, per_user_limit=5))
        with pytest.raises(errors.AlreadyInTeam):
            await factory.joining(leader.team, leader.seat.user_id)

    async def test_units_are_limited_over_all_teams(self) -> None:
        offer = await factory.offer(per_user_limit=3)
        buyer = await person("阿珍")
        await factory.opened(offer, buyer, quantity=2)
        other = await factory.opened(offer)
        with pytest.raises(errors.LimitExceeded) as refused:
            await factory.joining(other.team, buyer, quantity=2)
        assert refused.value.params == {"limit": 3}
        await factory.joining(other.team, buyer, quantity=1)

    async def test_failed_teams_are_not_counted(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(team_ttl_seconds=60)
        buyer = await person("阿珍")
        await factory.opened(offer, buyer)
        with pytest.raises(errors.LimitExceeded):
            await factory.opening(offer, buyer)
        moving_clock.move(61)
        await actions.expire_teams()
        await factory.opened(offer, buyer)


class TestRule4TheLastPaymentConfirmsAllTogether:
    async def test_seats_and_orders_are_confirmed_and_units_sold(self) -> None:
        offer = await factory.offer(stock=5, team_size=3, per_user_limit=2)
        leader = await factory.opened(offer, quantity=2)
        second = await factory.joined(leader.team)
        assert await statuses(leader, second) == [("PAID", "AWAITING_TEAM")] * 2
        last = await factory.joined(leader.team)
        assert (last.team.status, last.team.joined_count, last.team.remaining_count) == ("SUCCEEDED", 3, 0)
        assert await statuses(leader, second, last) == [("CONFIRMED", "CONFIRMED")] * 3
        now, variant = await factory.offer_now(offer), await products.now(offer.variant_id)
        assert (now.held, now.sold, now.joined_count, variant.stock, variant.held) == (0, 4, 3, 1, 1)

    async def test_not_at_all_when_one_cannot_be(self) -> None:
        leader = await factory.opened(await factory.offer())
        last = await factory.joining(leader.team)
        await factory.captured(last)
        await db.execute("UPDATE orders SET status = 'SHIPPED' WHERE id = $1", leader.order.id)
        with pytest.raises(RuntimeError, match="1 paid orders"):
            await actions.settle_payment(last.order.id)
        assert (await factory.again(last)).seat.status == "HELD"
        assert (await factory.again(leader)).seat.status == "PAID"
        await db.execute("UPDATE orders SET status = 'AWAITING_TEAM' WHERE id = $1", leader.order.id)
        assert await actions.settle_payment(last.order.id) is None


class TestRule5AnUnfilledTeamFailsAtItsDeadline:
    async def _failed(self, moving_clock: MovableClock, size: int = 6) -> list[TakenSeat]:
        offer = await factory.offer(team_size=size, team_ttl_seconds=60)
        leader = await factory.opened(offer)
        members = [leader, *[await factory.joined(leader.team) for _ in range(size - 2)]]
        moving_clock.move(61)
        assert sum(await asyncio.gather(*(actions.expire_teams() for _ in range(5)))) == 1
        return members

    async def test_every_paid_seat_is_refunded(self, moving_clock: MovableClock) -> None:
        members = await self._failed(moving_clock)
        assert (await factory.team_now(members[0].team.id)).status == "FAILED"
        assert await statuses(*members) == [("REFUNDING", "REFUNDING")] * 5
        assert await refund_all() == 5
        assert await statuses(*members) == [("REFUNDED", "REFUNDED")] * 5
        assert [(await factory.again(one)).order.refunded.amount for one in members] == ["99.00"] * 5

    async def test_units_and_people_go_back_to_the_offer(self, moving_clock: MovableClock) -> None:
        members = await self._failed(moving_clock)
        [offer] = await queries.by_ids([members[0].team.group_buy_id])
        assert offer is not None and (offer.held, offer.sold, offer.joined_count, offer.available) == (0, 0, 0, 10)

    async def test_refunds_that_fail_hold_up_no_other_and_are_tried_again(self, moving_clock: MovableClock) -> None:
        members = await self._failed(moving_clock)
        assert await refund_all(failing=2) == 3
        assert sorted(await statuses(*members)) == [("REFUNDED", "REFUNDED")] * 3 + [("REFUNDING", "REFUNDING")] * 2
        moving_clock.move(60)
        assert await refund_all() == 2
        assert await statuses(*members) == [("REFUNDED", "REFUNDED")] * 5

    async def test_a_held_seat_is_released_with_it(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(team_size=3, team_ttl_seconds=60))
        held = await factory.joining(leader.team)
        moving_clock.move(61)
        await actions.expire_teams()
        assert await statuses(held) == [("RELEASED", "CANCELLED")]
        assert await actions.release_overdue_seats() == 0

    async def test_one_that_cannot_fail_holds_up_no_other(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(team_ttl_seconds=60)
        first, second = await factory.opened(offer), await factory.opened(offer)
        moving_clock.move(61)
        # What must not be: a counter that would fall below zero when the first team fails.
        await db.execute("UPDATE seats SET quantity = 50 WHERE id = $1", first.seat.id)
        assert await actions.expire_teams() == 1
        assert (await factory.team_now(second.team.id)).status == "FAILED"
        await db.execute("UPDATE seats SET quantity = 1 WHERE id = $1", first.seat.id)
        assert await actions.expire_teams() == 1


class TestRule6ALatePaymentIsRefundedAtOnce:
    async def _late(self, taken: TakenSeat, refusal: type[Refusal]) -> None:
        before = await factory.team_now(taken.team.id, taken.seat.user_id)
        told = await factory.pay(taken)
        assert isinstance(told, refusal)
        assert await statuses(taken) == [("RELEASED", "CANCELLED")]
        assert await refund_all() >= 1
        order = await factory.order_now(taken)
        assert (order.status, order.refunded) == ("CANCELLED", order.total)
        after = await factory.team_now(taken.team.id, taken.seat.user_id)
        assert after.joined_count == before.joined_count

    async def test_after_its_seat_was_released(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(team_ttl_seconds=3600))
        taken = await factory.joining(leader.team)
        moving_clock.move(601)
        await actions.release_overdue_seats()
        await self._late(taken, errors.SeatExpired)

    async def test_after_the_team_failed(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(team_ttl_seconds=60))
        taken = await factory.joining(leader.team)
        moving_clock.move(61)
        await actions.expire_teams()
        await self._late(taken, errors.TeamClosed)

    async def test_after_the_deadline_when_no_timer_came_yet(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(team_ttl_seconds=60))
        taken = await factory.joining(leader.team)
        moving_clock.move(61)
        await self._late(taken, errors.TeamClosed)
        assert (await factory.team_now(leader.team.id)).status == "FAILED"
        assert await actions.expire_teams() == 0

    async def test_a_leaders_after_the_offers_end(self, moving_clock: MovableClock) -> None:
        taken = await factory.opening(await factory.offer(ends_in=60))
        moving_clock.move(61)
        await self._late(taken, errors.SeatExpired)

    async def test_is_refunded_once_however_often_it_is_told(self, moving_clock: MovableClock) -> None:
        leader = await factory.opened(await factory.offer(team_ttl_seconds=3600))
        taken = await factory.joining(leader.team)
        await actions.release_seat(taken.order.id)
        await factory.captured(taken)
        told = await asyncio.gather(*(actions.settle_payment(taken.order.id) for _ in range(10)))
        assert {type(refusal) for refusal in told} == {errors.SeatExpired}
        assert await db.value("SELECT count(*) FROM refunds") == 1


class TestRule7ALeaderMayLeave:
    async def test_the_earliest_paid_member_becomes_leader(self) -> None:
        offer = await factory.offer(team_size=4)
        leader = await factory.opened(offer)
        second, third = await factory.joined(leader.team), await factory.joined(leader.team)
        await actions.leave(leader.order.id)
        team = await factory.team_now(leader.team.id)
        assert (team.leader_id, team.joined_count, team.status) == (second.seat.user_id, 2, "OPEN")
        [members] = await queries.members([team])
        assert [(one.user_id, one.is_leader) for one in members] == [
            (second.seat.user_id, True),
            (third.seat.user_id, False),
        ]
        assert await statuses(leader) == [("REFUNDING", "REFUNDING")]
        assert (await factory.offer_now(offer)).held == 2

    async def test_a_member_leaves_and_the_leader_stays(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=3))
        member = await factory.joined(leader.team)
        await actions.leave(member.order.id)
        team = await factory.team_now(leader.team.id)
        assert (team.leader_id, team.joined_count, team.open_seat_count) == (leader.seat.user_id, 1, 2)
        await factory.joined(leader.team, member.seat.user_id)

    async def test_the_last_to_leave_fails_the_team(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=3))
        held = await factory.joining(leader.team)
        await actions.leave(leader.order.id)
        team = await factory.team_now(leader.team.id)
        assert (team.status, team.joined_count, team.leader_id) == ("FAILED", 0, leader.seat.user_id)
        assert await statuses(leader, held) == [("REFUNDING", "REFUNDING"), ("RELEASED", "CANCELLED")]

    async def test_nobody_leaves_a_team_that_is_over(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(team_ttl_seconds=60)
        leader = await factory.opened(offer)
        await factory.joined(leader.team)
        with pytest.raises(Refusal, match="WRONG_STATE"):
            await actions.leave(leader.order.id)
        late = await factory.opened(offer)
        moving_clock.move(61)
        with pytest.raises(errors.TeamClosed):
            await actions.leave(late.order.id)


class TestRule8AnOfferThatEndsStopsNewTeams:
    async def test_open_teams_live_to_their_own_deadline(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=4, ends_in=60, team_ttl_seconds=3600)
        leader = await factory.opened(offer)
        moving_clock.move(61)
        assert await actions.end_offers() == 1
        with pytest.raises(errors.Ended):
            await factory.opening(offer)
        assert (await factory.offer_now(offer)).status == "ENDED"
        last = await factory.joined(leader.team)
        assert last.team.status == "SUCCEEDED"

    async def test_what_was_not_sold_goes_back_when_the_last_team_is_closed(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=4, ends_in=60, team_ttl_seconds=3600)
        leader = await factory.opened(offer)
        moving_clock.move(61)
        assert [await actions.end_offers(), await actions.end_offers()] == [1, 0]
        assert (await products.now(offer.variant_id)).available == 0
        await factory.joined(leader.team)
        assert sum(await asyncio.gather(*(actions.end_offers() for _ in range(5)))) == 1
        variant, now = await products.now(offer.variant_id), await factory.offer_now(offer)
        assert (variant.stock, variant.held, now.closed, now.available) == (2, 0, True, 0)

    async def test_a_team_that_was_not_paid_by_then_never_opens(self, moving_clock: MovableClock) -> None:
        taken = await factory.opening(await factory.offer(ends_in=60))
        moving_clock.move(60)
        assert await actions.release_overdue_seats() == 1
        assert await statuses(taken) == [("RELEASED", "CANCELLED")]


class TestRule9WhateverIsSentTwiceHasEffectOnce:
    async def test_the_same_request_fifty_times(self) -> None:
        leader = await factory.opened(await factory.offer(stock=100, team_size=10))
        buyer, key = await person("阿珍"), new_id().hex
        taken = await asyncio.gather(
            *(actions.join_team(buyer, leader.team.id, 1, None, key) for _ in range(50)),
        )
        assert len({one.seat.id for one in taken}) == len({one.order.id for one in taken}) == 1
        assert (await factory.team_now(leader.team.id)).held_count == 1

    async def test_the_same_opening_fifty_times(self) -> None:
        offer = await factory.offer(stock=100, per_user_limit=99)
        buyer, key = await person("阿珍"), new_id().hex
        taken = await asyncio.gather(*(actions.open_team(buyer, offer.id, 1, None, key) for _ in range(50)))
        assert len({one.team.id for one in taken}) == 1
        assert (await factory.offer_now(offer)).held == await db.value("SELECT count(*) FROM teams") == 1

    async def test_the_same_payment_fifty_times(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=3))
        taken = await factory.joining(leader.team)
        await factory.captured(taken)
        told = await asyncio.gather(*(actions.settle_payment(taken.order.id) for _ in range(50)))
        assert told == [None] * 50
        team = await factory.team_now(leader.team.id)
        assert (team.joined_count, team.sequence) == (2, 2)

    async def test_the_same_key_with_another_request_is_a_conflict(self) -> None:
        offer = await factory.offer(per_user_limit=5)
        buyer, key = await person("阿珍"), new_id().hex
        await actions.open_team(buyer, offer.id, 1, None, key)
        with pytest.raises(Refusal, match="CONFLICT"):
            await actions.open_team(buyer, offer.id, 2, None, key)

    async def test_it_is_answered_even_when_the_offer_is_over(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(ends_in=60)
        buyer, key = await person("阿珍"), new_id().hex
        first = await actions.open_team(buyer, offer.id, 1, None, key)
        moving_clock.move(100)
        assert (await actions.open_team(buyer, offer.id, 1, None, key)).seat.id == first.seat.id


class TestRule10NobodyIsShownAMemberWhoDoesNotExist:
    async def test_members_are_those_who_paid_as_of_the_teams_sequence(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=4))
        second = await factory.joined(leader.team)
        held = await factory.joining(leader.team)
        await actions.leave(leader.order.id)
        now = await factory.team_now(leader.team.id)
        shown = [[one.user_id for one in members] for members in await queries.members([leader.team, second.team, now])]
        ids: list[UUID] = [leader.seat.user_id, second.seat.user_id]
        assert shown == [ids[:1], ids, ids[1:]]
        assert held.seat.user_id not in shown[2]

    async def test_places_that_the_shop_fills_are_told_apart(self) -> None:
        owner = await person("店主")
        leader = await factory.opened(await factory.offer(owner, team_size=4))
        second = await factory.joined(leader.team)
        filled = await actions.fill_team(owner, leader.team.id)
        assert (filled.status, filled.joined_count, filled.merchant_filled_count) == ("SUCCEEDED", 2, 2)
        [shown] = await queries.members([filled])
        assert [one.user_id for one in shown] == [leader.seat.user_id, second.seat.user_id]
