"""Group-buys and their teams: brought up to what a lively evening has, however much of it is there already."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from random import Random
from typing import Final
from uuid import UUID

import msgspec

from commerce.catalogue import actions as product_actions
from commerce.catalogue import queries as product_queries
from commerce.checkout import actions as checkout
from commerce.group_buys import GroupBuy, NewTier, TakenSeat, Team
from commerce.group_buys import actions as group_buy_actions
from commerce.group_buys import queries as group_buy_queries
from commerce.orders import Address
from commerce.orders import actions as order_actions
from commerce.payments import Provider
from core import clock
from core.errors import Refusal
from core.ids import new_id
from core.pagination import PageRequest
from demo.world import VIEWER_HANDLE, Goods, World

Progress = Callable[[str, int, int], None]

# A team with less time to go than this does not count as open any more: it fails before anybody has looked.
_FRESH: Final = timedelta(minutes=4)
_MOST_OPEN = 100
_HOME: Final = Address("小禾", "13800000000", "浙江省", "杭州市", "西湖区", "演示路 1 号 2 单元 301")


class Offer(msgspec.Struct, frozen=True):
    """A group-buy to be had: of what, for how many people, how long teams have, and how many of them should be open.

    Teams that reach the sizes of its `tiers` pay less and less.
    """

    product: str
    team_size: int
    team_ttl: timedelta
    lasts: timedelta
    open_teams: int
    tiers: tuple[int, ...] = ()


_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

OFFERS: Final = (
    Offer("dawn-beans", 2, _DAY, 3 * _DAY, 3),
    Offer("firefly-lantern", 3, _DAY, 55 * _MINUTE, 2),
    Offer("daylight-sunscreen", 3, _DAY, 2 * _DAY, 2),
    Offer("slim-bank", 2, 2 * _HOUR, 95 * _MINUTE, 2),
    Offer("linen-cushion", 3, _DAY, 5 * _DAY, 2),
    Offer("canvas-tote", 5, _DAY, 4 * _DAY, 1),
    Offer("wool-socks", 3, 6 * _HOUR, 2 * _DAY, 2),
    Offer("toast-tin", 2, _DAY, 6 * _DAY, 1),
    Offer("salmon-food", 4, _DAY, 3 * _DAY, 2),
    Offer("packing-cubes", 2, _DAY, 3 * _HOUR, 2),
    Offer("excerpt-book", 3, _DAY, 7 * _DAY, 2),
    Offer("suction-bowl", 2, _DAY, 2 * _DAY, 1),
    Offer("trio-charger", 3, 2 * _HOUR, _DAY, 1),
    Offer("moon-mask", 2, _DAY, 4 * _DAY, 1, tiers=(3, 5)),
    Offer("drip-bags", 3, 6 * _HOUR, 2 * _DAY, 1, tiers=(5, 8)),
)
UPCOMING: Final = Offer("cloud-tent", 3, _DAY, 3 * _DAY, 0)
_VIEWERS_OFFER: Final = "salmon-food"
_STOCK = 60
_PER_USER_LIMIT = 3
# An offer with fewer units left is as good as sold out.
# A team of any of them, and some more who come alone.
_ENOUGH = 10


class Market:
    """Writes group-buys and teams, each step at its own time."""

    def __init__(self, chance: Random, now: datetime, world: World, provider: Provider) -> None:
        self._chance = chance
        self._now = now
        self._world = world
        self._provider = provider
        self.offers_made = 0
        self.teams_opened = 0

    async def offer(self) -> None:
        """Makes the offers that do not run, or not any more."""
        for offer, found in zip(OFFERS, await self._running(), strict=True):
            if found is None:
                with clock.at(self._now - 2 * _DAY):
                    await self._create(offer, self._now - 2 * _DAY, self._now + offer.lasts)

    async def remember(self) -> None:
        """What happened before: teams that succeeded, parcels on their way, and an offer that is still to come."""
        for group_buy in (await self._running())[:12]:
            if group_buy is not None:
                await self._succeeded_team(group_buy)
        await self._viewers_success()
        await self._create(UPCOMING, self._now + _DAY, self._now + _DAY + UPCOMING.lasts)

    async def open_teams(self, progress: Progress) -> None:
        """Opens teams where too few are open, and has who shows the demo wait in one of them."""
        await self._wait_as_viewer()
        for number, (offer, group_buy) in enumerate(zip(OFFERS, await self._running(), strict=True)):
            if group_buy is not None:
                for _ in range(await self._missing(offer, group_buy)):
                    await self._open_team(group_buy)
            progress("group-buys", number + 1, len(OFFERS))

    async def join_somewhere(self) -> None:
        """Somebody joins an open team, if there is one."""
        [group_buy] = self._chance.sample(await self._running(), 1)
        if group_buy is None:
            return
        [page] = await group_buy_queries.open_teams([group_buy.id], PageRequest(_MOST_OPEN, None))
        if page.nodes:
            await self._take(self._world.buyers(self._chance)[0], group_buy, self._chance.choice(page.nodes))

    async def _running(self) -> list[GroupBuy | None]:
        """What runs of each offer and has enough left."""
        found = await group_buy_queries.running_on([self._goods(offer).product.id for offer in OFFERS])
        return [next((one for one in group_buys if one.free >= _ENOUGH), None) for group_buys in found]

    async def _running_of(self, slug: str) -> GroupBuy:
        found = (await self._running())[[offer.product for offer in OFFERS].index(slug)]
        assert found is not None
        return found

    def _goods(self, offer: Offer) -> Goods:
        return self._world.goods[offer.product]

    async def _create(self, offer: Offer, starts_at: datetime, ends_at: datetime) -> None:
        goods = self._goods(offer)
        [variant] = await product_queries.variants_by_ids([goods.variants[0].id])
        assert variant is not None
        # What earlier offers have sold or still hold is made up for.
        await product_actions.update_stock(goods.owner_id, variant.id, max(variant.stock, variant.held) + _STOCK)
        self.offers_made += 1
        price = _lower(variant.price.amount)
        await group_buy_actions.create(
            goods.owner_id,
            variant.id,
            price=price,
            team_size=offer.team_size,
            team_ttl_seconds=int(offer.team_ttl.total_seconds()),
            starts_at=starts_at,
            ends_at=ends_at,
            stock=_STOCK,
            per_user_limit=_PER_USER_LIMIT,
            tiers=[NewTier(size, _tier(price, step)) for step, size in enumerate(offer.tiers, 1)],
        )

    async def _missing(self, offer: Offer, group_buy: GroupBuy) -> int:
        [page] = await group_buy_queries.open_teams([group_buy.id], PageRequest(_MOST_OPEN, None))
        lasting = [team for team in page.nodes if team.expires_at and team.expires_at > self._now + _FRESH]
        return max(0, offer.open_teams - len(lasting))

    async def _open_team(self, group_buy: GroupBuy) -> None:
        """A team with minutes to hours to go, and one or two people missing."""
        ttl = timedelta(seconds=group_buy.team_ttl_seconds)
        left = min(timedelta(minutes=self._chance.lognormvariate(3.4, 0.9) + 6), ttl * 0.9)
        opened = max(self._now - ttl + left, self._now - 2 * _DAY + _MINUTE)
        people = max(1, group_buy.team_size - self._chance.choice((1, 1, 2)))
        if await self._fill(group_buy, opened, self._now, people):
            self.teams_opened += 1

    async def _succeeded_team(self, group_buy: GroupBuy) -> None:
        opened = self._now - timedelta(hours=self._chance.uniform(26, 44))
        if group_buy.starts_at < opened:
            paid = await self._fill(group_buy, opened, opened + timedelta(hours=1.5), group_buy.team_size)
            await self._ship(group_buy, paid[: self._chance.randint(0, len(paid))])

    async def _fill(self, group_buy: GroupBuy, opened: datetime, until: datetime, people: int) -> list[TakenSeat]:
        """Opens a team and has `people` join it between two instants; returns their seats, the leader's in front."""
        taken: list[TakenSeat] = []
        for buyer in self._world.buyers(self._chance):
            if len(taken) == people:
                break
            moment = opened + (until - opened) * (len(taken) / people * self._chance.uniform(0.6, 1))
            with clock.at(moment):
                seat = await self._take(buyer, group_buy, taken[0].team if taken else None)
            if seat is not None:
                taken.append(seat)
        return taken

    async def _take(self, buyer: UUID, group_buy: GroupBuy, team: Team | None) -> TakenSeat | None:
        """Takes a seat and pays for it; None when the buyer may not, or not any more."""
        key = f"demo-{new_id().hex}"
        try:
            if team is None:
                seat = await group_buy_actions.open_team(buyer, group_buy.id, 1, _HOME, key)
            else:
                seat = await group_buy_actions.join_team(buyer, team.id, 1, _HOME, key)
        except Refusal:
            return None
        await checkout.pay(buyer, seat.order.id, self._provider, "demo", key)
        return seat

    async def _ship(self, group_buy: GroupBuy, seats: Sequence[TakenSeat]) -> None:
        owner_id = next(
            goods.owner_id for goods in self._world.goods.values() if goods.product.id == group_buy.product_id
        )
        for number, seat in enumerate(seats):
            with clock.at(self._now - timedelta(hours=20 - number)):
                await order_actions.ship(owner_id, seat.order.id, "山风速运", f"SF{seat.order.number.replace('-', '')}")
            if number % 2:
                await order_actions.confirm_receipt(seat.order.buyer_id, seat.order.id)

    async def _wait_as_viewer(self) -> None:
        """Who shows the demo leads a team that one has joined and others are missing from."""
        viewer, group_buy = self._world.people[VIEWER_HANDLE], await self._running_of(_VIEWERS_OFFER)
        [page] = await group_buy_queries.open_teams([group_buy.id], PageRequest(_MOST_OPEN, None))
        if any(await group_buy_queries.seats_of_viewer(viewer, page.nodes)):
            return
        opened = max(self._now - timedelta(seconds=group_buy.team_ttl_seconds) + 50 * _MINUTE, group_buy.starts_at)
        with clock.at(opened):
            mine = await self._take(viewer, group_buy, None)
        if mine is not None:
            self.teams_opened += 1
            with clock.at(opened + _HOUR):
                await self._take(self._world.buyers(self._chance)[0], group_buy, mine.team)

    async def _viewers_success(self) -> None:
        """Who shows the demo has bought something before, too."""
        viewer, group_buy = self._world.people[VIEWER_HANDLE], await self._running_of("dawn-beans")
        with clock.at(self._now - 30 * _HOUR):
            mine = await self._take(viewer, group_buy, None)
        if mine is not None:
            with clock.at(self._now - 29 * _HOUR):
                await self._take(self._world.buyers(self._chance)[0], group_buy, mine.team)


def _lower(amount: str) -> Decimal:
    """About a quarter off, ending in .90 as prices do."""
    return (Decimal(amount) * Decimal("0.76")).quantize(Decimal(1), ROUND_DOWN) - Decimal("0.10")


def _tier(price: Decimal, step: int) -> Decimal:
    """The price of a tier: some eight in a hundred lower for each step."""
    return price - (price * step * Decimal("0.08")).quantize(Decimal(1), ROUND_UP)
