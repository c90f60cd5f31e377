"""Writes that fail, as on a full disk: nothing is taken for handled that can't be found, and all is made up for."""

import resource
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api import wiring
from content.notes import actions as note_actions
from core import db
from core.bus import MemoryBus
from core.clock import MovableClock
from core.relay import Relay
from search import queries
from search.embedded import Embedded
from search.engine import SearchUnavailable, SearchUnwritable
from tests.factories.people import person
from tests.factories.search import document, query
from tests.graph import Graph
from tests.search.world import World

WAITING = "SELECT count(*) FROM outbox_deliveries WHERE lane = 'search'"
# How soon what waited is found once there is room again.
SOON = timedelta(seconds=30)
# The largest file that can be written: each fails another of the files that a commit is made of, and the last none.
LIMITS = [0, 1, 64, 120, 200, 300, 450, 700, 1_000, 1_500, 2_500, 4_000, 6_000, 1_000_000]

Full = Callable[[], AbstractContextManager[None]]


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Embedded]:
    """An open engine with one note in its index."""
    async for found in opened(tmp_path / "search"):
        yield found


async def opened(folder: Path) -> AsyncIterator[Embedded]:
    found = Embedded(folder)
    await found.open()
    async with found.rebuilding():
        pass
    await found.write([document("露营清单")], [])
    yield found
    await found.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte; without the right to mount one the test skips, saying so."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def found(engine: Embedded, text: str) -> int:
    return len((await engine.ranked(query(text), 0, 20)).hits)


class TestWrite:
    @pytest.mark.parametrize("limit", LIMITS)
    @pytest.mark.parametrize("several", [1, 40])
    async def test_that_fails_says_so_and_the_next_one_succeeds(
        self, engine: Embedded, limit: int, several: int
    ) -> None:
        lost = [document(f"露营帐篷 {number}", text="结实耐用" * 50) for number in range(several)]
        with no_file_above(limit):
            try:
                await engine.write(lost, [])
            except SearchUnwritable:
                assert await found(engine, "帐篷") == 0
                with pytest.raises(SearchUnwritable):
                    await engine.check()
            else:
                assert await found(engine, "帐篷") == min(20, several)
        await engine.write([document("露营灯")], [])
        assert await found(engine, "露营灯") == 1 and await found(engine, "露营清单") == 1
        await engine.check()
        await engine.write(lost, [])
        assert (await engine.ranked(query("帐篷"), 0, 20)).total == several

    @pytest.mark.parametrize("limit", LIMITS)
    async def test_of_a_new_index_that_fails_leaves_the_served_one(self, engine: Embedded, limit: int) -> None:
        with no_file_above(limit):
            try:
                async with engine.rebuilding() as sink:
                    await sink.add([document("露营帐篷", text="结实耐用" * 50)])
            except (SearchUnavailable, OSError, ValueError):
                assert await found(engine, "露营") == await found(engine, "露营清单") == 1
        async with engine.rebuilding() as sink:
            await sink.add([document("露营帐篷")])
        assert await found(engine, "帐篷") == 1


@pytest.mark.usefixtures("database")
class TestLane:
    @pytest.mark.parametrize("limit", LIMITS[:-1])
    async def test_makes_up_for_what_failed_soon_after_there_is_room(
        self, moving_clock: MovableClock, tmp_path: Path, engine: Embedded, limit: int
    ) -> None:
        await makes_up(moving_clock, engine, tmp_path / "search", lambda: no_file_above(limit))

    async def test_makes_up_for_a_full_disk(self, moving_clock: MovableClock, disk: Path) -> None:
        async for engine in opened(disk / "search"):
            await makes_up(moving_clock, engine, disk / "search", lambda: filled(disk / "all"))


@contextmanager
def filled(file: Path) -> Iterator[None]:
    """A disk that has no room left."""
    with file.open("wb", buffering=0) as all_of_it:
        try:
            while True:
                all_of_it.write(bytes(4096))
        except OSError:
            pass
    try:
        yield
    finally:
        file.unlink()


async def makes_up(moving_clock: MovableClock, engine: Embedded, folder: Path, full: Full) -> None:
    services = replace(Graph().services, search=engine)
    relay = Relay(MemoryBus(), [lane for lane in wiring.lanes(services) if lane.name == "search"])
    author, filled_with = await person(), World()
    with full():
        for number in range(3):
            await filled_with.note(str(number), author, f"露营帐篷 {number}", "结实耐用" * 200)
            await relay.drain()
            moving_clock.move(60)
        assert await db.value(WAITING) > 0
        with pytest.raises(SearchUnwritable):
            await engine.check()
        # What is there can be found all the while.
        assert await found(engine, "露营清单") == 1
    note = await note_actions.publish(author, title="露营灯", body="")
    moving_clock.move(SOON.total_seconds())
    await relay.drain()
    await relay.drain()
    assert await db.value(WAITING) == 0
    await engine.check()
    assert len((await queries.search(engine, "帐篷")).edges) == 3
    assert (await queries.search(engine, "露营灯")).edges[0].node.id == note.id
    await engine.close()
    again = Embedded(folder)
    await again.open()
    assert len((await queries.search(again, "帐篷")).edges) == 3
    await again.close()
