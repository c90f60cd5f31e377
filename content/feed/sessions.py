"""What a session of DISCOVER was shown the order of: kept for an hour, so that pages hold while the ranking moves.

Losing one costs no correctness: it is ranked again from its id, and comes out the same where nothing has changed.
"""

import time
from collections import OrderedDict
from typing import Final, Protocol

import msgspec

from content.feed.spreading import Order

# Seconds that a session is kept after it began.
TTL: Final = 3600
# How many sessions one process keeps at the most: some 30 KiB each.
_MOST: Final = 2000

_decode = msgspec.msgpack.Decoder(Order).decode


class Sessions(Protocol):
    """Keeps the order of a session under its name, for a while."""

    async def get(self, name: str) -> Order | None: ...

    async def put(self, name: str, order: Order) -> None: ...


class MemorySessions:
    """The sessions of a single process; the oldest go first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def get(self, name: str) -> Order | None:
        until, packed = self._kept.get(name, (0.0, b""))
        return unpack(packed) if time.monotonic() < until else None

    async def put(self, name: str, order: Order) -> None:
        self._kept[name] = (time.monotonic() + TTL, pack(order))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def pack(order: Order) -> bytes:
    """A session's order as it is kept."""
    return msgspec.msgpack.encode(order)


def unpack(packed: bytes) -> Order:
    """Undoes `pack`."""
    return _decode(packed)
