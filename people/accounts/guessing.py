"""Guessing passwords: a try is counted before it is judged, so that no number of workers has more of them judged.

It is counted in PostgreSQL, beside the accounts: whoever can sign in at all reaches it, however many processes there
are, and no outage of Redis gives anybody another ten tries. A try that was right is given back. A device that has
signed in to the account before is counted by itself: nothing that strangers do holds it up.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from core import clock, db
from core.errors import RateLimited
from core.rates import Rate, whole_seconds
from core.unit_of_work import action
from people.accounts import rules

_COUNT = (
    "INSERT INTO guesses AS g (name, instants, over_at) VALUES ($1, ARRAY[$2::timestamptz], $3)"
    " ON CONFLICT (name) DO UPDATE SET instants = (excluded.instants || g.instants)[:$4::int + 1],"
    " over_at = excluded.over_at RETURNING instants[$4::int + 1], instants[$4::int]"
)
_GIVE_BACK = (
    "WITH held AS (SELECT name, array_position(instants, $2) AS place FROM guesses WHERE name = ANY($1)"
    " ORDER BY name FOR UPDATE) UPDATE guesses g SET instants = g.instants[:place - 1] || g.instants[place + 1:]"
    " FROM held WHERE g.name = held.name AND place IS NOT NULL"
)


class Try(msgspec.Struct, frozen=True):
    """A password that is being judged: when, and where it was counted."""

    at: datetime
    names: Sequence[str]


async def begin(handle_key: str, address: str | None, device_id: UUID | None) -> Try:
    """Counts a try at a handle's password; raises RateLimited when there were too many.

    `device_id`: that of a device that has signed in to it before.
    """
    begun, wait = await _count(_counters(handle_key, address, device_id), clock.now())
    if wait:
        raise RateLimited(retry_after=whole_seconds(wait))
    return begun


def _counters(handle_key: str, address: str | None, device_id: UUID | None) -> list[tuple[str, Rate]]:
    """The narrowest first: what it refuses is not counted in the others, so that nobody fills those alone."""
    if device_id is not None:
        return [(_name("1 device", device_id.hex), rules.GUESSES_OF_ONE)]
    found = [(_name("1 handle and address", handle_key, address or ""), rules.GUESSES_OF_ONE)]
    if address is not None:
        found.append((_name("2 address", address), rules.GUESSES_OF_ADDRESS))
    return [*found, (_name("3 handle", handle_key), rules.GUESSES_OF_HANDLE)]


def _name(kind: str, *parts: str) -> str:
    """Tells nobody who reads the table whom it is about; names are locked in the order of their kinds."""
    return kind[0] + hashlib.sha256("\0".join((kind, *parts)).encode()).hexdigest()


@action
async def _count(counters: Sequence[tuple[str, Rate]], now: datetime) -> tuple[Try, float]:
    """Returns, not raises, so that a refused try stays counted; with the seconds until the next may be made."""
    names: list[str] = []
    for name, rate in counters:
        length = timedelta(seconds=rate.seconds)
        [(before, oldest)] = await db.rows(_COUNT, name, now, now + length, rate.most)
        names.append(name)
        if before is not None and before + length > now:
            return Try(now, names), max((oldest + length - now).total_seconds(), 1)
    return Try(now, names), 0


@action
async def give_back(right: Try) -> None:
    """Undoes `begin` of a try that was right."""
    await db.execute(_GIVE_BACK, list(right.names), right.at)


@action
async def forget() -> int:
    """Deletes counters that are over; how many."""
    return await db.execute("DELETE FROM guesses WHERE over_at <= $1", clock.now())
