"""Rebuilding beside the served index, on each engine."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from content.notes import actions as note_actions
from core.errors import Conflict
from search import documents, queries, rebuild
from search.alone import alone
from search.engine import Document, Engine
from tests.factories.people import person
from tests.search import world
from tests.search.world import World
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


class TestRebuild:
    async def test_indexes_everything_and_tells_how_far_it_is(self, engine: Engine) -> None:
        await world.made()
        told: list[tuple[str, int]] = []
        total = await rebuild.rebuild(engine, lambda kind, done: told.append((kind, done)))
        assert told == [("NOTE", 2), ("PRODUCT", 3), ("USER", 2), ("LIVE_STREAM", 1), ("TOPIC", 3)]
        assert total == 11 == (await queries.search(engine, "")).estimated_total

    async def test_reads_in_batches(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rebuild, "_BATCH", 2)
        author, filled = await person(), World()
        for number in range(5):
            await filled.note(str(number), author, f"露营 {number}")
        assert await rebuild.rebuild(engine) == 6
        assert (await queries.search(engine, "露营")).estimated_total == 5

    async def test_misses_nothing_that_happens_meanwhile(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        author, filled = await person(), World()
        gone = await filled.note("gone", author, "露营旧事")
        described = documents.described
        happened = False

        async def slowly(things: Sequence[Any]) -> list[Document]:
            nonlocal happened
            found = await described(things)
            if not happened:
                happened = True
                await note_actions.delete(author, gone)
                await filled.note("new", author, "露营新事")
            return found

        monkeypatch.setattr(documents, "described", slowly)
        await rebuild.rebuild(engine)
        assert [edge.node.title for edge in (await queries.search(engine, "露营")).edges] == ["露营新事"]

    async def test_is_done_by_one_at_a_time(self, engine: Engine) -> None:
        async with engine.rebuilding(), alone(rebuild._LOCK):
            with pytest.raises(Conflict):
                await rebuild.rebuild(engine)
        await rebuild.rebuild(engine)


class TestKeepBuilt:
    async def test_builds_what_was_never_built(self, unopened: Engine) -> None:
        await World().note("note", await person(), "露营清单")
        await unopened.open()
        task = asyncio.create_task(rebuild.keep_built(unopened))
        await until(lambda: not unopened.stale)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert (await queries.search(unopened, "露营")).estimated_total == 1
