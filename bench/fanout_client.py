"""Thousands of subscribers that only count: `python -m bench.fanout_client PORT COUNT`.

The first line of standard input is what to subscribe to. It prints a line when all are subscribed; then, for each line
"EVENTS", what they were told of so many events. A frame is read once, however many connections bring it: what is
measured is the server.
"""

import asyncio
import functools
import os
import sys
import time
from base64 import b64encode
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson
import uvloop

_CONNECTING: Final = 100
# Seconds without any event after which no more are waited for.
_SILENCE: Final = 20.0


class Counted(msgspec.Struct):
    """What came of some events: seconds from the first one's time to the last arrival, and milliseconds each took."""

    deliveries: int
    seconds: float
    p50: float
    p99: float


class Crowd:
    """All connections of this process."""

    def __init__(self, port: int, operation: dict[str, Any]) -> None:
        self.port = port
        self.subscribe = orjson.dumps({"id": "1", "type": "subscribe", "payload": operation})
        self.subscribed = 0
        self.times: dict[bytes, float] = {}  # Of each event's frame.
        self.late: list[float] = []
        self.last = 0.0

    def told(self, frame: bytes) -> None:
        """An event came: how late is it?"""
        sent = self.times.get(frame)
        if sent is None:
            step = orjson.loads(frame)["payload"]["data"]["teamProgress"]
            sent = self.times[frame] = datetime.fromisoformat(step["serverNow"]).timestamp()
        self.last = time.time()
        self.late.append(self.last - sent)

    async def count(self, events: int) -> Counted:
        """Waits until everybody was told of so many events, or nothing more comes."""
        wanted, seen, since = events * self.subscribed, 0, time.monotonic()
        while len(self.late) < wanted and time.monotonic() - since < _SILENCE:
            await asyncio.sleep(0.02)
            if len(self.late) != seen:
                seen, since = len(self.late), time.monotonic()
        late, times = sorted(self.late), list(self.times.values())
        counted = Counted(
            len(late), self.last - min(times), late[len(late) // 2] * 1000, late[int(len(late) * 0.99)] * 1000
        )
        self.late.clear()
        self.times.clear()
        return counted


class Subscriber(asyncio.Protocol):
    """One connection, as raw as it can be: it shakes hands, subscribes and hands frames on."""

    def __init__(self, crowd: Crowd, ready: "asyncio.Future[None]") -> None:
        self._crowd = crowd
        self._ready = ready
        self._rest = b""
        self._handle = self._shake
        self._transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(
            b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: %b\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n" % (self._crowd.port, b64encode(os.urandom(16)))
        )

    def data_received(self, data: bytes) -> None:
        self._handle(self._rest + data if self._rest else data)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._ready.done():
            self._ready.set_exception(error or ConnectionError("closed before it was subscribed"))

    def _shake(self, data: bytes) -> None:
        head, end, rest = data.partition(b"\r\n\r\n")
        self._rest = rest if end else data
        if end:
            if b" 101 " not in head:
                raise ConnectionError(head.decode())
            self._handle = self._frames
            self._send(1, b'{"type":"connection_init"}')

    def _frames(self, data: bytes) -> None:
        start, size = 0, len(data)
        while size - start >= 2:
            length, begins = data[start + 1] & 127, start + 2
            if length == 126:
                length, begins = int.from_bytes(data[start + 2 : start + 4]), start + 4
            if size - begins < length or begins > size:
                break
            self._frame(data[start] & 15, data[begins : begins + length])
            start = begins + length
        self._rest = data[start:]

    def _frame(self, kind: int, content: bytes) -> None:
        if kind == 9:
            self._send(10, content)
        elif kind == 1 and self._ready.done():
            self._crowd.told(content)
        elif b'"connection_ack"' in content:
            self._send(1, self._crowd.subscribe)
        elif kind == 1:
            if b'"next"' not in content:
                raise ConnectionError(content.decode())
            self._ready.set_result(None)

    def _send(self, kind: int, content: bytes) -> None:
        length = len(content)
        head = bytes([128 | kind, 128 | length]) if length < 126 else bytes([128 | kind, 254]) + length.to_bytes(2)
        self._transport.write(head + b"\0\0\0\0" + content)


async def _main(port: int, count: int) -> None:
    crowd = Crowd(port, orjson.loads(await asyncio.to_thread(sys.stdin.readline)))
    loop = asyncio.get_running_loop()
    for start in range(0, count, _CONNECTING):
        ready = [loop.create_future() for _ in range(min(_CONNECTING, count - start))]
        for one in ready:
            await loop.create_connection(functools.partial(Subscriber, crowd, one), "127.0.0.1", port)
        await asyncio.gather(*ready)
        crowd.subscribed += len(ready)
    _say({"subscribed": crowd.subscribed})
    while line := await asyncio.to_thread(sys.stdin.readline):
        _say(await crowd.count(int(line)))


def _say(what: Any) -> None:
    sys.stdout.write(msgspec.json.encode(what).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(int(sys.argv[1]), int(sys.argv[2])))
