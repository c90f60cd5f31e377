"""Gathered reads: what many requests ask of one table at a time is asked by one statement.

Under load, what a statement costs by itself is most of what a page costs. So while one is under way, the questions that
arrive wait for it and then go together. A question's statement begins after it was asked: it sees all that was
committed before. Who asks alone waits for nobody.
"""

import functools
from collections.abc import Awaitable, Callable, Hashable, Sequence
from itertools import chain
from typing import Final, TypeVar

from core.group_commit import GroupCommit

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Read = Callable[[Sequence[Key]], Awaitable[list[Answer]]]

# Questions that go together at the most; a page asks for up to a hundred things, and their parts.
_MOST: Final = 32


def gathered(read: Read[Key, Answer]) -> Read[Key, Answer]:
    """Has a batch read, which answers keys in their order, asked for many callers together.

    Callers share the answers, so nobody may change one. Inside a transaction it is asked alone, as a part of that.
    """

    async def together(_: None, questions: Sequence[Sequence[Key]]) -> list[list[Answer]]:
        if len(questions) == 1:
            return [await read(questions[0])]
        keys = list(dict.fromkeys(chain.from_iterable(questions)))
        answers = dict(zip(keys, await read(keys), strict=True))
        return [[answers[key] for key in question] for question in questions]

    group: GroupCommit[None, Sequence[Key], list[Answer]] = GroupCommit(together, most=_MOST)

    @functools.wraps(read)
    async def ask(keys: Sequence[Key]) -> list[Answer]:
        return await group.ask(None, keys)

    return ask
