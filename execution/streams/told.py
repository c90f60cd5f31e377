"""What an audience is told: each event with its answers, made once for all who are told them."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final

from execution.streams.telling import Event, Payload, Render, Viewing

# How many viewers are executed for before others have a turn.
_AT_ONCE: Final = 100


class Told:
    """An event as an audience is told it: one answer for all, or one for each viewer."""

    __slots__ = ("_event", "_for_all", "_for_viewer", "_lock", "_rendered", "_shared", "sequence", "whole")

    def __init__(self, event: Event, shared: Viewing) -> None:
        self.sequence = event.sequence
        self.whole = event.whole
        self._event = event
        self._shared = shared  # The context of the execution for all.
        self._lock = asyncio.Lock()
        self._rendered = False
        self._for_all: Payload | None = None
        self._for_viewer: dict[Hashable, Payload] = {}

    def payload_for(self, context: Viewing) -> Payload | None:
        """The answer for a context's viewer, if it is there."""
        found = self._for_viewer.get(context.viewer_id)
        return found if context.apart else found or self._for_all

    async def render(self, render: Render, contexts: Callable[[], Iterable[Viewing]]) -> None:
        """Makes the answers: by one execution without a viewer or, if that asked who it is, one for each context's.

        A viewer apart from the others has one in any case.
        """
        async with self._lock:
            if not self._rendered:
                answer = await render(self._event.value, self._shared)
                self._for_all = None if answer is None else Payload(answer)
                self._rendered = True
            alone = [context for context in contexts() if self._for_all is None or context.apart]
            await self._render_each(render, {context.viewer_id: context for context in alone})

    async def _render_each(self, render: Render, contexts: Mapping[Hashable, Viewing]) -> None:
        missing = [viewer for viewer in contexts if viewer not in self._for_viewer]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            answers = await asyncio.gather(
                *(render(self._event.value, contexts[viewer].beside(self._shared)) for viewer in some)
            )
            for viewer, answer in zip(some, answers, strict=True):
                if answer is None:
                    raise RuntimeError("an answer for one viewer asked who it is")
                self._for_viewer[viewer] = Payload(answer)
