"""Columns: each value is its own object's affair; leaves look at a whole column and write what graphql-core writes."""

import asyncio
import datetime
import decimal
import operator
from typing import Any

import pytest
from graphql import GraphQLLeafType, Undefined
from graphql.execution import Executor as CoreExecutor
from hypothesis import given, settings, strategies

from execution.columns import Broken, column, items_of, natures, settled
from execution.leaves import Columns
from tests.execution import nasty
from tests.execution.world import GOOD, TROUBLE, Colour, Later, Mood, Thing, World

TYPES = nasty.build()._schema.type_map
LEAVES: list[Any] = [TYPES[name] for name in ("String", "ID", "Boolean", "Int", "Float", "Colour", "Mood", "Odd")]


def reads(values: list[Any]) -> Any:
    """A function that gives or raises each value in turn, and may be called once for each."""
    rest = iter(values)

    def read(_: Any) -> Any:
        value = next(rest)
        if isinstance(value, Exception):
            raise value
        return value

    return read


class TestColumn:
    def test_an_exception_is_its_objects_own(self) -> None:
        error = ValueError("no")
        assert column(reads([1, error, 2]), 3, range(3)) == [1, error, 2]

    def test_all_may_fail(self) -> None:
        errors = [ValueError("one"), KeyError("other")]
        assert column(reads(errors), 2, range(2)) == errors

    def test_nothing_is_called_twice(self) -> None:
        called: list[int] = []

        def call(number: int) -> int:
            called.append(number)
            return 10 // number

        assert str(column(call, 4, [2, 0, 5, 0])[1]) == "integer division or modulo by zero"
        assert called == [2, 0, 5, 0]

    def test_the_end_of_an_iteration_is_a_failure_like_others(self) -> None:
        found = column(reads([1, StopIteration(), 2]), 3, range(3))
        assert (found[0], type(found[1]), found[2]) == (1, StopIteration, 2)

    def test_attributes_are_read_from_each(self) -> None:
        found = column(operator.attrgetter("real"), 2, [1, "text"])
        assert found[0] == 1 and isinstance(found[1], AttributeError)


class TestSettled:
    async def test_awaitables_are_replaced(self) -> None:
        error = ValueError("late")
        assert await settled([1, Later(2, 3), None, Later(error, 1), Later(4, 0)]) == [1, 2, None, error, 4]

    async def test_one_is_awaited_in_place(self) -> None:
        error = ValueError("late")
        assert await settled([1, Later(error, 1)]) == [1, error]

    async def test_cancellation_is_no_failure(self) -> None:
        with pytest.raises(asyncio.CancelledError):
            await settled([Later(1, 1), _cancelled()])


async def _cancelled() -> None:
    raise asyncio.CancelledError


class TestNatures:
    def test_are_told_by_class(self) -> None:
        assert natures([]) == set()
        assert natures([1, "a", object()]) == {"value"}
        assert natures([None, Undefined]) == {"nothing"}
        assert natures([ValueError(), Later(1, 1)]) == {"failure", "awaitable"}


class TestItems:
    def test_come_until_they_break_off(self) -> None:
        assert items_of(iter("ab")) == ["a", "b"]
        broken = items_of(10 // number for number in (5, 2, 0))
        assert isinstance(broken, Broken) and broken.items == [2, 5]


PLAIN = [
    "text", "", 1, -1, 2**31, True, 0.5, 3.0, float("inf"), decimal.Decimal(1), datetime.date(2026, 1, 1), [1],
    None, Undefined, *Colour, *Mood, object(), ValueError("no"),
]  # fmt: skip


class TestLeaves:
    @pytest.mark.parametrize("leaf", LEAVES, ids=str)
    @pytest.mark.parametrize("nullable", [True, False])
    @settings(max_examples=60, derandomize=True, database=None)
    @given(values=strategies.lists(strategies.sampled_from(PLAIN), min_size=1, max_size=3))
    def test_are_written_as_one_by_one(self, leaf: GraphQLLeafType, nullable: bool, values: list[Any]) -> None:
        written = Columns(leaf, nullable=nullable).written(values)
        if written is not None:
            for value, found in zip(values, written, strict=True):
                wanted = None if value is None else CoreExecutor.complete_leaf_value(leaf, value)
                assert (found, type(found)) == (wanted, type(wanted))
                assert nullable or found is not None

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("String", ["a", "b"]),
            ("ID", ["a", "b"]),
            ("ID", [1, 2]),
            ("Boolean", [True, False]),
            ("Int", [1, -1]),
            ("Float", [0.5, 1.0]),
            ("Colour", [Colour.RED, Colour.GREEN]),
            ("Mood", ["CALM", Mood.WILD]),
            ("Odd", [1, 3]),
        ],
    )
    def test_are_written_at_once_when_nothing_is_odd(self, name: str, values: list[Any]) -> None:
        leaf: Any = TYPES[name]
        assert Columns(leaf, nullable=False).written(values) is not None
        assert Columns(leaf, nullable=True).written([None, *values, None]) is not None
        assert Columns(leaf, nullable=False).written([None, *values]) is None
        assert Columns(leaf, nullable=True).written([None, None]) == [None, None]


class TestWorld:
    """The oracle's tests are as good as their world."""

    def test_misbehaves_the_same_way_each_time(self) -> None:
        for name in ("text_maybe", "number_sure_list", "knot_grid"):
            assert str(_read(World(1, 0.5), name)) == str(_read(World(1, 0.5), name))

    def test_has_good_values_and_trouble_for_all(self) -> None:
        assert {name.partition("_")[0] for name in nasty.LEAVES} <= GOOD.keys()
        assert len(TROUBLE) > 10


def _read(world: World, name: str) -> Any:
    found = column(
        lambda thing: getattr(thing, name), 1, [Thing(World(world.seed, world.trouble, waits=False), "a", "knot")]
    )
    return [type(value).__name__ for value in found]
