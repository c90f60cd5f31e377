"""What a run offers to completion."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from graphql.execution import Executor as CoreExecutor

from execution.places import Level, Place

Wait = Callable[[], Awaitable[None]]


class Running(Protocol):
    """An execution under way."""

    executor: "CoreExecutor[Any]"
    # Those that are entered, and still to be resolved.
    levels: deque[Level]

    def wait(self, wait: Wait) -> None:
        """Has something waited for, together with whatever else waits; it may enter levels when it is done."""

    def fail(self, place: Place, index: int, cause: Exception, *, after_items: bool = False) -> None:
        """Notes an error at a position, and nulls the nearest nullable position at or above it."""

    def type_info(self, place: Place) -> Any:
        """The resolve info for questions about types, made when it is looked at."""
