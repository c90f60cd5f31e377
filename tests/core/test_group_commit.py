"""Requests about one thing are decided together and answered one by one; what is wrong with one is its own affair."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from core import clock, db, unit_of_work
from core.errors import Conflict, Refusal
from core.group_commit import GroupCommit
from core.unit_of_work import action, transaction


class Desk:
    """Doubles numbers, and notes the batches in which it was asked to; a batch is decided when `pause` allows it."""

    def __init__(self, most: int = 4) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.pause = asyncio.Event()
        self.pause.set()
        self.group = GroupCommit[str, int, int](self._decide, most=most)

    async def _decide(self, key: str, numbers: Sequence[int]) -> list[int | Exception]:
        self.batches.append((key, list(numbers)))
        await self.pause.wait()
        if 13 in numbers:
            raise ZeroDivisionError("十三")
        return [Conflict("number") if number < 0 else number * 2 for number in numbers]

    async def ask(self, *numbers: int, key: str = "一") -> list[int | BaseException]:
        return await asyncio.gather(*(self.group.ask(key, number) for number in numbers), return_exceptions=True)

    @property
    def of_one(self) -> list[list[int]]:
        return [numbers for key, numbers in self.batches if key == "一"]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


class TestBatches:
    async def test_what_comes_at_once_is_decided_at_once_in_its_order(self) -> None:
        desk = Desk()
        assert await desk.ask(3, 1, 2) == [6, 2, 4]
        assert desk.batches == [("一", [3, 1, 2])]

    async def test_what_comes_while_a_batch_is_decided_makes_the_next(self) -> None:
        desk = Desk()
        desk.pause.clear()
        first = asyncio.create_task(desk.ask(1))
        await turns()
        others = [asyncio.create_task(desk.ask(number)) for number in (5, 4)]
        await turns()
        assert desk.batches == [("一", [1])]
        desk.pause.set()
        assert [await task for task in (first, *others)] == [[2], [10], [8]]
        assert desk.batches == [("一", [1]), ("一", [5, 4])]

    async def test_take_in_who_comes_before_they_are_looked_at(self) -> None:
        locked, batches = asyncio.Event(), []

        async def decide(key: str, numbers: Sequence[int]) -> Sequence[int]:
            await locked.wait()
            batches.append(list(numbers))
            return numbers

        group = GroupCommit[str, int, int](decide)
        tasks = []
        for number in range(3):
            tasks.append(asyncio.create_task(group.ask("一", number)))
            await turns()
        tasks[1].cancel()
        locked.set()
        assert (await tasks[0], await tasks[2], batches) == (0, 2, [[0, 2]])

    async def test_are_bounded(self) -> None:
        desk = Desk(most=4)
        assert await desk.ask(*range(10)) == [number * 2 for number in range(10)]
        assert desk.of_one == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]

    async def test_of_different_keys_do_not_wait_for_each_other(self) -> None:
        desk = Desk()
        desk.pause.clear()
        tasks = [asyncio.create_task(desk.ask(1, key=key)) for key in ("一", "二")]
        await turns()
        assert desk.batches == [("一", [1]), ("二", [1])]
        desk.pause.set()
        assert await asyncio.gather(*tasks) == [[2], [2]]

    async def test_a_key_that_was_quiet_starts_anew(self) -> None:
        desk = Desk()
        assert [await desk.ask(1), await desk.ask(2)] == [[2], [4]]
        assert desk.of_one == [[1], [2]]


class TestAnswers:
    async def test_a_refusal_is_raised_to_who_sent_that_request(self) -> None:
        desk = Desk()
        first, refused, third = await desk.ask(1, -1, 3)
        assert (first, type(refused), third) == (2, Conflict, 6)
        assert desk.of_one == [[1, -1, 3]]

    async def test_a_broken_one_spoils_no_other(self) -> None:
        desk = Desk(most=8)
        *others, broken = await desk.ask(1, 2, 3, 4, 5, 6, 7, 13)
        assert others == [2, 4, 6, 8, 10, 12, 14] and isinstance(broken, ZeroDivisionError)
        assert desk.of_one == [[1, 2, 3, 4, 5, 6, 7, 13], [1, 2, 3, 4], [5, 6, 7, 13], [5, 6], [7, 13], [7], [13]]

    async def test_a_database_out_of_reach_is_told_to_all_at_once(self) -> None:
        asked: list[int] = []

        async def unreachable(key: str, numbers: Sequence[int]) -> Sequence[int]:
            asked.append(len(numbers))
            raise ConnectionRefusedError

        group = GroupCommit[str, int, int](unreachable)
        found = await asyncio.gather(*(group.ask("一", number) for number in range(9)), return_exceptions=True)
        assert ({type(one) for one in found}, asked) == ({ConnectionRefusedError}, [9])

    async def test_too_few_answers_are_nobodys(self) -> None:
        async def forgetful(key: str, numbers: Sequence[int]) -> list[int | Exception]:
            return [number for number in numbers if number != 2]

        group = GroupCommit[str, int, int](forgetful)
        found = await asyncio.gather(*(group.ask("一", number) for number in (1, 2, 3)), return_exceptions=True)
        assert [found[0], type(found[1]), found[2]] == [1, ValueError, 3]


class TestGoingAway:
    async def test_before_its_batch_a_request_is_left_out(self) -> None:
        desk = Desk()
        desk.pause.clear()
        first = asyncio.create_task(desk.ask(1))
        await turns()
        gone, stays = asyncio.create_task(desk.group.ask("一", 2)), asyncio.create_task(desk.group.ask("一", 3))
        await turns()
        gone.cancel()
        desk.pause.set()
        assert (await first, await stays) == ([2], 6)
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert desk.of_one == [[1], [3]]

    async def test_during_its_batch_the_others_are_answered(self) -> None:
        desk = Desk()
        desk.pause.clear()
        tasks = [asyncio.create_task(desk.group.ask("一", number)) for number in (1, 2, 3)]
        await turns()
        tasks[0].cancel()
        await turns()
        desk.pause.set()
        assert await asyncio.gather(*tasks[1:]) == [4, 6]
        assert await desk.ask(4) == [8]

    async def test_at_the_end_of_the_process_nobody_waits_for_ever(self) -> None:
        desk = Desk()
        desk.pause.clear()
        waiting = [asyncio.create_task(desk.group.ask("一", number)) for number in range(6)]
        await turns()
        [deciding] = [task for task in asyncio.all_tasks() if "_work_off" in repr(task)]
        deciding.cancel()
        with suppress(asyncio.CancelledError):
            await deciding
        assert {type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)} == {asyncio.CancelledError}
        desk.pause.set()
        assert await desk.ask(7) == [14]


@pytest.mark.usefixtures("database")
class TestTransactions:
    async def test_inside_one_it_is_decided_there(self) -> None:
        await db.execute("CREATE TABLE tickets (number int)")

        @action
        async def sell(key: str, numbers: Sequence[int]) -> list[int | Refusal]:
            await db.execute("INSERT INTO tickets SELECT unnest($1::int[])", list(numbers))
            return [Conflict() if number < 0 else number for number in numbers]

        group = GroupCommit[str, int, int](sell)
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                assert await group.ask("一", 7) == 7
                with pytest.raises(Conflict):
                    await group.ask("一", -7)
                raise ZeroDivisionError
        assert await db.value("SELECT count(*) FROM tickets") == 0
        assert await asyncio.gather(*(group.ask("一", number) for number in range(3))) == [0, 1, 2]
        assert await db.value("SELECT count(*) FROM tickets") == 3

    async def test_a_batch_is_never_a_part_of_a_callers(self) -> None:
        inside: list[bool] = []

        async def look(key: str, numbers: Sequence[int]) -> Sequence[int]:
            inside.append(unit_of_work.is_open())
            return numbers

        group = GroupCommit[str, int, int](look)
        asking = asyncio.create_task(group.ask("一", 1))
        async with transaction():
            await asking
            await group.ask("一", 2)
        assert inside == [False, True]


class TestAnotherPresent:
    async def test_is_kept_for_who_lives_in_it(self) -> None:
        seen: list[datetime] = []

        async def look(key: str, numbers: Sequence[int]) -> Sequence[int]:
            seen.append(clock.now())
            return numbers

        group, then = GroupCommit[str, int, int](look), datetime(2020, 1, 1, tzinfo=UTC)

        async def long_ago() -> None:
            with clock.at(then):
                await group.ask("一", 1)

        await asyncio.gather(long_ago(), group.ask("一", 2))
        assert seen[0] == then < seen[1]
