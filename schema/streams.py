"""What resolvers of subscriptions return: a topic, which all who ask the same of it are told together."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from core.bus import Listener
from core.outbox import Step
from core.streams import Snapshot, Topic
from execution.streams import Event

State = TypeVar("State")
Tell = Callable[[Snapshot[State] | Step], Any]

# How many steps wait for a slow client before the newest state takes their place: of steps that each carry the whole
# state one, of others as many as a chat may say in a moment.
_STATES: Final = 1
_FACTS: Final = 64


class TopicStream(Generic[State]):
    """A topic as one subscriber asks for it, from after the step `after`; `tell` makes the graph's object of a step.

    Neither `topic` nor `tell` may know who the viewer is: they serve all whom the resolver let in. `attending` is
    entered for as long as the subscriber listens. Iterated, it is that subscriber's alone.
    """

    __slots__ = ("_attending", "_tell", "_topic", "after", "patience")

    def __init__(
        self,
        topic: Topic[State],
        after: int | None,
        tell: Tell[State],
        *,
        states: bool = False,
        attending: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self._topic = topic
        self._tell = tell
        self._attending = attending
        self.after = after
        self.patience = _STATES if states else _FACTS

    @property
    def topic(self) -> str:
        return self._topic.name

    def attending(self) -> contextlib.AbstractContextManager[None]:
        return self._attending()

    def listening(self) -> contextlib.AbstractAsyncContextManager[Listener]:
        return self._topic.listening()

    async def missed(self, last: int | None) -> Sequence[Event] | None:
        found = await self._topic.missed(last)
        return None if found is None else list(map(self._event, found))

    async def steps(self, listener: Listener, last: int) -> AsyncGenerator[Event, None]:
        async with contextlib.aclosing(self._topic.steps(listener, last)) as steps:
            async for item in steps:
                yield self._event(item)

    def _event(self, item: Snapshot[State] | Step) -> Event:
        return Event(item.sequence, isinstance(item, Snapshot), self._tell(item))

    async def __aiter__(self) -> AsyncGenerator[Any, None]:
        with self._attending():
            async with contextlib.aclosing(self._topic.follow(self.after)) as followed:
                async for item in followed:
                    yield self._tell(item)
