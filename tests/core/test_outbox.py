"""The outbox: what is recorded commits with its transaction, can be read back, and is forgotten in time."""

import pytest

from core import clock, db, outbox
from core.bus import MemoryBus
from core.relay import Lane, Relay
from core.unit_of_work import action, transaction
from tests.core.facts import TOPIC, Counted, count, make_counter, tell
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")


class TestRecord:
    async def test_needs_a_transaction(self) -> None:
        with pytest.raises(RuntimeError):
            outbox.record(Counted(value=1))

    async def test_keeps_the_order_of_recording(self) -> None:
        await tell(*(Counted(value=n) for n in (3, 1, 2)))
        found = await db.rows("SELECT payload FROM outbox ORDER BY id")
        assert [row["payload"] for row in found] == [{"value": 3}, {"value": 1}, {"value": 2}]

    async def test_never_gives_a_step_twice(self) -> None:
        await make_counter()
        await count()
        with pytest.raises(Exception, match="outbox_steps"):
            async with transaction():
                outbox.record(Counted(value=1), topic=TOPIC, sequence=1)
        assert await told() == ["Counted"]


class TestOnCommit:
    async def test_wakes_after_commits_that_recorded_something(self) -> None:
        seen: list[int] = []

        async def wake() -> None:
            seen.append(await db.value("SELECT count(*) FROM outbox"))

        @action
        async def silent() -> None:
            await db.execute("SELECT 1")

        take_back = outbox.on_commit(wake)
        try:
            await tell(Counted(value=1), Counted(value=2))
            await silent()
            with pytest.raises(ZeroDivisionError):
                async with transaction():
                    outbox.record(Counted(value=3))
                    raise ZeroDivisionError
        finally:
            take_back()
        await tell(Counted(value=4))
        assert seen == [2]


class TestTrim:
    async def test_keeps_what_is_young_untold_or_unhandled(self, moving_clock: clock.MovableClock) -> None:
        async def fail(event: Counted) -> None:
            if event.value == 2:
                raise RuntimeError

        relay = Relay(MemoryBus(), [Lane("failing", {Counted: fail})])
        await tell(Counted(value=1), Counted(value=2))
        await relay.drain()
        await tell(Counted(value=3))
        assert await outbox.trim() == 0
        moving_clock.move(outbox.RETENTION.total_seconds() + 1)
        await tell(Counted(value=4))
        assert await outbox.trim() == 1
        assert [row["payload"]["value"] for row in await db.rows("SELECT payload FROM outbox ORDER BY id")] == [2, 3, 4]

    async def test_takes_a_bounded_number_at_once(
        self, moving_clock: clock.MovableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbox, "_TRIMMED_AT_ONCE", 2)
        await tell(*(Counted(value=n) for n in range(5)))
        await Relay(MemoryBus(), []).drain()
        moving_clock.move(outbox.RETENTION.total_seconds() + 1)
        assert [await outbox.trim() for _ in range(4)] == [2, 2, 1, 0]
