"""A topic without a database, and subscribers that keep what they are told."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator, Sequence
from typing import Any

from execution.streams import Event, Payload, Streams, Subscription


class Log:
    """Everything that happened, and who hears of it. What is `lost` is in the log alone."""

    def __init__(self, *, first: int = 1) -> None:
        self.first = first  # Older steps are forgotten.
        self.last = 0
        self.gone = False
        self.reads = 0
        self.delay = 1  # How many turns others have until a reader knows what it read.
        self.heard_by: list[asyncio.Queue[int | None]] = []
        self.most_heard_by = 0

    def happen(self, *, lost: bool = False) -> None:
        self.last += 1
        if not lost:
            self.say(self.last)

    def say(self, sequence: int | None) -> None:
        """Tells those who listen of a step; None: look for yourself."""
        for queue in self.heard_by:
            queue.put_nowait(sequence)


class Asker:
    """A subscriber's view of a log."""

    def __init__(self, log: Log, after: int | None = None, patience: int = 1) -> None:
        self.topic = id(log)
        self.after = after
        self.patience = patience
        self.attended = 0
        self._log = log

    @contextlib.contextmanager
    def attending(self) -> Iterator[None]:
        self.attended += 1
        yield
        self.attended -= 1

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Queue[int | None]]:
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        self._log.heard_by.append(queue)
        self._log.most_heard_by = max(self._log.most_heard_by, len(self._log.heard_by))
        try:
            yield queue
        finally:
            self._log.heard_by.remove(queue)

    async def missed(self, last: int | None) -> Sequence[Event] | None:
        log = self._log
        log.reads += 1
        found: list[Event] | None = [Event(log.last, True, f"all of {log.last}")]
        if log.gone:
            found = None
        elif last is not None and log.first - 1 <= last <= log.last:
            found = [self._step(sequence) for sequence in range(last + 1, log.last + 1)]
        for _ in range(log.delay):
            await asyncio.sleep(0)
        return found

    async def steps(self, listener: asyncio.Queue[int | None], last: int) -> AsyncGenerator[Event, None]:
        while True:
            sequence = await listener.get()
            if sequence == last + 1:
                last = sequence
                yield self._step(sequence)
            elif sequence is None or sequence > last + 1:
                missed = await self.missed(last)
                if missed is None:
                    return
                for event in missed:
                    last = event.sequence
                    yield event

    def _step(self, sequence: int) -> Event:
        return Event(sequence, False, f"step {sequence}")


class Viewer:
    """The context of a viewer; of nobody in particular, if `for_all`."""

    def __init__(self, name: str | None = None, beside: "Viewer | None" = None, *, apart: bool = False) -> None:
        self.viewer_id = name
        self.apart = apart
        self.shared = beside

    def for_all(self) -> "Viewer":
        return Viewer()

    def beside(self, shared: "Viewer") -> "Viewer":
        return Viewer(self.viewer_id, shared, apart=self.apart)


class Client:
    """An outlet that keeps what it is told, and takes nothing while it is `full`."""

    def __init__(self, viewer: str | None = None, *, apart: bool = False) -> None:
        self.context = Viewer(viewer, apart=apart)
        self.told: list[str] = []
        self.payloads: list[Payload] = []
        self.ended: list[Exception | None] = []
        self.subscription: Subscription
        self._full: asyncio.Future[None] | None = None

    def full(self) -> None:
        if self._full is None:
            self._full = asyncio.get_running_loop().create_future()

    def take(self) -> None:
        if self._full is not None:
            self._full.set_result(None)
            self._full = None

    def tell(self, payload: Payload) -> Awaitable[Any] | None:
        self.told.append(payload.json.decode())
        self.payloads.append(payload)
        return None if self._full is None else asyncio.shield(self._full)

    def end(self, error: Exception | None) -> None:
        self.ended.append(error)


class Room:
    """A log, the streams that share it, and how often what was executed."""

    def __init__(self, log: Log | None = None) -> None:
        self.log = log or Log()
        self.streams = Streams()
        self.executed: list[str] = []
        self.asks_viewer = False
        self.failure: Exception | None = None

    async def render(self, value: str, context: Viewer) -> bytes | None:
        self.executed.append(f"{value} for {context.viewer_id}" if self.asks_viewer else value)
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        if not self.asks_viewer:
            return value.encode()
        return f"{value} for {context.viewer_id}".encode() if context.shared else None

    def join(self, client: Client, after: int | None = None, asked: str = "the same", patience: int = 1) -> Asker:
        asker = Asker(self.log, after, patience)
        client.subscription = self.streams.join(asker, asked, self.render, client)
        return asker


async def settled() -> None:
    """Lets everything go on until nothing but the clock could move it."""
    for _ in range(60):
        await asyncio.sleep(0)
