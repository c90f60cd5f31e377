"""Identities: UUIDs of version 7, made here so that a row's id is known before it is written.

They sort by the instant of their making, so "newest first" is "id descending" and needs no second index.
Source: RFC 9562, section 5.7 (with the 12 random bits used as a counter, method 1).
"""

import secrets
import threading
import time
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

# Greater than every id: where a page of "id descending" starts when it has no cursor.
BEYOND = UUID(int=2**128 - 1)

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A new UUIDv7, strictly greater than every other made by this process."""
    global _last
    stamp = time.time_ns() * 4096 // 1_000_000
    with _lock:
        stamp = _last = max(stamp, _last + 1)
    milliseconds, counter = divmod(stamp, 4096)
    value = milliseconds << 80 | 7 << 76 | counter << 64 | 2 << 62 | secrets.randbits(62)
    return UUID(int=value)


def id_at(instant: datetime, subject: str) -> UUID:
    """A UUIDv7 that says when, and is the same for the same subject at the same instant."""
    digest = int.from_bytes(blake2b(f"{subject} {instant.isoformat()}".encode(), digest_size=10).digest())
    counter, rest = digest >> 68, digest & (2**62 - 1)
    return UUID(int=int(instant.timestamp() * 1000) << 80 | 7 << 76 | counter << 64 | 2 << 62 | rest)


def first_id_at(instant: datetime) -> UUID:
    """What no id made before `instant` reaches, and every later one does."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)
