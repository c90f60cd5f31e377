"""Seats of different offers share a transaction: as exact as in their own, and what goes wrong with one is its own."""

import asyncio
import random
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest

from commerce.checkout import actions as checkout_actions
from commerce.group_buys import GroupBuy, TakenSeat, actions
from commerce.group_buys.actions import grouping, reading, settling, taking
from core import db
from core.clock import MovableClock
from core.errors import Refusal
from core.shared_commit import SharedCommit
from tests.commerce.group_buys.crowds import outcomes, people, tally
from tests.factories import group_buys as factory
from tests.factories.people import person
from tests.outbox import told
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("audited")


# Whoever waits for a lock in this database.
_KILL = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def offers(count: int, *, team_size: int = 3) -> list[GroupBuy]:
    return [await factory.offer(team_size=team_size) for _ in range(count)]


async def held(each: Sequence[GroupBuy]) -> list[TakenSeat]:
    """A seat in an open team of each offer, captured and not settled."""
    seats = []
    for offer in each:
        leader = await factory.opened(offer)
        seats.append(await factory.joining(leader.team))
        await factory.captured(seats[-1])
    return seats


async def statuses(seats: Sequence[TakenSeat]) -> list[str]:
    return [(await factory.seat_now(seat)).status for seat in seats]


class TestTakingAndPaying:
    async def test_changes_each_offer_by_its_own(self) -> None:
        each = await offers(6)
        leaders = [await factory.opened(offer) for offer in each]
        buyers = await people(12)
        found = await outcomes(
            [factory.joining(leaders[at % 6].team, buyer) for at, buyer in enumerate(buyers)]
            + [factory.opening(each[0], buyer) for buyer in buyers[:1]]
        )
        assert tally(found) == {"TakenSeat": 12, "LimitExceeded": 1}
        assert [(await factory.offer_now(offer)).held for offer in each] == [3] * 6
        seats = [one for one in found if isinstance(one, TakenSeat)]
        assert [(one.team.id, one.seat.user_id) for one in seats] == [
            (leaders[at % 6].team.id, buyer) for at, buyer in enumerate(buyers)
        ]
        for seat in seats:
            await factory.captured(seat)
        assert await outcomes([actions.settle_payment(seat.order.id) for seat in seats]) == [None] * 12
        for offer, leader in zip(each, leaders, strict=True):
            now = await factory.offer_now(offer)
            assert (now.held, now.sold, now.joined_count) == (0, 3, 3)
            assert (await factory.team_now(leader.team.id)).status == "SUCCEEDED"

    async def test_under_one_key_is_only_one_of_them(self) -> None:
        each, buyer = await offers(3), await person("阿珍")
        found = await outcomes([actions.open_team(buyer, offer.id, 1, None, "一个钥匙") for offer in each])
        assert tally(found) == {"TakenSeat": 1, "Conflict": 2}
        assert await db.value("SELECT count(*) FROM orders") == 1

    async def test_too_late_in_one_takes_time_from_no_other(self, moving_clock: MovableClock) -> None:
        short, long = await factory.offer(team_ttl_seconds=600), await factory.offer(team_ttl_seconds=3600)
        seats = await held([short, long])
        moving_clock.move(590)
        seats += [(await held([long]))[0]]
        moving_clock.move(11)
        found = await outcomes([actions.settle_payment(seat.order.id) for seat in seats])
        assert [type(one).__name__ for one in found] == ["TeamClosed", "NoneType", "NoneType"]
        assert await statuses(seats) == ["RELEASED", "CONFIRMED", "CONFIRMED"]
        assert await db.value("SELECT count(*) FROM refunds") == 2


class TestStatements:
    @pytest.mark.parametrize("count", [1, 30])
    async def test_are_as_many_for_many_offers_as_for_one(self, statements: list[str], count: int) -> None:
        """Six to take seats, five to settle them; as many more as of one offer's teams where they succeed."""
        each = await offers(count, team_size=2)
        leaders, buyers = [await factory.opened(offer) for offer in each], await people(count)
        statements.clear()
        found = await outcomes(
            [factory.joining(leader.team, buyer) for leader, buyer in zip(leaders, buyers, strict=True)]
        )
        assert (tally(found), len(statements)) == ({"TakenSeat": count}, 6), statements
        seats = [one for one in found if isinstance(one, TakenSeat)]
        for seat in seats:
            await factory.captured(seat)
        statements.clear()
        assert await outcomes([actions.settle_payment(seat.order.id) for seat in seats]) == [None] * count
        assert len(statements) == 10, statements


class TestALockedOffer:
    async def test_holds_up_nobody_else(self, database_url: str) -> None:
        each = await offers(3)
        leaders, buyers = [await factory.opened(offer) for offer in each], await people(4)
        other = await asyncpg.connect(database_url)
        try:
            async with other.transaction():
                await other.execute("SELECT FROM group_buys WHERE id = $1 FOR NO KEY UPDATE", each[0].id)
                waiting = asyncio.gather(*(factory.joining(leaders[0].team, buyer) for buyer in buyers[:2]))
                found = await outcomes([factory.joining(leaders[at].team, buyers[at]) for at in (1, 2)])
                assert tally(found) == {"TakenSeat": 2} and not waiting.done()
                another = await factory.joining(leaders[1].team, buyers[3])
                assert another.seat.status == "HELD" and not waiting.done()
        finally:
            await other.close()
        assert [one.seat.user_id for one in await waiting] == buyers[:2]

    async def test_that_is_not_there_is_not_found(self) -> None:
        [offer], buyers = await offers(1), await people(2)
        missing = UUID(int=1)
        found = await outcomes(
            [factory.opening(offer, buyers[0]), actions.open_team(buyers[1], missing, 1, None, "一次")]
        )
        assert tally(found) == {"TakenSeat": 1, "NotFound": 1}


class TestABrokenOne:
    async def test_spoils_no_other(self) -> None:
        seats = await held(await offers(5))
        await db.execute("UPDATE orders SET status = 'SHIPPED', pay_by = NULL WHERE id = $1", seats[2].order.id)
        found = await outcomes([actions.settle_payment(seat.order.id) for seat in seats])
        assert tally(found) == {"NoneType": 4, "RuntimeError": 1} and isinstance(found[2], RuntimeError)
        assert await statuses(seats) == ["PAID", "PAID", "HELD", "PAID", "PAID"]
        await db.execute("UPDATE orders SET status = 'PENDING_PAYMENT' WHERE id = $1", seats[2].order.id)
        assert await actions.settle_payment(seats[2].order.id) is None

    async def test_whose_order_is_locked_is_waited_for_alone(self, database_url: str) -> None:
        seats = await held(await offers(3))
        other = await asyncpg.connect(database_url)
        try:
            async with other.transaction():
                await other.execute("SELECT FROM orders WHERE id = $1 FOR UPDATE", seats[0].order.id)
                waiting = asyncio.create_task(actions.settle_payment(seats[0].order.id))
                assert await outcomes([actions.settle_payment(seat.order.id) for seat in seats[1:]]) == [None] * 2
                assert not waiting.done()
        finally:
            await other.close()
        assert await waiting is None
        assert await statuses(seats) == ["PAID"] * 3


class TestACrash:
    async def test_between_the_lock_and_the_commit_leaves_nothing(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The transaction that all share is killed when it has written some of it; sent again, it is all there."""
        monkeypatch.setattr(reading, "_PATIENCE", "60s")
        seats = await held(await offers(4))
        before = await told()
        other = await asyncpg.connect(database_url)
        try:
            async with other.transaction():
                await other.execute("SELECT FROM teams WHERE id = $1 FOR UPDATE", seats[3].team.id)
                settled = asyncio.create_task(outcomes([actions.settle_payment(seat.order.id) for seat in seats]))
                await until(lambda: other.fetchval(_KILL))
                found = await settled
        finally:
            await other.close()
        assert all(isinstance(one, asyncpg.PostgresError | OSError | asyncpg.InterfaceError) for one in found), found
        assert (await statuses(seats), await told()) == (["HELD"] * 4, before)
        assert await outcomes([actions.settle_payment(seat.order.id) for seat in seats]) == [None] * 4
        assert await statuses(seats) == ["PAID"] * 4


class TestSeveralProcesses:
    @pytest.mark.parametrize("seed", range(3))
    async def test_stay_exact_over_several_offers(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Rounds of its own for each request in turn is what other processes are to this one."""
        chance = random.Random(seed)
        groups = [SharedCommit(grouping._decide, grouping._decide_alone, most=8) for _ in range(3)]

        class Processes:
            async def ask(self, *args: object) -> object:
                return await chance.choice(groups).ask(*args)  # type: ignore[arg-type]

        for module in (taking, settling):
            monkeypatch.setattr(module, "ROUNDS", Processes())
        each, buyers = await offers(5), await people(20)
        leaders = [await factory.opened(offer) for offer in each for _ in range(2)]

        async def live(buyer: UUID) -> None:
            await asyncio.sleep(chance.uniform(0, 0.03))
            seat = await factory.joining(chance.choice(leaders).team, buyer)
            if chance.random() < 0.7:
                await factory.captured(seat)
                await actions.settle_payment(seat.order.id)
            if chance.random() < 0.3:
                await checkout_actions.cancel(buyer, seat.order.id)

        found = await outcomes([live(chance.choice(buyers)) for _ in range(120)])
        allowed = {"NoneType", "TeamFull", "TeamClosed", "AlreadyInTeam", "LimitExceeded", "OfferSoldOut"}
        assert set(tally(found)) <= allowed, [one for one in found if not isinstance(one, Refusal | None)]
        rows = await db.rows("SELECT topic, array_agg(sequence ORDER BY id) FROM outbox WHERE topic <> '' GROUP BY 1")
        assert all(sequences == list(range(1, len(sequences) + 1)) for _, sequences in rows)
