"""Columns: one value for each object of a level, in which an exception is the failure of its own object only."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from typing import Any, Literal

from graphql import Undefined

# What a value is to an executor, told by its class.
Nature = Literal["value", "nothing", "failure", "awaitable"]

VALUES_ONLY: set[Nature] = {"value"}


class _Natures(dict[type, Nature]):
    def __missing__(self, cls: type) -> Nature:
        self[cls] = found = _nature(cls)
        return found


def _nature(cls: type) -> Nature:
    if cls is type(None) or cls is type(Undefined):
        return "nothing"
    if issubclass(cls, Exception):
        return "failure"
    return "awaitable" if hasattr(cls, "__await__") else "value"


# The nature of a class's instances.
nature: Callable[[type], Nature] = _Natures().__getitem__


def natures(values: Iterable[Any]) -> set[Nature]:
    """The natures that occur in a column; its few classes are looked at, not its values."""
    return set(map(nature, set(map(type, values))))


def column(function: Callable[..., Any], count: int, *arguments: Iterable[Any]) -> list[Any]:
    """`function` of each of `count` objects, in order: its result, or the exception that it raised."""
    values: list[Any] = []
    calls = map(function, *arguments)
    while len(values) < count:
        try:
            values.extend(calls)  # Keeps what came before an exception, and `calls` goes on after it.
            if len(values) < count:
                values.append(StopIteration())  # Raised by the function, and taken for the end of `calls`.
        except Exception as error:
            values.append(error)
    return values


async def settled(values: Sequence[Any]) -> list[Any]:
    """The column with its awaitables, awaited together, replaced by their results or exceptions."""
    done = list(values)
    waiting = [index for index, value in enumerate(values) if nature(type(value)) == "awaitable"]
    if len(waiting) == 1:
        try:
            done[waiting[0]] = await values[waiting[0]]
        except Exception as error:
            done[waiting[0]] = error
        return done
    results = await asyncio.gather(*(values[index] for index in waiting), return_exceptions=True)
    for index, result in zip(waiting, results, strict=True):
        if isinstance(result, BaseException) and not isinstance(result, Exception):
            raise result
        done[index] = result
    return done


class Broken:
    """A list whose iteration failed: the items before, and why there are no more."""

    __slots__ = ("error", "items")

    def __init__(self, items: list[Any], error: Exception) -> None:
        self.items = items
        self.error = error


def items_of(values: Iterable[Any]) -> list[Any] | Broken:
    """The items of an iterable."""
    items: list[Any] = []
    try:
        items.extend(values)
    except Exception as error:
        return Broken(items, error)
    return items


async def items_of_async(values: AsyncIterable[Any]) -> list[Any] | Broken:
    """The items of an asynchronous iterable."""
    items: list[Any] = []
    try:
        async for item in values:
            items.append(item)
    except Exception as error:
        return Broken(items, error)
    return items
