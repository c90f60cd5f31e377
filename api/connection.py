"""One websocket connection as ASGI gives it, with as little around it as thousands of idle ones can bear."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Final

from starlette.types import Message, Receive, Scope, Send

from api.lean_websockets import WRITE

# Seconds in which a client takes what it was told before, and the frame that closes.
_LAST_WORD: Final = 1.0


class DisconnectedError(Exception):
    """The client is gone."""


class Connection:
    """An accepted connection. Once it is gone, what is sent goes nowhere."""

    __slots__ = ("_abort", "_receive", "_saying", "_send", "_write", "is_open")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Not every server can.
        able = scope.get("extensions", {}).get(WRITE, {})
        self._write: Callable[[Message], bool] | None = able.get("write")
        self._abort: Callable[[], None] | None = able.get("abort")
        self._receive = receive
        self._send = send
        self._saying: asyncio.Future[None] | None = None
        self.is_open = True

    async def receive(self) -> str | None:
        """The next message; None for one that is no text. Raises DisconnectedError."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise DisconnectedError
        text: str | None = message.get("text")
        return text

    async def send(self, message: Message) -> None:
        """Sends an ASGI message."""
        slow = self.write(message)
        if slow is not None:
            await slow

    def write(self, message: Message) -> Awaitable[None] | None:
        """Sends an ASGI message, without waiting if the client takes it; else the rest is to be awaited."""
        if not self.is_open or (self._write is not None and "text" in message and self._write(message)):
            return None
        sending: Coroutine[Any, Any, None] = self._send(message)  # type: ignore[assignment]
        try:
            return _Rest(self, sending, sending.send(None))
        except StopIteration:
            return None
        except (OSError, RuntimeError):
            self.is_open = False
            return None

    def say(self, message: Message) -> None:
        """Sends an ASGI message, whenever the client takes it."""
        slow = self.write(message)
        if slow is not None:
            self._saying = asyncio.ensure_future(slow)

    async def close(self, code: int, reason: str) -> None:
        """Closes it, if it still is open; without a word if its client does not take one."""
        if not self.is_open:
            return
        try:
            async with asyncio.timeout(_LAST_WORD):
                await self.send({"type": "websocket.close", "code": code, "reason": reason})
        except TimeoutError:
            if self._abort is not None:
                self._abort()
        self.is_open = False


class _Rest:
    """What is left of a sending that was begun by hand and waits for `waiting`, a future."""

    __slots__ = ("_connection", "_sending", "_waiting")

    def __init__(self, connection: Connection, sending: Coroutine[Any, Any, None], waiting: Any) -> None:
        self._connection = connection
        self._sending = sending
        self._waiting = waiting

    def __await__(self) -> Generator[Any, Any, None]:
        waiting = self._waiting
        while True:
            try:
                sent = yield waiting
            except BaseException as error:
                resume = functools.partial(self._sending.throw, error)
            else:
                resume = functools.partial(self._sending.send, sent)
            try:
                waiting = resume()
            except StopIteration:
                return
            except (OSError, RuntimeError):
                self._connection.is_open = False
                return
