"""What the resolvers of mutations did, told again: so that every executor can show the same outcome."""

import functools
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeAlias

# What a resolver returned, or what it raised.
Outcome: TypeAlias = tuple[Any, Exception | None]

kept: ContextVar[list[Outcome] | None] = ContextVar("kept", default=None)
replayed: ContextVar[deque[Outcome] | None] = ContextVar("replayed", default=None)


def replayable(root: Any) -> None:
    """Has the mutations of a root type keep their outcomes in `kept`; they do nothing but tell those in `replayed`."""
    for field in root.__strawberry_definition__.fields:
        field.base_resolver.wrapped_func = _replayable(field.base_resolver.wrapped_func)


def _replayable(resolver: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(resolver)
    async def resolve(*args: Any, **kwargs: Any) -> Any:
        told = replayed.get()
        value, error = await _outcome(resolver(*args, **kwargs)) if told is None else told.popleft()
        keeping = kept.get()
        if told is None and keeping is not None:
            keeping.append((value, error))
        if error is not None:
            raise error
        return value

    return resolve


async def _outcome(answer: Awaitable[Any]) -> Outcome:
    try:
        return await answer, None
    except Exception as error:
        return None, error
