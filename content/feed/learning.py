"""Learns which items speak for which, item by item, in the background: a changed item's neighbours are found anew.

It keeps nothing between two batches: all it knows is in the tables, so that any process may go on where another died.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from content.feed import rules
from core import db
from core.unit_of_work import transaction

_AT_ONCE = 1000
# Those who engaged with the items of a batch, so that a batch of popular ones needs no more memory than others.
_PEOPLE_AT_ONCE = 20_000
# Of an item the latest people, of a person the latest items: beyond, more of them say the same.
_PEOPLE = 500
_ITEMS = 100
# Two learners would do the same twice.
LOCK = 0x7A636C6E


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
        tastes = await _tastes([row[0] for row in changed if row[3] > 1])
        engaged = await _engaged({item for items in tastes.values() for item in items})
        near = await asyncio.to_thread(_nearest, targets, tastes, engaged)
        people = await _people({item for target, items in near.items() for item in (target, *items)})
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


async def _tastes(targets: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The latest items of each of the latest people of the targets."""
    found = await db.rows(
        "SELECT p.user_id, i.item_id FROM (SELECT DISTINCT u.user_id FROM unnest($1::uuid[]) AS t (id)"
        " CROSS JOIN LATERAL (SELECT user_id FROM feed_tastes WHERE item_id = t.id"
        f" ORDER BY engaged_at DESC LIMIT {_PEOPLE}) u) p"
        " CROSS JOIN LATERAL (SELECT item_id FROM feed_tastes WHERE user_id = p.user_id"
        f" ORDER BY engaged_at DESC LIMIT {_ITEMS}) i",
        targets,
    )
    tastes: dict[UUID, list[UUID]] = {}
    for user_id, item_id in found:
        tastes.setdefault(user_id, []).append(item_id)
    return tastes


async def _engaged(items: set[UUID]) -> dict[UUID, int]:
    found = await db.rows("SELECT id, engaged FROM feed_items WHERE id = ANY($1) AND engaged > 1", list(items))
    return dict(found)


def _nearest(
    targets: Sequence[UUID], tastes: Mapping[UUID, Sequence[UUID]], engaged: Mapping[UUID, int]
) -> dict[UUID, list[UUID]]:
    """The items most alike to each target."""
    names = list(engaged)
    numbers = {item: number for number, item in enumerate(names)}
    counts = list(engaged.values())
    together: dict[int, Counter[int]] = {numbers[target]: Counter() for target in targets if target in numbers}
    for items in tastes.values():
        theirs = [numbers[item] for item in items if item in numbers]
        for item in theirs:
            if item in together:
                together[item].update(theirs)
    near: dict[UUID, list[UUID]] = {}
    for target, others in together.items():
        del others[target]
        near[names[target]] = [names[item] for item in rules.nearest(others, counts, target)]
    return near


async def _people(items: set[UUID]) -> dict[UUID, list[UUID]]:
    found = await db.rows(
        "SELECT t.id, u.user_id FROM unnest($1::uuid[]) AS t (id) CROSS JOIN LATERAL"
        f" (SELECT user_id FROM feed_tastes WHERE item_id = t.id ORDER BY engaged_at DESC LIMIT {_PEOPLE}) u",
        list(items),
    )
    people: dict[UUID, list[UUID]] = {}
    for item, user_id in found:
        people.setdefault(item, []).append(user_id)
    return people


def _learned(near: Mapping[UUID, Sequence[UUID]], people: Mapping[UUID, Sequence[UUID]]) -> list[Learned]:
    bits: dict[UUID, rules.Bits] = {}
    numbers: dict[UUID, int] = {}
    for item, theirs in people.items():
        flags = bytearray(len(numbers) // 8 + len(theirs) // 8 + 2)
        for user_id in theirs:
            number = numbers.setdefault(user_id, len(numbers))
            flags[number >> 3] |= 1 << (number & 7)
        bits[item] = int.from_bytes(flags, "little")
    learned = []
    for target, items in near.items():
        found = rules.weights(bits.get(target, 0), [bits.get(item, 0) for item in items])
        weights = zip(items, found, strict=True)
        learned.append(Learned(target, [(item, weight) for item, weight in weights if weight > 0]))
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
