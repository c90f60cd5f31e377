"""Prices are compared within a currency, never across two, on each engine."""

import itertools
import random
from decimal import Decimal

import pytest

from core.errors import Invalid
from core.money import EXPONENTS
from search import queries
from search.engine import CURRENCIES, NOTE, PRICE_ASC, PRICE_DESC, PRODUCT, USUAL_CURRENCY, Document, Engine
from search.queries import Filter
from tests.factories.search import document, query

# In hundredths; more than a number of 32 bits holds, and what only differs in its last ones.
PRICES = [0, 1, 99, 100, 50_000, 100_000, 2**31, 2**31 + 1, 2**35 - 1, 2**35, 10**12 - 64, 10**12]


def goods(seed: int) -> list[Document]:
    chance = random.Random(seed)
    return [
        document(f"{price} {currency}", PRODUCT, price=price, currency=currency, in_stock=chance.random() < 0.7)
        for price, currency in chance.sample(list(itertools.product(PRICES, CURRENCIES)), 40)
    ] + [document("没有价格", NOTE)]


def in_order(documents: list[Document], sort: str) -> list[str]:
    """What can be had first, in it the usual currency, in that the cheapest or dearest; and last what has no price."""

    def place(each: Document) -> tuple[object, ...]:
        assert each.price is not None
        price = each.price if sort == PRICE_ASC else -each.price
        return not each.in_stock, CURRENCIES.index(each.currency), price

    priced = sorted((each for each in documents if each.price is not None), key=place)
    return [each.title for each in priced] + [each.title for each in documents if each.price is None]


class TestSort:
    @pytest.mark.parametrize("sort", [PRICE_ASC, PRICE_DESC])
    @pytest.mark.parametrize("seed", range(3))
    async def test_tells_one_currency_after_the_other(self, engine: Engine, sort: str, seed: int) -> None:
        documents = goods(seed)
        titles = {each.thing: each.title for each in documents}
        await engine.write(documents, [])
        seen, position = [], None
        while True:
            answer = await engine.sorted(query(sort=sort), position, 7)
            seen += [titles[hit.thing] for hit in answer.hits]
            if not answer.hits:
                break
            position = answer.hits[-1].position
        assert seen == in_order(documents, sort)


class TestFilter:
    @pytest.mark.parametrize("currency", [None, *CURRENCIES])
    async def test_is_within_one_currency(self, engine: Engine, currency: str | None) -> None:
        documents = goods(1)
        await engine.write(documents, [])
        for least, most in ((None, None), ("0.99", None), (None, "1000"), ("1", "21474836.48")):
            given = Filter(
                currency=currency,
                min_price=None if least is None else Decimal(least),
                max_price=None if most is None else Decimal(most),
            )
            answer = await engine.sorted(queries.asked("", filter=given, sort=PRICE_ASC), None, 100)
            wanted = currency or (USUAL_CURRENCY if least or most else None)
            assert {hit.thing for hit in answer.hits} == {
                each.thing
                for each in documents
                if wanted is None
                or (
                    each.price is not None
                    and each.currency == wanted
                    and (least is None or each.price >= Decimal(least) * 100)
                    and (most is None or each.price <= Decimal(most) * 100)
                )
            }

    @pytest.mark.parametrize("currency", ["", "cny", "XXX", "CNY "])
    def test_is_by_a_currency_that_things_are_sold_in(self, currency: str) -> None:
        with pytest.raises(Invalid):
            queries.asked("", filter=Filter(currency=currency))

    def test_knows_every_currency(self) -> None:
        assert set(CURRENCIES) == set(EXPONENTS) and USUAL_CURRENCY == "CNY"
