"""uvicorn's HTTP protocol, with a limit to what a client may have us wait for and keep before there is a request.

uvicorn waits for ever for headers, and for a body, and takes as many headers as come. How long a request may take once
it is there is another limit (`api/time_limit.py`), and so is the size of a body (`api/requests.py`).
"""

import asyncio
from typing import Any, ClassVar, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

# Seconds in which a client that was refused may read why, while what it still sends is thrown away.
_LINGER: Final = 2.0


class GuardedProtocol(HttpToolsProtocol):
    """Serves as uvicorn's own does. A connection has one timer at most, which is looked at and not set anew."""

    # Seconds for a request's headers, and without a byte of its body.
    HEAD_SECONDS: ClassVar[float] = 20
    BODY_SECONDS: ClassVar[float] = 30
    # Bytes of a request's line and headers together.
    HEAD_BYTES: ClassVar[int] = 64 * 1024

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Whether a head, or else a body, is waited for; and bytes of a head that is not whole yet.
        self._in_head = True
        self._unparsed = 0
        self._head_size = 0
        self._is_refused = False

    # What uvicorn calls.

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for_nothing()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        if not self._is_refused:
            self._wait_for_nothing()
            super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._due is None:
            self._wait_for_head()
        self._unparsed += len(data)
        super().data_received(data)
        if (self._is_refused or self._unparsed > self.HEAD_BYTES) and not self.transport.is_closing():
            self._refuse_head()

    # What its parser calls.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        # With ": " and the end of the line.
        self._head_size += len(name) + len(value) + 4
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unparsed = 0
        if self._head_size + len(self.url) > self.HEAD_BYTES:
            self._is_refused = True
        else:
            super().on_headers_complete()
            self._wait_for_body()

    def on_body(self, body: bytes) -> None:
        if not self._is_refused:
            self._unparsed = 0
            self._wait_for_body()
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._is_refused:
            self._unparsed = 0
            self._due = None
            super().on_message_complete()

    # Waiting.

    def _wait_for_head(self) -> None:
        self._in_head = True
        self._wait(self.HEAD_SECONDS)

    def _wait_for_body(self) -> None:
        self._in_head = False
        self._wait(self.BODY_SECONDS)

    def _wait(self, seconds: float) -> None:
        self._due = self.loop.time() + seconds
        if self._timer is None or self._timer.when() > self._due:
            self._set_timer(self._due)

    def _wait_for_nothing(self) -> None:
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if self.loop.time() < self._due:
            self._set_timer(self._due)
        elif self._is_refused:
            self.transport.abort()
        elif self._in_head:
            self._give_up_head()
        else:
            self._give_up_body()

    # Giving up.

    @property
    def _answers(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse_head(self) -> None:
        self._refuse(431, f"The headers are larger than {self.HEAD_BYTES} bytes.")

    def _give_up_head(self) -> None:
        if self._answers:
            # To an earlier request, which must not suffer from the next one.
            self._wait_for_head()
        elif self._unparsed:
            self._refuse(408, f"The headers did not come within {self.HEAD_SECONDS:g} seconds.")
        else:
            self.transport.close()

    def _give_up_body(self) -> None:
        if self.flow.read_paused:
            # It is we who do not read.
            self._wait_for_body()
        else:
            self._refuse(408, f"The body did not go on within {self.BODY_SECONDS:g} seconds.")

    def _refuse(self, status: int, message: str) -> None:
        """Says why, where that can still be said, and closes when the client did or had time to read it."""
        self._is_refused = True
        self._wait_for_nothing()
        if not self._answers:
            self._say(status, message)
        elif not self.cycle.more_body:
            # An earlier request is answered first, and then there is nothing more.
            self.cycle.keep_alive = False
        elif self.cycle.response_started or self.pipeline:
            self.transport.close()
        else:
            self._say(status, message)
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _say(self, status: int, message: str) -> None:
        body = orjson.dumps({"errors": [{"message": message}]})
        self.transport.write(
            STATUS_LINE[status] + b"content-type: application/json; charset=utf-8\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(body), body)
        )
        self._wait(_LINGER)
