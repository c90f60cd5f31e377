"""How the index follows what happens, on each engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

import pytest

from commerce.catalogue import actions as product_actions
from commerce.catalogue import queries as product_queries
from commerce.group_buys import actions as group_buy_actions
from content.live import actions as live_actions
from content.notes import actions as note_actions
from core import db, outbox
from core.bus import MemoryBus
from core.clock import MovableClock
from core.relay import WAKE_TOPIC, BatchLane, Relay, waker
from people.accounts import actions as account_actions
from search import indexer, queries
from search.embedded import Embedded
from search.engine import Engine
from search.queries import Filter
from tests.factories import group_buys, live, products
from tests.factories.people import person
from tests.search.world import World
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")

Drain = Callable[[], Awaitable[int]]


@pytest.fixture
def drain(engine: Engine) -> Drain:
    """Lets the index hear of everything that happened."""
    return relay(engine).drain


def relay(engine: Engine, bus: MemoryBus | None = None) -> Relay:
    return Relay(bus or MemoryBus(), [BatchLane("search", indexer.EVENTS, indexer.reaction(engine))])


async def titles(engine: Engine, text: str, **given: object) -> list[str]:
    found = await queries.search(engine, text, **given)  # type: ignore[arg-type]
    return [
        getattr(edge.node, "title", None) or getattr(edge.node, "name", None) or edge.node.handle
        for edge in found.edges
    ]


class TestNotes:
    async def test_are_found_changed_and_gone(self, engine: Engine, drain: Drain) -> None:
        author = await person()
        note_id = await World().note("note", author, "露营清单", topics=("山野",))
        await drain()
        assert await titles(engine, "露营") == ["露营清单"]
        assert await titles(engine, "山野") == ["山野", "露营清单"]
        await note_actions.update(author, note_id, title="口红试色", topics=["美妆"])
        await drain()
        assert await titles(engine, "露营") == []
        assert await titles(engine, "山野") == []
        assert await titles(engine, "美妆", kinds=["TOPIC"]) == ["美妆"]
        await note_actions.delete(author, note_id)
        await drain()
        assert await titles(engine, "", kinds=["NOTE", "TOPIC"]) == []

    async def test_rise_with_what_people_think_of_them(self, engine: Engine, drain: Drain) -> None:
        author, filled = await person(), World()
        loved = await filled.note("loved", author, "露营甲")
        await filled.note("other", author, "露营乙")
        await note_actions.like(await person(), loved)
        await drain()
        assert await titles(engine, "露营", sort="POPULAR") == ["露营甲", "露营乙"]


class TestProducts:
    async def test_are_in_stock_as_long_as_they_are(self, engine: Engine, drain: Drain) -> None:
        owner = await person()
        made = await products.product(owner, title="露营帐篷", stock=0)
        await drain()
        assert await titles(engine, "露营", filter=Filter(in_stock=True)) == []
        [[variant]] = await product_queries.variants_of([made.id])
        await product_actions.update_stock(owner, variant.id, 3)
        await drain()
        assert await titles(engine, "露营", filter=Filter(in_stock=True)) == ["露营帐篷"]

    async def test_have_a_group_buy_while_it_runs(
        self, moving_clock: MovableClock, engine: Engine, drain: Drain
    ) -> None:
        await group_buys.offer(starts_in=60, ends_in=600)
        found = Filter(has_group_buy=True)
        await drain()
        assert await titles(engine, "", filter=found) == []
        moving_clock.move(61)
        await group_buy_actions.start_offers()
        await drain()
        assert await titles(engine, "", filter=found) == ["云朵面霜"]
        assert await titles(engine, "", filter=Filter(closing_within=500)) == []
        assert await titles(engine, "", filter=Filter(closing_within=540)) == ["云朵面霜"]
        moving_clock.move(540)
        assert await titles(engine, "", filter=found) == []
        assert await titles(engine, "", filter=Filter(closing_within=600)) == []

    async def test_need_one_more_while_a_team_waits_for_one(
        self, moving_clock: MovableClock, engine: Engine, drain: Drain
    ) -> None:
        needed = Filter(needs_one_more=True)
        offer = await group_buys.offer(team_size=3, team_ttl_seconds=600)
        opened = await group_buys.opened(offer)
        await drain()
        assert await titles(engine, "", filter=needed) == []
        await group_buys.joined(opened.team)
        await drain()
        assert await titles(engine, "", filter=needed) == ["云朵面霜"]
        moving_clock.move(600)
        assert await titles(engine, "", filter=needed) == []
        moving_clock.move(-600)
        await group_buys.joined(opened.team)
        await drain()
        assert await titles(engine, "", filter=needed) == []


class TestOthers:
    async def test_people_are_found_by_what_they_say_now(self, engine: Engine, drain: Drain) -> None:
        deer = await person("露营小鹿")
        await drain()
        assert len(await titles(engine, "露营小鹿")) == 1
        await account_actions.update_profile(deer, display_name="城市小鹿")
        await drain()
        assert await titles(engine, "露营小鹿", kinds=["LIVE_STREAM"]) == []
        assert len(await titles(engine, "城市小鹿")) == 1

    async def test_streams_are_found_unless_cancelled(self, engine: Engine, drain: Drain) -> None:
        stream = await live.scheduled(title="露营专场")
        await drain()
        assert await titles(engine, "露营") == ["露营专场"]
        assert await titles(engine, "", filter=Filter(live_now=True)) == []
        await live_actions.end(stream.host_id, stream.id)
        await drain()
        assert await titles(engine, "露营") == []


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[MemoryBus]:
    bus = MemoryBus()
    forget = outbox.on_commit(waker(bus))
    task = asyncio.create_task(relay(engine, bus).run())
    try:
        yield bus
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        forget()


class TestPublished:
    async def test_is_found_as_soon_as_its_commit_has_woken_the_lane(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Nobody looks by himself.
        monkeypatch.setattr("core.relay._IDLE", 3600)
        author, filled = await person(), World()
        async with running(engine) as bus:
            await until(lambda: bus.is_heard(WAKE_TOPIC))
            for number in range(3):
                await filled.note(str(number), author, f"露营 {number}")
                await until(partial(titles, engine, f"露营 {number}", kinds=["NOTE"]))


class TestOutage:
    async def test_breaks_no_write_and_is_made_up_for(
        self, moving_clock: MovableClock, engine: Engine, tmp_path: object
    ) -> None:
        gone = Embedded(tmp_path / "never opened")  # type: ignore[operator]
        await World().note("note", await person(), "露营清单")
        waiting = "SELECT count(*) FROM outbox_deliveries WHERE lane = 'search'"
        await relay(gone).drain()
        assert await db.value(waiting) > 0
        moving_clock.move(timedelta(minutes=20).total_seconds())
        await relay(engine).drain()
        assert await db.value(waiting) == 0
        assert await titles(engine, "露营") == ["露营清单"]
