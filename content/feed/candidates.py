"""Where the notes of DISCOVER come from: taste, those whom one follows, topics, what is loved now, and what is new."""

import asyncio
import functools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate
from typing import Final
from uuid import UUID

from content.feed.ranking import Candidates, Common, Taste
from content.notes import cards as note_cards
from content.notes import queries as note_queries
from core import db
from core.gathering import gathered, gathered_lists
from people.follows import queries as follow_queries

# Of a person the latest engagements, and the latest whom they follow: older ones say less, and a page must stay cheap.
_TASTES: Final = 100
_FOLLOWED: Final = 100
_OF_EACH: Final = 200
_OF_TASTE: Final = 300
_TOPICS: Final = 5
# Viewers whose taste is looked up by one statement: each may take PostgreSQL some milliseconds.
_VIEWERS: Final = 8

# A viewer, and whom they follow.
_Friends = tuple[UUID, tuple[UUID, ...]]


async def for_nobody(before: UUID) -> Candidates:
    """What is loved and what is new among the notes older than the id `before`."""
    return Candidates(await _common(before))


async def for_viewer(viewer_id: UUID, before: UUID, hidden: Collection[UUID] = ()) -> Candidates:
    """As `for_nobody`, and what suits the person's taste, follows and topics.

    Their own notes are not to be shown, nor those by `hidden` people.
    """
    common, followed, engaged = await asyncio.gather(
        _common(before), follow_queries.newest_followee_ids(viewer_id, _FOLLOWED), _engaged(viewer_id)
    )
    liked_alike, liked_by_friends, topics = await asyncio.gather(
        similar(viewer_id) if engaged else _nothing(), friends(viewer_id, followed), _topics(engaged)
    )
    taste = Taste(liked_alike, liked_by_friends)
    of_authors, of_topics, suiting = await asyncio.gather(
        note_cards.by_authors(followed, before),
        note_cards.by_topics(topics, before),
        note_cards.by_ids([note_id for note_id in {**taste.similar, **taste.friends} if note_id not in common.by_id]),
    )
    return Candidates(
        common,
        [*of_authors, *of_topics, *(card for card in suiting if card is not None)],
        taste,
        frozenset(followed),
        frozenset(topics),
        frozenset(engaged),
        {viewer_id, *hidden},
    )


async def _common(before: UUID) -> Common:
    [found] = await _commons([before])
    assert found is not None
    return found


@gathered
async def _commons(bounds: list[UUID]) -> dict[UUID, Common]:
    """What is loved and what is new, older than each id: the same for all who begin a session now."""
    return {before: Common(await note_cards.loved_or_new(before)) for before in bounds}


async def similar(viewer_id: UUID) -> Mapping[UUID, float]:
    """The notes that the items which a person engaged with speak for, and how much; not those items themselves."""
    [found] = await _similar([viewer_id])
    return found or {}


@functools.partial(gathered, full=_VIEWERS)
async def _similar(viewer_ids: list[UUID]) -> dict[UUID, dict[UUID, float]]:
    found = await db.rows(
        "SELECT v.id, s.targets, s.scores FROM unnest($1::uuid[]) AS v (id) CROSS JOIN LATERAL"
        " (SELECT array_agg(target_id) AS targets, array_agg(score) AS scores FROM"
        " (SELECT n.target_id, sum(n.weight * t.strength) AS score FROM (SELECT item_id, strength FROM feed_tastes"
        f" WHERE user_id = v.id ORDER BY engaged_at DESC LIMIT {_TASTES}) t CROSS JOIN LATERAL"
        " (SELECT target_id, weight FROM feed_neighbours WHERE source_id = t.item_id AND kind = 'NOTE'"
        f" ORDER BY weight DESC LIMIT {_OF_EACH}) n"
        " WHERE NOT EXISTS (SELECT FROM feed_tastes o WHERE o.user_id = v.id AND o.item_id = n.target_id)"
        f" GROUP BY n.target_id ORDER BY 2 DESC, 1 LIMIT {_OF_TASTE}) best) s WHERE s.targets IS NOT NULL",
        viewer_ids,
    )
    return {viewer_id: dict(zip(targets, scores, strict=True)) for viewer_id, targets, scores in found}


async def friends(viewer_id: UUID, followed: Sequence[UUID]) -> Mapping[UUID, float]:
    """The notes that those whom a person follows engaged with, by how many did; popular ones count a bit less."""
    if not followed:
        return {}
    [found] = await _of_friends([(viewer_id, tuple(followed))])
    return found or {}


@functools.partial(gathered, full=_VIEWERS)
async def _of_friends(asked: list[_Friends]) -> dict[_Friends, dict[UUID, float]]:
    ends = list(accumulate(len(followed) for _, followed in asked))
    found = await db.rows(
        # Counted first, and each item looked up by a probe: while its statistics are old, PostgreSQL would rather
        # begin with every item that there is.
        "SELECT v.place, s.items, s.scores FROM unnest($2::uuid[], $3::int[], $4::int[]) WITH ORDINALITY"
        " AS v (id, first, last, place) CROSS JOIN LATERAL"
        " (SELECT array_agg(item_id) AS items, array_agg(score) AS scores FROM"
        " (WITH theirs AS MATERIALIZED (SELECT t.item_id, count(*) AS fans"
        " FROM unnest(($1::uuid[])[v.first:v.last]) AS f (id)"
        " CROSS JOIN LATERAL (SELECT item_id FROM feed_tastes WHERE user_id = f.id"
        f" ORDER BY engaged_at DESC LIMIT {_TASTES}) t GROUP BY t.item_id)"
        " SELECT t.item_id, t.fans * power(i.engaged::float8, -0.1) AS score FROM theirs t CROSS JOIN LATERAL"
        " (SELECT engaged FROM feed_items WHERE id = t.item_id AND kind = 'NOTE' AND engaged > 0 LIMIT 1) i"
        " WHERE NOT EXISTS (SELECT FROM feed_tastes o WHERE o.user_id = v.id AND o.item_id = t.item_id)"
        f" ORDER BY 2 DESC, 1 LIMIT {_OF_TASTE}) best) s WHERE s.items IS NOT NULL",
        [friend for _, followed in asked for friend in followed],
        [viewer_id for viewer_id, _ in asked],
        [end - len(followed) + 1 for (_, followed), end in zip(asked, ends, strict=True)],
        ends,
    )
    return {asked[place - 1]: dict(zip(items, scores, strict=True)) for place, items, scores in found}


async def _nothing() -> Mapping[UUID, float]:
    return {}


async def _engaged(viewer_id: UUID) -> list[UUID]:
    [found] = await _all_engaged([viewer_id])
    return found


@gathered_lists
async def _all_engaged(viewer_ids: list[UUID]) -> list[tuple[UUID, UUID]]:
    """The latest items that each person engaged with."""
    found = await db.rows(
        f"SELECT p.id, t.item_id FROM unnest({db.unseen('$1::uuid[]')}) AS p (id) CROSS JOIN LATERAL (SELECT item_id,"
        f" engaged_at FROM feed_tastes WHERE user_id = p.id ORDER BY engaged_at DESC LIMIT {_TASTES}) t"
        " ORDER BY t.engaged_at DESC",
        viewer_ids,
    )
    return [(viewer_id, item_id) for viewer_id, item_id in found]


async def _topics(engaged: Sequence[UUID]) -> list[UUID]:
    """What a person often reads about: the topics of more than one note that they engaged with, the most first."""
    topics = Counter(topic.id for of_one in await note_queries.topics_of(engaged) for topic in of_one)
    return [topic for topic, times in topics.most_common(_TOPICS) if times > 1]
