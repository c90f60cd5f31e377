"""Live rooms: one on air with goods, a pinned offer and people talking, one over, and others to come."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from commerce.group_buys import queries as group_buy_queries
from content.live import LiveStream
from content.live import actions as live_actions
from content.live import queries as live_queries
from core import clock
from core.pagination import PageRequest
from demo import texts
from demo.world import World

Pictures = Callable[[str, str], str]

_ON_AIR = "coffee"
_TITLES: Final = ("周日手冲直播：三款豆子怎么冲", "下班来一杯：在家拿铁现场做", "新豆开袋｜桃溪日晒今晚第一锅")
_LISTED: Final = ("dawn-beans", "peach-beans", "drip-bags", "glass-dripper", "goose-kettle", "morning-cup")
# A room on air for longer than this is from another day.
_LONGEST: Final = timedelta(hours=6)
_UPCOMING: Final = (
    ("camping", "周末露营装备答疑，带你少买一半", timedelta(hours=20)),
    ("skincare", "换季护肤急救课，空瓶说话", timedelta(hours=44)),
)
_PAST: Final = ("baking", "零失败吐司跟做直播（回放）", timedelta(hours=50))


class Rooms:
    """Writes live streams, each step at its own time."""

    def __init__(self, chance: Random, now: datetime, world: World, address: Pictures) -> None:
        self._chance = chance
        self._now = now
        self._world = world
        self._address = address
        self.started = 0

    async def liven(self) -> None:
        """Sees to it that one room is on air, and that others are to come."""
        host = self._world.host(_ON_AIR)
        on_air = [stream for stream in await self._streams(_ON_AIR) if stream.status == "LIVE"]
        for stream in on_air:
            if stream.started_at is not None and stream.started_at < self._now - _LONGEST:
                await live_actions.end(host, stream.id)
                on_air.remove(stream)
                break
        if not on_air:
            await self._go_live()
        for specialty, title, ahead in _UPCOMING:
            await self._announce(specialty, title, ahead)

    async def remember(self) -> None:
        """A room that was on air some days ago."""
        specialty, title, ago = _PAST
        host = self._world.host(specialty)
        with clock.at(self._now - ago):
            stream = await self._schedule(specialty, title, self._now - ago)
            await live_actions.start(host, stream.id)
            for product in texts.specialties()[specialty].products[:4]:
                await live_actions.add_listing(host, stream.id, self._world.goods[product.slug].product.id)
        await self._talk(stream, specialty, self._now - ago, self._now - ago + timedelta(minutes=70), 12)
        with clock.at(self._now - ago + timedelta(minutes=75)):
            await live_actions.end(host, stream.id)

    async def chat(self) -> None:
        """Somebody says something in the room that is on air."""
        stream = next((stream for stream in await self._streams(_ON_AIR) if stream.status == "LIVE"), None)
        if stream is not None:
            speaker = self._world.buyers(self._chance)[0]
            await live_actions.send_message(speaker, stream.id, self._chance.choice(texts.phrases().chat))

    async def _streams(self, specialty: str) -> list[LiveStream]:
        [page] = await live_queries.page_by_host([self._world.host(specialty)], PageRequest(20, None))
        return page.nodes

    async def _schedule(self, specialty: str, title: str, at: datetime, number: int = 1) -> LiveStream:
        cover = self._address("cover", f"{specialty}-{number}")
        return await live_actions.schedule(self._world.host(specialty), title=title, scheduled_at=at, cover_url=cover)

    async def _go_live(self) -> None:
        began = self._now - timedelta(minutes=34)
        host = self._world.host(_ON_AIR)
        with clock.at(began):
            stream = await self._schedule(_ON_AIR, self._chance.choice(_TITLES), began)
            await self._lay_table(stream)
            await live_actions.start(host, stream.id)
        await self._talk(stream, _ON_AIR, began, self._now, 32)
        self.started += 1

    async def _lay_table(self, stream: LiveStream) -> None:
        """What is sold in the room, each with the group-buy that runs on it; the first one that has one is pinned."""
        products = [self._world.goods[slug].product for slug in _LISTED]
        with clock.at(self._now):
            offers = await group_buy_queries.running_on([product.id for product in products])
        pinned = False
        for product, running in zip(products, offers, strict=True):
            listing = await live_actions.add_listing(
                stream.host_id, stream.id, product.id, running[0].id if running else None
            )
            if running and not pinned:
                await live_actions.pin_listing(stream.host_id, listing.id)
                pinned = True

    async def _talk(self, stream: LiveStream, specialty: str, since: datetime, until: datetime, count: int) -> None:
        """People chat, and the host answers now and then."""
        shared, people = texts.phrases(), self._world.buyers(self._chance)
        lines = self._chance.sample(shared.chat, min(count, len(shared.chat)))
        hosts = self._chance.sample(shared.host_chat, len(shared.host_chat))
        for number in range(count):
            with clock.at(since + (until - since) * (number + 1) / (count + 1)):
                if number % 6 == 0 and hosts:
                    await live_actions.send_message(self._world.host(specialty), stream.id, hosts.pop())
                elif lines:
                    await live_actions.send_message(self._chance.choice(people), stream.id, lines.pop())

    async def _announce(self, specialty: str, title: str, ahead: timedelta) -> None:
        """A room to come; one whose time has passed is called off first."""
        waiting = [stream for stream in await self._streams(specialty) if stream.status == "SCHEDULED"]
        for stream in waiting:
            if stream.scheduled_at < self._now:
                await live_actions.end(stream.host_id, stream.id)
        if all(stream.scheduled_at < self._now for stream in waiting):
            await self._schedule(specialty, title, self._now + ahead)
