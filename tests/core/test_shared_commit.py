"""Requests about different things share a transaction, and nothing else: no lock, no failure, no place in the line."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from core import clock, unit_of_work
from core.errors import Conflict
from core.shared_commit import Busy, SharedCommit
from core.unit_of_work import transaction

Pairs = Sequence[tuple[str, int]]


class Desk:
    """Doubles numbers. Some keys are locked by others until `unlocked`; 13 cannot be doubled."""

    def __init__(self, most: int = 256) -> None:
        self.together: list[list[tuple[str, int]]] = []
        self.alone: list[list[tuple[str, int]]] = []
        self.locked: set[str] = set()
        self.unlocked = asyncio.Event()
        self.group = SharedCommit[str, int, int](self._decide, self._decide_alone, most=most)

    async def _decide(self, pairs: Pairs) -> list[int | Exception]:
        self.together.append(list(pairs))
        await asyncio.sleep(0)
        return [Busy() if key in self.locked else _doubled(number) for key, number in pairs]

    async def _decide_alone(self, key: str, pairs: Pairs) -> list[int | Exception]:
        if key in self.locked:
            await self.unlocked.wait()
        self.alone.append(list(pairs))
        return [_doubled(number) for _, number in pairs]

    async def ask(self, *pairs: tuple[str, int]) -> list[int | BaseException]:
        return await asyncio.gather(*(self.group.ask(*pair) for pair in pairs), return_exceptions=True)


def _doubled(number: int) -> int | Exception:
    if number == 13:
        raise ZeroDivisionError("十三")
    return Conflict("number") if number < 0 else number * 2


async def turns(count: int = 8) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


class TestTogether:
    async def test_what_comes_at_once_is_decided_at_once_in_its_order(self) -> None:
        desk = Desk()
        pairs = [("一", 3), ("二", 1), ("一", 2), ("三", 9)]
        assert await desk.ask(*pairs) == [6, 2, 4, 18]
        assert (desk.together, desk.alone) == ([pairs], [])

    async def test_what_comes_meanwhile_is_next(self) -> None:
        desk = Desk()
        first = asyncio.create_task(desk.ask(("一", 1)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await desk.ask(("二", 2), ("一", 3)) == [4, 6] and await first == [2]
        assert desk.together == [[("一", 1)], [("二", 2), ("一", 3)]]

    async def test_a_refusal_is_its_senders_alone(self) -> None:
        first, refused, third = await Desk().ask(("一", 1), ("二", -1), ("三", 3))
        assert (first, type(refused), third) == (2, Conflict, 6)


class TestABusyKey:
    async def test_holds_up_nobody_else(self) -> None:
        desk = Desk()
        desk.locked = {"忙"}
        waiting = asyncio.create_task(desk.ask(("忙", 1), ("忙", 2)))
        assert await desk.ask(("一", 3), ("二", 4)) == [6, 8]
        await turns()
        assert not waiting.done()
        desk.unlocked.set()
        assert (await waiting, desk.alone) == ([2, 4], [[("忙", 1), ("忙", 2)]])

    async def test_keeps_its_line_together(self) -> None:
        """Who comes later waits behind who found it busy, and comes to the same batch."""
        desk = Desk()
        desk.locked = {"忙"}
        waiting = asyncio.create_task(desk.ask(("忙", 1)))
        await turns()
        later = asyncio.create_task(desk.ask(("忙", 2), ("一", 5)))
        await turns()
        desk.unlocked.set()
        assert (await waiting, await later) == ([2], [4, 10])
        assert desk.together == [[("忙", 1)], [("一", 5)]]
        assert desk.alone == [[("忙", 1), ("忙", 2)]]

    async def test_is_shared_again_when_nobody_waits(self) -> None:
        desk = Desk()
        desk.locked = {"忙"}
        desk.unlocked.set()
        assert await desk.ask(("忙", 1)) == [2]
        desk.locked = set()
        assert await desk.ask(("忙", 2)) == [4]
        assert (desk.together[1:], len(desk.alone)) == ([[("忙", 2)]], 1)


class TestABrokenOne:
    async def test_spoils_no_other(self) -> None:
        desk = Desk()
        *others, broken = await desk.ask(("一", 1), ("二", 2), ("三", 3), ("二", 4), ("三", 13))
        assert others == [2, 4, 6, 8] and isinstance(broken, ZeroDivisionError)
        assert len(desk.together) == 1
        assert desk.alone[:2] == [[("一", 1)], [("二", 2), ("二", 4)]]

    async def test_a_database_out_of_reach_is_told_to_all_at_once(self) -> None:
        alone: list[object] = []

        async def unreachable(pairs: Pairs) -> Sequence[int]:
            raise ConnectionRefusedError

        async def never(key: str, pairs: Pairs) -> Sequence[int]:
            alone.append(pairs)
            return []

        group = SharedCommit[str, int, int](unreachable, never)
        found = await asyncio.gather(*(group.ask(key, 1) for key in "一二三"), return_exceptions=True)
        assert ({type(one) for one in found}, alone) == ({ConnectionRefusedError}, [])


class TestACrowd:
    async def test_about_one_key_holds_up_nobody_else(self) -> None:
        desk = Desk(most=4)
        crowd = [("热", number) for number in range(10)]
        assert await desk.ask(*crowd, ("冷", 7), ("凉", 8)) == [*range(0, 20, 2), 14, 16]
        assert sorted(desk.together[0]) == [("冷", 7), ("凉", 8), ("热", 0), ("热", 1)]
        assert [pair for batch in desk.together for pair in batch if pair[0] == "热"] == crowd

    async def test_of_keys_lets_each_in_after_the_other(self) -> None:
        desk = Desk(most=3)
        await desk.ask(*((key, number) for number in range(2) for key in "甲乙丙丁"))
        assert [[key for key, _ in batch] for batch in desk.together] == [list("甲乙丙"), list("丁甲乙"), list("丙丁")]


@pytest.mark.usefixtures("database")
class TestApart:
    async def test_is_decided_what_is_part_of_a_transaction(self) -> None:
        desk = Desk()
        async with transaction():
            assert unit_of_work.is_open() and await desk.ask(("一", 1)) == [2]
        assert (desk.together, desk.alone) == ([], [[("一", 1)]])

    async def test_is_decided_what_lives_in_another_present(self) -> None:
        desk = Desk()
        with clock.at(datetime(2020, 1, 1, tzinfo=UTC)):
            assert await desk.ask(("一", 1)) == [2]
        assert (desk.together, desk.alone) == ([], [[("一", 1)]])
