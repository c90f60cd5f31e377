"""Gathered reads: what many requests ask of one table at a time is asked by one statement.

Under load, what a statement costs by itself is most of what a page costs. So while one is under way, the questions that
arrive wait for it and then go together. A question's statement begins after it was asked: it sees all that was
committed before. Who asks alone waits for nobody.

A read takes distinct keys and returns what it found for them; gathered, it takes keys as they come, and returns an
answer for each in their order. Callers share answers, so nobody may change one. Who asks for nothing costs no
statement. Inside a transaction a read goes alone, as a part of that.
"""

import functools
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, TypeVar

from core.group_commit import GroupCommit

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Found = TypeVar("Found")
Ask = Callable[[Sequence[Key]], Awaitable[list[Answer]]]
Read = Callable[[list[Key]], Awaitable[Found]]

# Keys at which a statement is full, if each stands for a row or few; a page asks for up to a hundred, and their parts.
_FULL: Final = 2000


def gathered(read: Read[Key, Mapping[Key, Answer]], *, full: int = _FULL) -> Ask[Key, Answer | None]:
    """Answers what was found for each key, None where nothing was. A statement is `full` at so many keys."""
    together = _together(read, full)

    @functools.wraps(read)
    async def ask(keys: Sequence[Key]) -> list[Answer | None]:
        return list(map((await together(keys)).get, keys)) if keys else []

    return ask


def gathered_lists(read: Read[Key, Iterable[tuple[Key, Answer]]], *, full: int = _FULL) -> Ask[Key, list[Answer]]:
    """Answers all that was found under each key, in its order. A statement is `full` at so many keys."""

    async def grouped(keys: list[Key]) -> dict[Key, list[Answer]]:
        lists: dict[Key, list[Answer]] = {}
        for key, one in await read(keys):
            lists.setdefault(key, []).append(one)
        return lists

    together = _together(grouped, full)

    @functools.wraps(read)
    async def ask(keys: Sequence[Key]) -> list[list[Answer]]:
        if not keys:
            return []
        found = await together(keys)
        return [found.get(key, []) for key in keys]

    return ask


def gathered_flags(read: Read[Key, Collection[Key]]) -> Ask[Key, bool]:
    """Answers whether each key was found."""
    together = _together(read, _FULL)

    @functools.wraps(read)
    async def ask(keys: Sequence[Key]) -> list[bool]:
        return list(map((await together(keys)).__contains__, keys)) if keys else []

    return ask


def _together(read: Read[Key, Found], full: int) -> Callable[[Sequence[Key]], Awaitable[Found]]:
    async def decide(_: None, questions: Sequence[Sequence[Key]]) -> list[Found]:
        return [await read(list(dict.fromkeys(chain.from_iterable(questions))))] * len(questions)

    return functools.partial(GroupCommit[None, Sequence[Key], Found](decide, most=full, weigh=len).ask, None)
