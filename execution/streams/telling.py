"""What goes from a topic to a subscriber, and what both must be able to."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from typing import Any, NamedTuple, Protocol


class Payload:
    """An answer, encoded once for all who are told it; an empty one is not told: the viewer may not know of the event.

    `forms` keeps what doors make of it, to be made once too.
    """

    __slots__ = ("forms", "json")

    def __init__(self, json: bytes) -> None:
        self.json = json
        self.forms: dict[Hashable, Any] = {}


class Viewing(Protocol):
    """What a context must be able to, so that an execution can be shared."""

    @property
    def viewer_id(self) -> Hashable:
        """Whoever has the same may be told the same."""

    @property
    def apart(self) -> bool:
        """Whether its viewer may be shown less than others, and so has executions of their own."""

    def for_all(self) -> "Viewing":
        """A context that knows no viewer, and keeps what was answered under it for `beside`."""

    def beside(self, shared: Any) -> "Viewing":
        """This context, where it need not ask again what was answered for all."""


class Outlet(Protocol):
    """Where a subscriber is told."""

    @property
    def context(self) -> Viewing: ...

    def tell(self, payload: Payload) -> Awaitable[None] | None:
        """Hands an answer over. What it returns is to be awaited before the next one: the client is slow."""

    def end(self, error: Exception | None) -> None:
        """Nothing more comes: it is complete, or went wrong."""


class Subscription(Protocol):
    """What a door holds for as long as a subscriber listens."""

    def cancel(self) -> object:
        """Leaves; nothing more is told."""


class Event(NamedTuple):
    """A step of a topic, or (`whole`) its state as of then; `value` is what the selection is executed on."""

    sequence: int
    whole: bool
    value: Any


class Source(Protocol):
    """A topic as one subscriber asks for it. Those of one topic differ in nothing but `after` and `attending`."""

    @property
    def topic(self) -> Hashable: ...

    @property
    def after(self) -> int | None:
        """The sequence up to which the subscriber has heard everything; None for nothing yet."""

    @property
    def patience(self) -> int:
        """How many steps wait for a slow client before its newest state takes their place."""

    def attending(self) -> contextlib.AbstractContextManager[None]:
        """Entered for as long as the subscriber listens."""

    def listening(self) -> contextlib.AbstractAsyncContextManager[Any]:
        """Keeps from when it is entered what `steps` yields."""

    async def missed(self, last: int | None) -> Sequence[Event] | None:
        """What to tell somebody who has heard everything up to `last`. None: there is no such topic."""

    def steps(self, listener: Any, last: int) -> AsyncGenerator[Event, None]:
        """Every event after `last`. Ends when there is no such topic any more."""


# Executes a selection on an event's value. None: the answer depends on the viewer, whom the context does not know.
Render = Callable[[Any, Any], Awaitable[bytes | None]]
