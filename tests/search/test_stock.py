"""What can be bought, by itself or in a group-buy, is in stock in the index, whatever happened to it."""

import inspect
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from commerce.catalogue import Variant
from commerce.catalogue import actions as product_actions
from commerce.catalogue import events as product_events
from commerce.catalogue import queries as product_queries
from commerce.group_buys import actions as group_buy_actions
from commerce.group_buys import events as group_buy_events
from commerce.group_buys import queries as group_buy_queries
from commerce.orders import actions as order_actions
from core import clock
from core.bus import MemoryBus
from core.clock import MovableClock
from core.errors import Refusal
from core.outbox import Event
from core.relay import BatchLane, Relay
from search import indexer, queries
from search.engine import Engine
from search.queries import Filter
from tests.factories import group_buys, orders, products
from tests.factories.people import person

STEPS = 25


class Market:
    """A product of two variants, and all that may happen to its units."""

    def __init__(self, owner: object, variants: list[Variant], chance: random.Random, moved: MovableClock) -> None:
        self._owner, self._variants, self._chance, self._clock = owner, variants, chance, moved
        self._unpaid: list[object] = []

    async def step(self) -> None:
        happen: list[Callable[[], Awaitable[object]]] = [
            self._set_stock,
            self._offer,
            self._take_a_seat,
            self._order,
            self._pay,
            self._wait,
        ]
        with suppress(Refusal):
            await self._chance.choice(happen)()

    def _any(self) -> Variant:
        return self._chance.choice(self._variants)

    async def _set_stock(self) -> None:
        await product_actions.update_stock(self._owner, self._any().id, self._chance.choice((0, 1, 2)))  # type: ignore[arg-type]

    async def _offer(self) -> None:
        variant = await current(self._any())
        await group_buys.offer(
            self._owner,  # type: ignore[arg-type]
            variant=variant,
            stock=variant.available or 1,
            team_size=2,
            starts_in=self._chance.choice((0, 30)),
            ends_in=self._chance.choice((90, 900)),
            team_ttl_seconds=600,
        )

    async def _take_a_seat(self) -> None:
        [offers] = await group_buy_queries.running_on([self._variants[0].product_id])
        if offers:
            taken = await group_buys.opening(self._chance.choice(offers), await person())
            self._unpaid.append(taken)

    async def _order(self) -> None:
        await orders.placed(await person(), self._any())

    async def _pay(self) -> None:
        if self._unpaid:
            await group_buys.pay(self._unpaid.pop())  # type: ignore[arg-type]

    async def _wait(self) -> None:
        self._clock.move(self._chance.choice((5, 40, 1_000)))
        for work in (
            order_actions.release_overdue,
            group_buy_actions.release_overdue_seats,
            group_buy_actions.expire_teams,
            group_buy_actions.start_offers,
            group_buy_actions.end_offers,
            group_buy_actions.end_offers,
        ):
            await work()


async def current(variant: Variant) -> Variant:
    [found] = await product_queries.variants_by_ids([variant.id])
    assert found is not None
    return found


async def can_be_bought(product_id: object) -> bool:
    """By what a buyer would be told: a variant's units, or those of an offer that runs."""
    [variants] = await product_queries.variants_of([product_id])  # type: ignore[list-item]
    [offers] = await group_buy_queries.running_on([product_id])  # type: ignore[list-item]
    return any(variant.available for variant in variants) or any(offer.status == "ACTIVE" for offer in offers)


@pytest.mark.usefixtures("database")
class TestInStock:
    @pytest.mark.parametrize("seed", range(4))
    async def test_is_what_can_be_bought_after_whatever_happened(
        self, moving_clock: MovableClock, engine: Engine, seed: int
    ) -> None:
        owner, chance = await person(), random.Random(seed)
        made = await products.product(owner, title="露营帐篷", stock=1)
        [variants] = await product_queries.variants_of([made.id])
        relay = Relay(MemoryBus(), [BatchLane("search", indexer.EVENTS, indexer.reaction(engine))])
        market, seen = Market(owner, list(variants), chance, moving_clock), set()
        for _ in range(STEPS):
            await market.step()
            await relay.drain()
            found = await queries.search(engine, "露营帐篷", filter=Filter(in_stock=True))
            truth = await can_be_bought(made.id)
            assert bool(found.edges) == truth, clock.now()
            seen.add(truth)
        assert seen == {True, False}

    async def test_counts_units_that_are_all_set_aside(self, engine: Engine) -> None:
        offer = await group_buys.offer(stock=2, team_size=2)
        relay = Relay(MemoryBus(), [BatchLane("search", indexer.EVENTS, indexer.reaction(engine))])
        await relay.drain()
        for given in ({"in_stock": True}, {"has_group_buy": True}):
            found = await queries.search(engine, "", filter=Filter(**given))
            assert [edge.node.id for edge in found.edges] == [offer.product_id]


class TestEvents:
    def test_of_products_and_group_buys_are_all_heard(self) -> None:
        """A new event about a product is followed, or is named here with the reason."""
        never = {
            # Each comes with GroupBuyChanged, but for teams that nobody sees yet.
            group_buy_events.TeamChanged,
        }
        made = {
            event
            for module in (product_events, group_buy_events)
            for _, event in inspect.getmembers(module, inspect.isclass)
            if issubclass(event, Event) and event is not Event
        }
        assert made - never == made & set(indexer.EVENTS)
