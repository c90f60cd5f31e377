"""Nobody pays for what cannot come about: a seat of a team that lacks units, a sum that nothing can hold."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.group_buys import GroupBuy, TakenSeat
from commerce.group_buys.errors import OfferSoldOut
from commerce.group_buys.rounds import Known, Round, Settled, Settling, Taking
from commerce.ledger import Entry
from commerce.ledger import actions as ledger
from commerce.ledger import queries as ledger_queries
from commerce.orders import NewLine
from commerce.orders import actions as order_actions
from core import clock, db
from core.errors import Invalid
from core.ids import new_id
from core.money import MAX_MINOR, Money
from tests.factories import group_buys


def an_offer(now: datetime, *, team_size: int, stock: int) -> GroupBuy:
    """One that runs, of which nothing was bought."""
    return GroupBuy(
        id=new_id(),
        shop_id=new_id(),
        product_id=new_id(),
        variant_id=new_id(),
        title="面霜",
        price_minor=9900,
        currency="CNY",
        team_size=team_size,
        team_ttl_seconds=60,
        starts_at=now,
        ends_at=now + timedelta(days=1),
        stock=stock,
        held=0,
        sold=0,
        per_user_limit=9,
        joined_count=0,
        phase="RUNNING",
        sequence=0,
    )


class TestSeatsWithoutUnits:
    @given(size=st.integers(2, 4), stock=st.integers(2, 12), wishes=st.lists(st.integers(1, 3), min_size=1, max_size=8))
    def test_whoever_may_open_or_join_leaves_a_unit_for_every_seat(
        self, size: int, stock: int, wishes: list[int]
    ) -> None:
        """Decided as rounds do, without a database: after every seat that is given, all open ones can be taken."""
        now = clock.now()
        offer = an_offer(now, team_size=size, stock=max(stock, size))
        this = Round(Known(offer, {}, {}, {}, {}), now)
        for units in wishes:
            team_ids = [None, *(team.id for team in this.teams.values())]
            for team_id in team_ids:
                before = this.group_buy
                closed = team_id is not None and this.teams[team_id].untaken == 0
                answer = this.decide(Taking(new_id(), team_id, units, None, new_id().hex, ""))
                left = before.free + 1 if team_id else before.free - (size - 1)
                if not closed:
                    assert isinstance(answer, TakenSeat if units <= left else OfferSoldOut)
                if isinstance(answer, TakenSeat):
                    assert this.decide(Settling(answer.order.id)) == Settled()
                untaken = sum(team.untaken for team in this.teams.values())
                assert this.group_buy.open_seats == untaken <= this.group_buy.available

    @pytest.mark.usefixtures("audited")
    async def test_no_leader_pays_for_a_team_that_nobody_can_join(self) -> None:
        offer = await group_buys.offer(stock=3)
        first = await group_buys.opened(offer)
        with pytest.raises(OfferSoldOut) as refused:
            await group_buys.opening(offer)
        assert refused.value.params == {"available": 0}
        assert await db.value("SELECT count(*) FROM teams") == 1
        await group_buys.joined(first.team)
        assert (await group_buys.team_now(first.team.id)).status == "SUCCEEDED"


class TestTotalsBeyondEveryCeiling:
    @given(price=st.integers(1, MAX_MINOR), quantity=st.integers(1, 999), kind=st.sampled_from(["TEAM", "PLAIN"]))
    def test_a_total_is_at_most_what_one_price_may_be(self, price: int, quantity: int, kind: str) -> None:
        now = clock.now()
        lines = [NewLine(new_id(), "面霜", quantity, price)]
        place = partial(order_actions.draft, new_id(), new_id(), kind, lines, "CNY", now, None, "k", "", now=now)
        if price * quantity <= MAX_MINOR:
            assert place().order.total_minor == price * quantity
            return
        with pytest.raises(Invalid) as refused:
            place()
        assert refused.value.field == ("quantity" if kind == "TEAM" else "lines",)

    @pytest.mark.usefixtures("database")
    async def test_balances_have_no_ceiling(self) -> None:
        much, account, other = 2**62, "shop:rich", "provider:rich"
        for _ in range(4):
            await ledger.post("gift", new_id(), [Entry(account, much, "CNY"), Entry(other, -much, "CNY")])
        assert await ledger_queries.balances([account], "CNY") == [2**64]
        assert await ledger_queries.all_balances([account]) == [[Money(2**64, "CNY")]]
