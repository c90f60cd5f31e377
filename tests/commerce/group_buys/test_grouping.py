"""Requests about one offer are decided together: as exact as one by one, and as cheap as one, however many they are."""

import asyncio
import random
from uuid import UUID

import msgspec
import pytest

from commerce.checkout import actions as checkout_actions
from commerce.group_buys import TakenSeat, actions
from commerce.group_buys.actions import grouping, taking
from core import db
from core.clock import MovableClock
from core.errors import Refusal
from core.ids import new_id
from core.shared_commit import SharedCommit
from tests.commerce.group_buys.crowds import held, outcomes, people, tally
from tests.factories import group_buys as factory
from tests.factories.orders import HOME
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


class TestTheLast:
    async def test_seat_of_a_team(self) -> None:
        leader = await factory.opened(await factory.offer(stock=300))
        found = await outcomes([factory.joining(leader.team, buyer) for buyer in await people(200)])
        assert tally(found) == {"TakenSeat": 1, "TeamFull": 199}
        assert isinstance(found[0], TakenSeat), "who came first has it"
        assert await db.value("SELECT count(*) FROM orders") == len(await told("OrderPlaced")) == 2

    async def test_units_of_an_offer(self) -> None:
        offer = await factory.offer(stock=7, per_user_limit=3)
        found = await outcomes([factory.opening(offer, buyer, quantity=2) for buyer in await people(200)])
        assert tally(found) == {"TakenSeat": 2, "OfferSoldOut": 198}
        # Of the three that are left two wait for the open seats of two teams.
        assert all(refused.params == {"available": 0} for refused in found if isinstance(refused, Refusal))
        assert (await factory.offer_now(offer)).available == 3

    async def test_over_several_batches_and_processes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A group of its own for each request in turn is what other processes are to this one."""
        groups = [SharedCommit(grouping._decide, grouping._decide_alone, most=5) for _ in range(4)]

        class Processes:
            async def ask(self, *args: object) -> object:
                return await random.choice(groups).ask(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(taking, "ROUNDS", Processes())
        leader = await factory.opened(await factory.offer(stock=300))
        found = await outcomes([factory.joining(leader.team, buyer) for buyer in await people(200)])
        assert tally(found) == {"TakenSeat": 1, "TeamFull": 199}


class TestSentTwice:
    async def test_in_one_batch_it_has_effect_once(self) -> None:
        leader = await factory.opened(await factory.offer(stock=100, team_size=60))
        buyer, key = await person("阿珍"), "同一个请求"
        found = await outcomes([actions.join_team(buyer, leader.team.id, 1, None, key) for _ in range(50)])
        assert isinstance(found[0], TakenSeat) and found == [found[0]] * 50
        assert await db.value("SELECT count(*) FROM seats") == 2
        assert await actions.join_team(buyer, leader.team.id, 1, None, key) == found[0]

    async def test_with_another_request_it_is_a_conflict(self) -> None:
        offer = await factory.offer(stock=100, per_user_limit=9)
        buyer, key = await person("阿珍"), "同一个钥匙"
        found = await outcomes([actions.open_team(buyer, offer.id, units, None, key) for units in (1, 2, 1)])
        assert tally(found) == {"TakenSeat": 2, "Conflict": 1} and found[0] == found[2]

    async def test_a_key_of_another_use_is_a_conflict(self) -> None:
        offer, other = await factory.offer(), await factory.offer()
        buyer, key = await person("阿珍"), "同一个钥匙"
        await actions.open_team(buyer, other.id, 1, None, key)
        leader = await factory.opened(offer)
        for refused in await outcomes(
            [
                actions.open_team(buyer, offer.id, 1, None, key),
                actions.open_team(buyer, new_id(), 1, None, key),
                actions.join_team(buyer, leader.team.id, 1, None, key),
                actions.join_team(buyer, new_id(), 1, None, key),
            ]
        ):
            assert isinstance(refused, Refusal) and (refused.code, refused.field) == ("CONFLICT", ("idempotency_key",))

    async def test_by_two_processes_it_has_effect_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        offer = await factory.offer(stock=100, per_user_limit=9)
        buyer, groups = (
            await person("阿珍"),
            [SharedCommit(grouping._decide, grouping._decide_alone, most=1) for _ in range(8)],
        )

        async def by(group: SharedCommit[UUID, object, object]) -> object:
            monkeypatch.setattr(taking, "ROUNDS", group)
            return await actions.open_team(buyer, offer.id, 1, None, "一次")

        found = await outcomes([by(group) for group in groups])  # type: ignore[arg-type]
        assert len({one.seat.id for one in found if isinstance(one, TakenSeat)}) == 1
        assert await db.value("SELECT count(*) FROM seats") == 1


class TestABrokenOne:
    async def test_spoils_no_other(self) -> None:
        seats = await held(await factory.offer(stock=100, team_size=50), 50, 9)
        await db.execute("UPDATE orders SET status = 'SHIPPED', pay_by = NULL WHERE id = $1", seats[4].order.id)
        found = await outcomes([actions.settle_payment(seat.order.id) for seat in seats])
        assert tally(found) == {"NoneType": 8, "RuntimeError": 1} and isinstance(found[4], RuntimeError)
        assert [(await factory.seat_now(seat)).status for seat in seats] == ["PAID"] * 4 + ["HELD"] + ["PAID"] * 4
        await db.execute("UPDATE orders SET status = 'PENDING_PAYMENT' WHERE id = $1", seats[4].order.id)
        assert await actions.settle_payment(seats[4].order.id) is None

    async def test_address_is_refused_alone_and_changes_nothing(self) -> None:
        offer, (first, second) = await factory.offer(), await people(2)
        bad = msgspec.structs.replace(HOME, phone="一")
        found = await outcomes(
            [
                actions.open_team(first, offer.id, 1, bad, "一"),
                actions.open_team(second, offer.id, 1, None, "二"),
            ]
        )
        assert tally(found) == {"Invalid": 1, "TakenSeat": 1}
        assert ((await factory.offer_now(offer)).held, len(await told("OrderPlaced"))) == (1, 1)


class TestLatePayments:
    async def test_in_one_batch_with_timely_ones(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=100, team_size=4, team_ttl_seconds=600)
        late = await held(offer, 4, 3)
        moving_clock.move(590)
        timely = await held(offer, 4, 3)
        moving_clock.move(11)
        found = await outcomes(
            [actions.settle_payment(one.order.id) for pair in zip(late, timely, strict=True) for one in pair]
        )
        assert [type(one).__name__ for one in found] == ["TeamClosed", "NoneType"] * 3
        assert (await factory.team_now(late[0].team.id)).status == "FAILED"
        assert (await factory.team_now(timely[0].team.id)).status == "SUCCEEDED"
        assert await db.value("SELECT count(*) FROM refunds") == 4


class TestEverythingAtOnce:
    @pytest.mark.parametrize("seed", range(4))
    async def test_stays_exact(self, seed: int, moving_clock: MovableClock) -> None:
        chance = random.Random(seed)
        offer = await factory.offer(stock=60, team_size=3, per_user_limit=3)
        buyers = await people(25)
        taken: list[TakenSeat] = [await factory.opened(offer, buyer) for buyer in buyers[:4]]

        async def live(buyer: UUID) -> None:
            await asyncio.sleep(chance.uniform(0, 0.05))
            team = chance.choice(taken).team
            if chance.random() < 0.3:
                seat = await factory.opening(offer, buyer)
            else:
                seat = await factory.joining(team, buyer, quantity=chance.choice((1, 1, 2)))
            taken.append(seat)
            if chance.random() < 0.75:
                await factory.captured(seat)
                await asyncio.gather(*(actions.settle_payment(seat.order.id) for _ in range(2)))
            if chance.random() < 0.3:
                await checkout_actions.cancel(buyer, seat.order.id)

        found = await outcomes([live(chance.choice(buyers)) for _ in range(120)])
        allowed = {"NoneType", "TeamFull", "TeamClosed", "AlreadyInTeam", "LimitExceeded", "OfferSoldOut", "NotFound"}
        assert set(tally(found)) <= allowed, tally(found)
        moving_clock.move(601)
        await actions.release_overdue_seats()
        rows = await db.rows("SELECT topic, array_agg(sequence ORDER BY id) FROM outbox WHERE topic <> '' GROUP BY 1")
        assert all(sequences == list(range(1, len(sequences) + 1)) for _, sequences in rows)
