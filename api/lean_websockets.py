"""uvicorn's websocket protocol, for thousands of connections on which hardly anything happens.

A stock connection holds 20 KiB, most of it in queues, events and headers that are never looked at again. And what is
sent to many is framed here once: whoever sends the same message object to many connections has it framed for the first.
"""

import asyncio
from collections import deque
from typing import Any, ClassVar, Final

from starlette.types import Message
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN

# The ASGI extension by which a connection says that it can `write`, and `abort` without a word.
WRITE: Final = "zhongcao.websocket.write"


class LeanProtocol(WebSocketsSansIOProtocol):
    """Sends and receives as uvicorn's own does."""

    _framed: ClassVar[tuple[Message, bytes]] = ({}, b"")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.queue: Any = Inbox()
        self.writable: Any = Gate()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and not self.close_sent:
            self.scope["extensions"][WRITE] = {"write": self.write, "abort": self.transport.abort}

    def write(self, message: Message) -> bool:
        """Sends a text if the client takes it at once; whether it did. `send` without a coroutine."""
        if not self.writable.is_set() or self.disconnected or self.conn.state is not OPEN or self.conn.extensions:
            return False
        self.transport.write(self._frame(message))
        return True

    async def send(self, message: Any) -> None:
        if self.conn.state is not OPEN or self.conn.extensions or "text" not in message:
            await super().send(message)
            if message["type"] == "websocket.accept":
                # The handshake is over, and what was said there is large.
                self.request.headers.clear()
                self.response.headers.clear()
            return
        while not self.writable.is_set():
            await self.writable.wait()
        if self.disconnected or self.conn.state is not OPEN:
            raise ClientDisconnected
        self.transport.write(self._frame(message))

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        if self.transport.get_write_buffer_size():
            # It takes nothing, and so would never be done.
            self.transport.abort()

    @classmethod
    def _frame(cls, message: Message) -> bytes:
        known, frame = cls._framed
        if known is not message:
            frame = Frame(Opcode.TEXT, message["text"].encode()).serialize(mask=False)
            cls._framed = message, frame
        return frame

    async def receive(self) -> Any:
        while self.queue.empty():
            await self.queue.arrival()
        message = self.queue.get_nowait()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self.transport.resume_reading()
        return message


class Inbox:
    """A queue for one reader that holds nothing when it is empty."""

    __slots__ = ("_arrival", "_messages")

    def __init__(self) -> None:
        self._messages: deque[Any] | None = None
        self._arrival: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        if self._messages is None:
            self._messages = deque()
        self._messages.append(message)
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def empty(self) -> bool:
        return self._messages is None

    def arrival(self) -> asyncio.Future[None]:
        """When a message arrives at the empty queue."""
        self._arrival = asyncio.get_running_loop().create_future()
        return self._arrival

    def get_nowait(self) -> Any:
        """The next message; there must be one."""
        if self._messages is None:
            raise asyncio.QueueEmpty
        message = self._messages.popleft()
        if not self._messages:
            self._messages = self._arrival = None
        return message


class Gate:
    """An event that is set, most of the time and at no cost."""

    __slots__ = ("_opening",)

    def __init__(self) -> None:
        self._opening: asyncio.Future[None] | None = None

    def is_set(self) -> bool:
        return self._opening is None

    def set(self) -> None:
        if self._opening is not None and not self._opening.done():
            self._opening.set_result(None)
        self._opening = None

    def clear(self) -> None:
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_future()

    async def wait(self) -> None:
        """Until it is set."""
        if self._opening is not None:
            await asyncio.shield(self._opening)
