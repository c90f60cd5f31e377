"""The ledger: what balances is posted once and for good; nothing else is."""

import asyncio
from uuid import uuid4

import pytest

from commerce.ledger import Entry, Posting, actions, queries
from core import db

pytestmark = pytest.mark.usefixtures("database")


def moved(minor: int, currency: str = "CNY") -> list[Entry]:
    return [Entry("provider:TEST", -minor, currency), Entry("shop:test", minor, currency)]


class TestPost:
    async def test_moves_money(self) -> None:
        assert await actions.post("test", uuid4(), moved(100))
        assert await queries.balances(["shop:test", "provider:TEST", "platform"], "CNY") == [100, -100, 0]
        assert await queries.unbalanced() == []

    async def test_the_same_posting_has_effect_once_however_often_it_is_sent(self) -> None:
        source = uuid4()
        posted = await asyncio.gather(*(actions.post("test", source, moved(100)) for _ in range(20)))
        assert posted.count(True) == 1
        assert await queries.balances(["shop:test"], "CNY") == [100]

    async def test_posts_many_in_one_statement(self, statements: list[str]) -> None:
        statements.clear()
        assert await actions.post_all([Posting("test", uuid4(), moved(1)) for _ in range(50)]) == 50
        assert len(statements) == 1

    @pytest.mark.parametrize("entries", [[], [Entry("a", 1, "CNY")], [Entry("a", -1, "CNY"), Entry("b", 1, "USD")]])
    async def test_what_does_not_balance_is_a_defect(self, entries: list[Entry]) -> None:
        with pytest.raises(ValueError, match="does not balance"):
            await actions.post("test", uuid4(), entries)
        assert await db.value("SELECT count(*) FROM ledger_postings") == 0


class TestPostCovered:
    async def test_takes_no_more_than_an_account_holds_however_many_try_at_once(self) -> None:
        await actions.post("earned", uuid4(), moved(10_000))
        taken = [Entry("shop:test", -10_000, "CNY"), Entry("paid_out", 10_000, "CNY")]
        tries = (actions.post_covered(Posting("taken", uuid4(), taken), "shop:test") for _ in range(8))
        assert sorted(await asyncio.gather(*tries)) == [False] * 7 + [True]
        assert await queries.balances(["shop:test", "paid_out"], "CNY") == [0, 10_000]

    async def test_every_currency_must_be_covered(self) -> None:
        await actions.post("earned", uuid4(), moved(100))
        taken = [Entry("shop:test", -100, "CNY"), Entry("shop:test", -1, "HKD"), Entry("paid_out", 100, "CNY")]
        both = Posting("taken", uuid4(), [*taken, Entry("paid_out", 1, "HKD")])
        assert not await actions.post_covered(both, "shop:test")
        assert await queries.balances(["shop:test", "paid_out"], "CNY") == [100, 0]

    async def test_what_goes_to_the_account_needs_no_cover(self) -> None:
        assert await actions.post_covered(Posting("earned", uuid4(), moved(100)), "shop:test")


class TestTheDatabaseItself:
    async def test_refuses_a_posting_that_does_not_sum_to_zero(self) -> None:
        with pytest.raises(Exception, match="does not sum to zero"):
            await db.execute(
                "WITH p AS (INSERT INTO ledger_postings (kind, source, posted_at) VALUES ('x', $1, now()) RETURNING id)"
                " INSERT INTO ledger_entries (posting_id, account, minor, currency)"
                " SELECT id, 'platform', 5, 'CNY' FROM p",
                uuid4(),
            )
        assert await db.value("SELECT count(*) FROM ledger_entries") == 0

    @pytest.mark.parametrize("table", ["ledger_entries", "ledger_postings"])
    @pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    async def test_refuses_to_change_the_past(self, table: str, change: str) -> None:
        await actions.post("test", uuid4(), moved(100))
        with pytest.raises(Exception, match="append-only"):
            await db.execute(change.format(table))
        assert await queries.balances(["shop:test"], "CNY") == [100]
