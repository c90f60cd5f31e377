"""Learns which items speak for which, item by item, in the background: a changed item's neighbours are found anew.

It keeps nothing between two batches: all it knows is in the tables, so that any process may go on where another died.
"""

import asyncio
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Literal
from uuid import UUID

import msgspec

from content.feed import rules
from core import db
from core.unit_of_work import transaction

_AT_ONCE = 3000
# Those who engaged with the items of a batch, so that a batch of popular ones needs no more memory than others.
_PEOPLE_AT_ONCE = 30_000
# Of an item the latest people, of a person the latest items: beyond, more of them say the same.
_PEOPLE = 500
_ITEMS = 100
# Two learners would do the same twice.
LOCK = 0x7A636C6E

Key = bytes
"""The sixteen bytes of a UUID: with so many of them, bytes are handed over and told apart much faster than UUIDs."""

_Side = Literal["user_id", "item_id"]


class Learned(msgspec.Struct, frozen=True):
    """The items that speak for a target, and how much."""

    target_id: UUID
    weights: Sequence[tuple[UUID, float]]


async def learn() -> int:
    """Learns the neighbours of a batch of changed items; returns how many items those were."""
    async with transaction():
        if not await db.value("SELECT pg_try_advisory_xact_lock($1)", LOCK):
            return 0
        changed = await db.rows(
            "SELECT id, kind, changed_at, engaged FROM (SELECT id, kind, changed_at, engaged, sum(least(engaged, $2))"
            " OVER (ORDER BY changed_at, id) AS people FROM (SELECT * FROM feed_items WHERE changed_at IS NOT NULL"
            " ORDER BY changed_at, id LIMIT $1) i) c WHERE people - least(engaged, $2) < $3",
            _AT_ONCE,
            _PEOPLE,
            _PEOPLE_AT_ONCE,
        )
        if not changed:
            return 0
        targets = [row[0] for row in changed]
        # What one person alone engaged with is like nothing yet.
        people = await _people(row[0] for row in changed if row[3] > 1)
        tastes = await _tastes(people.values())
        engaged = await _engaged(tastes.values())
        near = await asyncio.to_thread(_nearest, people, tastes, engaged)
        people |= await _people(UUID(bytes=item) for item in {*chain(*near.values())}.difference(people))
        learned = await asyncio.to_thread(_learned, near, people)
        await _write(learned, {row[0]: row[1] for row in changed})
        # Whatever changed again meanwhile stays to be learned.
        await db.execute(
            "UPDATE feed_items i SET changed_at = NULL FROM unnest($1::uuid[], $2::timestamptz[]) AS c (id, at)"
            " WHERE i.id = c.id AND i.changed_at = c.at",
            targets,
            [row[2] for row in changed],
        )
        return len(changed)


async def _people(items: Iterable[UUID]) -> dict[Key, list[Key]]:
    """The latest people of each item."""
    return await _latest("user_id", "item_id", items, _PEOPLE)


async def _tastes(people: Iterable[Iterable[Key]]) -> dict[Key, list[Key]]:
    """The latest items of each of all these people."""
    return await _latest("item_id", "user_id", (UUID(bytes=one) for one in {*chain(*people)}), _ITEMS)


async def _latest(wanted: _Side, given: _Side, ids: Iterable[UUID], most: int) -> dict[Key, list[Key]]:
    """Up to `most` of the other side of the tastes of each of `ids`, the latest first; without those who have none."""
    found = await db.rows(
        "SELECT uuid_send(g.id), t.keys FROM unnest($1::uuid[]) AS g (id) CROSS JOIN LATERAL"
        f" (SELECT string_agg(uuid_send({wanted}), '') AS keys FROM (SELECT {wanted} FROM feed_tastes"
        f" WHERE {given} = g.id ORDER BY engaged_at DESC LIMIT {most:d}) l) t WHERE t.keys IS NOT NULL",
        list(ids),
    )
    return {key: [one for (one,) in struct.iter_unpack("16s", keys)] for key, keys in found}


async def _engaged(items: Iterable[Iterable[Key]]) -> dict[Key, int]:
    """How many engaged with each of all these items; without those with which one person alone did."""
    found = await db.rows(
        "SELECT uuid_send(id), engaged FROM feed_items WHERE id = ANY($1) AND engaged > 1",
        [UUID(bytes=one) for one in {*chain(*items)}],
    )
    return dict(found)


def _nearest(
    people: Mapping[Key, Sequence[Key]], tastes: Mapping[Key, Sequence[Key]], engaged: Mapping[Key, int]
) -> dict[Key, list[Key]]:
    """The items most alike to each whose people are given."""
    names, counts = list(engaged), list(engaged.values())
    numbers = {item: number for number, item in enumerate(names)}
    numbered = {user: [numbers[item] for item in items if item in numbers] for user, items in tastes.items()}
    near: dict[Key, list[Key]] = {}
    for target in people.keys() & numbers.keys():
        together = Counter(chain.from_iterable(numbered.get(user, ()) for user in people[target]))
        together.pop(numbers[target], None)
        near[target] = [names[item] for item in rules.nearest(together, counts, numbers[target])]
    return near


def _learned(near: Mapping[Key, Sequence[Key]], people: Mapping[Key, Sequence[Key]]) -> list[Learned]:
    bits: dict[Key, rules.Bits] = {}
    numbers: dict[Key, int] = {}
    for item, theirs in people.items():
        flags = bytearray(len(numbers) // 8 + len(theirs) // 8 + 2)
        for user in theirs:
            number = numbers.setdefault(user, len(numbers))
            flags[number >> 3] |= 1 << (number & 7)
        bits[item] = int.from_bytes(flags, "little")
    names = {item: UUID(bytes=item) for item in people}
    learned = []
    for target, items in near.items():
        found = rules.weights(bits[target], [bits.get(item, 0) for item in items])
        weights = zip(items, found, strict=True)
        learned.append(Learned(names[target], [(names[item], weight) for item, weight in weights if weight > 0]))
    return learned


async def _write(learned: Sequence[Learned], kinds: Mapping[UUID, str]) -> None:
    links = [(one.target_id, source, weight) for one in learned for source, weight in one.weights]
    await db.execute("DELETE FROM feed_neighbours WHERE target_id = ANY($1)", list(kinds))
    await db.execute(
        "INSERT INTO feed_neighbours (target_id, source_id, kind, weight)"
        " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::real[])",
        [target for target, _, _ in links],
        [source for _, source, _ in links],
        [kinds[target] for target, _, _ in links],
        [weight for _, _, weight in links],
    )
