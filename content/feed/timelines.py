"""Timelines: of each person who reads FOLLOWING, the newest notes of those whom they follow, kept ready.

A timeline is a cache beside PostgreSQL, and may be lost at any moment. Publishing pushes into those that exist; a page
builds one that does not. Building begins before PostgreSQL is read: what is published meanwhile is pushed into the
unfinished timeline, so that nothing falls between. It reaches down to a floor, below which it knows nothing.
"""

import bisect
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final, Protocol
from uuid import UUID

import msgspec

# How many notes a timeline holds at the most; who reads further reads PostgreSQL.
CAP: Final = 800
# Seconds after it was built that a timeline is thrown away: who reads on has it built anew, others are pushed nothing.
TTL: Final = 24 * 3600
# How many timelines one process keeps at the most: up to some 200 KiB each.
_MOST: Final = 500


class Entry(msgspec.Struct, frozen=True, order=True):
    """A note and its author; later notes are greater."""

    note_id: UUID
    author_id: UUID


class Stretch(msgspec.Struct, frozen=True):
    """A piece of a timeline, newest first, without gaps. `ends`: whether there is nothing older.

    `version` is that of whom its reader followed when it was built.
    """

    version: int
    entries: Sequence[Entry]
    ends: bool


class Timelines(Protocol):
    """Keeps timelines. One that cannot be reached finds and begins none; only `push` and `remove` raise."""

    async def read(self, reader_id: UUID, before: UUID, limit: int) -> Stretch | None:
        """Up to `limit` entries of notes older than the id `before`; None where no timeline is finished."""

    async def begin(self, reader_id: UUID) -> bytes | None:
        """Throws a timeline away and begins it anew; returns what finishes it, None where it cannot be kept."""

    async def finish(self, reader_id: UUID, token: bytes, built: Stretch) -> None:
        """Adds the newest up to CAP entries, read after `begin`; does nothing if that was undone or done again."""

    async def push(self, reader_ids: Sequence[UUID], entry: Entry) -> None:
        """Adds an entry to those timelines that exist; once more changes nothing."""

    async def remove(self, reader_ids: Sequence[UUID], entry: Entry) -> None:
        """Undoes `push`."""


class _Kept(msgspec.Struct):
    """A timeline in memory, oldest first; unfinished while it has a token."""

    token: bytes | None
    until: float
    version: int = 0
    entries: list[Entry] = []
    ends: bool = True

    def add(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted({*self.entries, *entries})
        if len(self.entries) > CAP:
            del self.entries[:-CAP]
            self.ends = False


class MemoryTimelines:
    """The timelines of a single process; the oldest go first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()

    async def read(self, reader_id: UUID, before: UUID, limit: int) -> Stretch | None:
        kept = self._of(reader_id)
        if kept is None or kept.token is not None:
            return None
        end = bisect.bisect_left(kept.entries, before, key=lambda entry: entry.note_id)
        start = max(end - limit, 0)
        return Stretch(kept.version, kept.entries[start:end][::-1], kept.ends and start == 0)

    async def begin(self, reader_id: UUID) -> bytes | None:
        token = secrets.token_bytes(16)
        self._kept.pop(reader_id, None)
        self._kept[reader_id] = _Kept(token, time.monotonic() + TTL)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return token

    async def finish(self, reader_id: UUID, token: bytes, built: Stretch) -> None:
        kept = self._of(reader_id)
        if kept is None or kept.token != token:
            return
        kept.token, kept.version, kept.ends = None, built.version, built.ends
        if not built.ends:
            kept.entries = [entry for entry in kept.entries if entry >= built.entries[-1]]
        kept.add(built.entries)

    async def push(self, reader_ids: Sequence[UUID], entry: Entry) -> None:
        for reader_id in reader_ids:
            kept = self._of(reader_id)
            # What is older than all of it lies below its floor.
            if kept is not None and (kept.ends or entry > kept.entries[0]):
                kept.add([entry])

    async def remove(self, reader_ids: Sequence[UUID], entry: Entry) -> None:
        for reader_id in reader_ids:
            kept = self._of(reader_id)
            if kept is not None and entry in kept.entries:
                kept.entries.remove(entry)

    def _of(self, reader_id: UUID) -> _Kept | None:
        kept = self._kept.get(reader_id)
        return kept if kept is not None and time.monotonic() < kept.until else None
