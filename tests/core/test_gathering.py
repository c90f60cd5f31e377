"""What many ask at a time is asked together; each has its own answers, and nobody an old one."""

import asyncio

import pytest

from core import db
from core.gathering import gathered, gathered_flags, gathered_lists
from core.unit_of_work import transaction
from tests.waiting import moment, until


class Shelf:
    """Names numbers, and notes what it was asked; it answers when `pause` allows it."""

    def __init__(self, full: int = 100) -> None:
        self.asked: list[list[int]] = []
        self.pause = asyncio.Event()
        self.pause.set()
        self.names = gathered(self._names, full=full)

    async def _names(self, numbers: list[int]) -> dict[int, str]:
        self.asked.append(numbers)
        await self.pause.wait()
        if 13 in numbers:
            raise ZeroDivisionError("十三")
        return {number: f"第{number}号" for number in numbers if number > 0}


async def test_what_is_asked_at_once_is_asked_together_and_each_thing_once() -> None:
    shelf = Shelf()
    assert await asyncio.gather(shelf.names([3, 1]), shelf.names([]), shelf.names([1, -2, 1])) == [
        ["第3号", "第1号"],
        [],
        ["第1号", None, "第1号"],
    ]
    assert shelf.asked == [[3, 1, -2]]


async def test_who_asks_for_nothing_is_answered_without_a_read() -> None:
    shelf = Shelf()

    async def nothing(numbers: list[int]) -> list[tuple[int, str]]:
        raise AssertionError("asked")

    async def none(numbers: list[int]) -> set[int]:
        raise AssertionError("asked")

    assert await shelf.names([]) == await gathered_lists(nothing)([]) == await gathered_flags(none)([]) == []
    assert shelf.asked == []


async def test_lists_are_empty_and_flags_down_where_nothing_was_found() -> None:
    @gathered_lists
    async def parts(numbers: list[int]) -> list[tuple[int, str]]:
        return [(1, "甲"), (1, "乙")]

    @gathered_flags
    async def liked(numbers: list[int]) -> set[int]:
        return {1}

    assert await parts([2, 1]) == [[], ["甲", "乙"]]
    assert await liked([2, 1]) == [False, True]


async def test_who_asks_alone_waits_for_nobody_and_whoever_comes_meanwhile_for_the_next() -> None:
    shelf = Shelf()
    shelf.pause.clear()
    first = asyncio.create_task(shelf.names([1]))
    await until(lambda: shelf.asked == [[1]])
    others = [asyncio.create_task(shelf.names([number])) for number in (1, 2)]
    await moment()
    assert shelf.asked == [[1]]
    shelf.pause.set()
    assert [await task for task in (first, *others)] == [["第1号"], ["第1号"], ["第2号"]]
    assert shelf.asked == [[1], [1, 2]]


async def test_what_a_full_statement_does_not_hold_is_asked_by_the_next() -> None:
    shelf = Shelf(full=3)
    await asyncio.gather(shelf.names([1, 2]), shelf.names([3, 4]), shelf.names([5]))
    assert shelf.asked == [[1, 2, 3, 4], [5]]


async def test_what_fails_fails_for_those_alone_who_asked_for_it() -> None:
    shelf = Shelf()
    good, bad = await asyncio.gather(shelf.names([1]), shelf.names([13]), return_exceptions=True)
    assert good == ["第1号"] and isinstance(bad, ZeroDivisionError)
    assert await shelf.names([2]) == ["第2号"]


async def test_who_goes_away_takes_nobody_along() -> None:
    shelf = Shelf()
    shelf.pause.clear()
    leaving, staying = (asyncio.create_task(shelf.names([number])) for number in (1, 2))
    await until(lambda: shelf.asked)
    leaving.cancel()
    shelf.pause.set()
    assert await staying == ["第2号"]
    with pytest.raises(asyncio.CancelledError):
        await leaving


@pytest.mark.usefixtures("database")
async def test_a_transaction_reads_what_it_wrote() -> None:
    @gathered
    async def names(ids: list[int]) -> dict[int, str]:
        return dict(await db.rows("SELECT id, name FROM gathered_names WHERE id = ANY($1)", ids))

    async with transaction():
        await db.execute("CREATE TEMPORARY TABLE gathered_names (id int, name text) ON COMMIT DROP")
        await db.execute("INSERT INTO gathered_names VALUES (1, '露营')")
        assert await names([1]) == ["露营"]
