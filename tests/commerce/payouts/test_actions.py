"""Payouts: a shop takes out what it has earned, and however often and at once it asks, never more."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest

from commerce.checkout import actions as checkout
from commerce.checkout import invariants
from commerce.ledger import accounts
from commerce.ledger import queries as ledger
from commerce.orders import Order
from commerce.payouts import Payout, actions, queries, rules
from commerce.payouts.errors import BalanceTooLow
from commerce.shops import queries as shop_queries
from core import db
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from core.money import Money
from core.pagination import PageRequest
from tests.factories import orders, products
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


async def earned(price: str = "100.00") -> tuple[UUID, UUID, Order]:
    """A shop's owner, the shop, and the order by which it has earned its whole balance."""
    owner_id = await person("店主")
    order = await orders.paid(variant=await products.variant(owner_id, price=price))
    return owner_id, order.shop_id, order


async def request(owner_id: UUID, amount: str, *, key: str | None = None, commission: int = 0) -> Payout:
    return await actions.request(owner_id, Decimal(amount), "CNY", key or new_id().hex, commission)


async def balances(shop_id: UUID) -> Sequence[int]:
    """The shop's, what is on its way to its bank, the platform's, and what has left."""
    wanted = [accounts.shop(shop_id), accounts.payouts_due(shop_id), accounts.PLATFORM, accounts.PAID_OUT]
    return await ledger.balances(wanted, "CNY")


class TestRequest:
    async def test_eight_withdrawals_of_100_from_a_balance_of_100(self) -> None:
        owner_id, shop_id, _ = await earned("100.00")
        # Eight connections are open: none of the eight waits for one while another is done already.
        await asyncio.gather(*(db.value("SELECT pg_sleep(0.1)::text") for _ in range(8)))
        answers = await asyncio.gather(*(request(owner_id, "100.00") for _ in range(8)), return_exceptions=True)
        refusals = [answer for answer in answers if not isinstance(answer, Payout)]
        assert [type(refusal) for refusal in refusals] == [BalanceTooLow] * 7
        assert await balances(shop_id) == [0, 10_000, 0, 0]
        assert await db.value("SELECT count(*) FROM payouts") == 1
        assert await told("PayoutRequested") == ["PayoutRequested"]

    async def test_many_parts_at_once_take_no_more_than_there_is(self) -> None:
        owner_id, shop_id, _ = await earned("100.00")
        answers = await asyncio.gather(*(request(owner_id, "30.00") for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(answer, Payout) for answer in answers) == 3
        assert await balances(shop_id) == [1_000, 9_000, 0, 0]

    async def test_the_same_request_many_times_at_once_is_one(self) -> None:
        owner_id, shop_id, _ = await earned("100.00")
        payouts = await asyncio.gather(*(request(owner_id, "40.00", key="一次") for _ in range(8)))
        assert len({payout.id for payout in payouts}) == 1
        assert await balances(shop_id) == [6_000, 4_000, 0, 0]
        with pytest.raises(Conflict):
            await request(owner_id, "41.00", key="一次")

    async def test_the_platform_takes_its_share_of_what_is_paid_out(self) -> None:
        owner_id, shop_id, _ = await earned("99.99")
        payout = await request(owner_id, "99.99", commission=250)
        assert (payout.amount, payout.commission, payout.net) == (
            Money(9_999, "CNY"),
            Money(249, "CNY"),
            Money(9_750, "CNY"),
        )
        assert await balances(shop_id) == [0, 9_750, 249, 0]

    async def test_beyond_the_balance_it_says_what_can_be_had_and_changes_nothing(self) -> None:
        owner_id, shop_id, _ = await earned("100.00")
        before = await told()
        with pytest.raises(BalanceTooLow) as refusal:
            await request(owner_id, "100.01")
        assert refusal.value.message("zh") == "余额不足，目前最多可提现 100.00 CNY"
        assert refusal.value.message("en") == "The balance is too low: at most 100.00 CNY can be paid out"
        assert await balances(shop_id) == [10_000, 0, 0, 0]
        assert await told() == before
        assert await db.value("SELECT count(*) FROM payouts") == 0

    async def test_each_currency_has_a_balance_of_its_own(self) -> None:
        owner_id, _, _ = await earned("100.00")
        with pytest.raises(BalanceTooLow):
            await actions.request(owner_id, Decimal("1.00"), "HKD", "一次", 0)

    @pytest.mark.parametrize(
        ("amount", "currency", "key"),
        [("0", "CNY", "k"), ("-1", "CNY", "k"), ("0.001", "CNY", "k"), ("1", "BTC", "k"), ("1", "CNY", "")],
    )
    async def test_refuses_what_is_malformed(self, amount: str, currency: str, key: str) -> None:
        owner_id, shop_id, _ = await earned()
        with pytest.raises(Invalid):
            await actions.request(owner_id, Decimal(amount), currency, key, 0)
        assert await balances(shop_id) == [10_000, 0, 0, 0]

    async def test_refuses_who_has_no_shop(self) -> None:
        with pytest.raises(Forbidden):
            await request(await person(), "1.00")
        assert await db.value("SELECT count(*) FROM payouts") == 0

    async def test_what_is_given_back_to_a_buyer_can_no_more_be_paid_out(self) -> None:
        owner_id, shop_id, order = await earned("100.00")
        await checkout.cancel(order.buyer_id, order.id)
        with pytest.raises(BalanceTooLow):
            await request(owner_id, "0.01")
        assert await balances(shop_id) == [0, 0, 0, 0]
        await orders.react()

    async def test_a_shop_that_gave_back_what_it_was_paid_out_owes_it(self) -> None:
        owner_id, shop_id, order = await earned("100.00")
        await request(owner_id, "100.00")
        await checkout.cancel(order.buyer_id, order.id)
        assert await queries.balances([shop_id]) == [[Money(-10_000, "CNY")]]
        with pytest.raises(BalanceTooLow) as refusal:
            await request(owner_id, "0.01")
        assert refusal.value.params["available"] == "0.00"
        await orders.react()


class TestMarkPaid:
    async def test_moves_the_money_out_once(self) -> None:
        owner_id, shop_id, _ = await earned("100.00")
        payout = await request(owner_id, "60.00", commission=100)
        assert [one.id for one in await queries.requested()] == [payout.id]
        paid = await asyncio.gather(*(actions.mark_paid(payout.id) for _ in range(5)))
        assert {one.status for one in paid} == {"PAID"}
        assert await balances(shop_id) == [4_000, 0, 60, 5_940]
        assert await queries.requested() == []
        assert await told("PayoutPaid") == ["PayoutPaid"]

    async def test_knows_no_other(self) -> None:
        with pytest.raises(NotFound):
            await actions.mark_paid(new_id())
        assert await told("PayoutPaid") == []


class TestQueries:
    async def test_only_the_shops_owner_sees_its_payouts(self) -> None:
        owner_id, shop_id, _ = await earned("100.00")
        made = [await request(owner_id, "10.00") for _ in range(3)]
        other_id, _, _ = await earned()
        wanted = [made[0].id, new_id()]
        assert await queries.visible_to(owner_id, wanted) == [made[0], None]
        for stranger in (other_id, await person(), None):
            assert await queries.visible_to(stranger, wanted) == [None, None]
        [page] = await queries.page_by_shop([shop_id], PageRequest(2, None))
        assert (page.nodes, page.page_info.has_next_page) == ([made[2], made[1]], True)
        [last] = await queries.page_by_shop([shop_id], PageRequest(2, made[1].id))
        assert (last.nodes, last.page_info.has_next_page) == ([made[0]], False)

    async def test_balances_are_one_a_currency(self) -> None:
        _, shop_id, _ = await earned("100.00")
        [without] = await shop_queries.by_owners([await person()])
        assert without is None
        assert await queries.balances([shop_id, new_id(), shop_id]) == [
            [Money(10_000, "CNY")],
            [],
            [Money(10_000, "CNY")],
        ]


class TestCommission:
    @pytest.mark.parametrize(
        ("minor", "points", "share"),
        [(1, 9_999, 0), (10_000, 1, 1), (9_999, 1, 0), (10_000, 0, 0), (10**12, 250, 25 * 10**9)],
    )
    def test_is_rounded_down_and_never_all(self, minor: int, points: int, share: int) -> None:
        assert rules.commission(minor, points) == share < minor


class TestInvariants:
    async def test_a_payout_that_the_ledger_does_not_know_is_found(self) -> None:
        owner_id, shop_id, _ = await earned("100.00")
        payout = await request(owner_id, "60.00", commission=100)
        await db.execute("UPDATE payouts SET minor = minor + 100 WHERE id = $1", payout.id)
        found = {violation.subject for violation in await invariants.violations()}
        assert found == {f"shop:{shop_id}", f"payouts_due:{shop_id}"}
        await db.execute("UPDATE payouts SET minor = minor - 100 WHERE id = $1", payout.id)
