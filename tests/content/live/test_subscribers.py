"""What viewers of a live stream hear of the group-buys on its table."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from commerce.group_buys import queries as group_buy_queries
from commerce.group_buys.events import GroupBuyChanged
from content.live import LiveStream, actions, events, queries, subscribers
from content.live.events import LiveGroupBuyChanged
from core import outbox
from core.bus import MemoryBus
from core.errors import Invalid
from core.relay import Lane, Relay
from tests.content.live.steps import everything, told
from tests.factories import group_buys, live
from tests.factories.products import product

pytestmark = pytest.mark.usefixtures("database")


async def listing(group_buy: Any, stream: LiveStream) -> LiveStream:
    await actions.add_listing(stream.host_id, stream.id, group_buy.product_id, group_buy.id)
    return stream


async def react() -> None:
    await Relay(MemoryBus(), [Lane("live", {GroupBuyChanged: subscribers.on_group_buy_changed})]).drain()


async def heard(stream_id: UUID) -> list[LiveGroupBuyChanged]:
    steps = await outbox.since(events.topic(stream_id), 0)
    return [
        msgspec.json.decode(step.event, type=LiveGroupBuyChanged)
        for step in steps
        if step.name == "LiveGroupBuyChanged"
    ]


class TestOnGroupBuyChanged:
    async def test_tells_each_live_stream_that_lists_it(self) -> None:
        offer = await group_buys.offer(team_size=2)
        streams = [await listing(offer, await live.live()), await listing(offer, await live.live())]
        silent = [await listing(offer, await live.scheduled()), await live.live()]
        taken = await group_buys.opened(offer)
        await group_buys.joined(taken.team)
        await react()
        for stream in streams:
            steps = await heard(stream.id)
            assert [(step.team.status, step.team.joined_count) for step in steps if step.team] == [
                ("OPEN", 1),
                ("SUCCEEDED", 2),
            ]
            assert [step.group_buy.joined_count for step in steps] == [1, 2]
            assert [sequence for sequence, _ in await told(stream.id)] == [1, 2, 3, 4, 5]
        for stream in silent:
            assert await heard(stream.id) == []

    async def test_tells_nothing_after_it_was_taken_from_the_table(self) -> None:
        offer = await group_buys.offer()
        stream = await listing(offer, await live.live())
        [current] = await queries.by_ids([stream.id])
        assert current is not None
        [[only]] = await queries.listings_of([current])
        await actions.remove_listing(stream.host_id, only.id)
        await group_buys.opened(offer)
        await react()
        assert await heard(stream.id) == []

    async def test_never_goes_back_when_news_arrive_out_of_order(self) -> None:
        offer = await group_buys.offer(team_size=2)
        stream = await listing(offer, await live.live())
        first = await group_buys.opened(offer)
        [early] = await group_buy_queries.by_ids([offer.id])
        await group_buys.joined(first.team)
        [late] = await group_buy_queries.by_ids([offer.id])
        [succeeded] = await group_buy_queries.teams_by_ids(None, [first.team.id])
        assert early is not None and late is not None and succeeded is not None
        await subscribers.on_group_buy_changed(GroupBuyChanged(group_buy=late, team=succeeded))
        await subscribers.on_group_buy_changed(GroupBuyChanged(group_buy=early, team=first.team))
        assert [(step.group_buy, step.team) for step in await heard(stream.id)] == [(late, succeeded)] * 2


class TestListing:
    async def test_takes_the_group_buy_of_its_product_only(self) -> None:
        offer, other, stream = await group_buys.offer(), await product(), await live.live()
        before = await everything()
        with pytest.raises(Invalid) as refusal:
            await actions.add_listing(stream.host_id, stream.id, other.id, offer.id)
        assert refusal.value.field == ("group_buy_id",)
        assert await everything() == before
