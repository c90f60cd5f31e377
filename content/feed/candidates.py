"""Where the notes of DISCOVER come from: taste, those whom one follows, topics, what is loved now, and what is new."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from content.notes import NoteCard
from content.notes import queries as note_queries
from core import db
from people.follows import queries as follow_queries

# Of a person the latest engagements, and the latest whom they follow: older ones say less, and a page must stay cheap.
_TASTES = 100
_FOLLOWED = 100
_OF_EACH = 200
_OF_TASTE = 300
_TOPICS = 5


class Taste(msgspec.Struct, frozen=True):
    """How much notes suit a person: by those who like the same, and by those whom the person follows."""

    similar: Mapping[UUID, float]
    friends: Mapping[UUID, float]


class Candidates(msgspec.Struct, frozen=True):
    """The notes to rank for a person, and what is known of them and the person."""

    cards: Sequence[NoteCard]
    taste: Taste
    followed: frozenset[UUID]
    topics: frozenset[UUID]
    engaged: frozenset[UUID]


async def for_nobody(before: UUID) -> Candidates:
    """What is loved and what is new among the notes older than the id `before`."""
    nothing: frozenset[UUID] = frozenset()
    return Candidates(await note_queries.cards((), (), (), before), Taste({}, {}), nothing, nothing, nothing)


async def for_viewer(viewer_id: UUID, before: UUID, hidden: Collection[UUID] = ()) -> Candidates:
    """As `for_nobody`, and what suits the person's taste, follows and topics.

    Their own notes are left out, and those by `hidden` people.
    """
    followed, engaged = await asyncio.gather(
        follow_queries.newest_followee_ids(viewer_id, _FOLLOWED), _engaged(viewer_id)
    )
    liked_alike, liked_by_friends, topics = await asyncio.gather(
        similar(viewer_id), friends(viewer_id, followed), _topics(engaged)
    )
    taste = Taste(liked_alike, liked_by_friends)
    cards = await note_queries.cards([*taste.similar, *taste.friends], followed, topics, before)
    return Candidates(
        [card for card in cards if card.author_id != viewer_id and card.author_id not in hidden],
        taste,
        frozenset(followed),
        frozenset(topics),
        frozenset(engaged),
    )


async def similar(viewer_id: UUID) -> dict[UUID, float]:
    """The notes that the items which a person engaged with speak for, and how much; not those items themselves."""
    found = await db.rows(
        "SELECT n.target_id, sum(n.weight * t.strength) FROM (SELECT item_id, strength FROM feed_tastes"
        f" WHERE user_id = $1 ORDER BY engaged_at DESC LIMIT {_TASTES}) t CROSS JOIN LATERAL"
        " (SELECT target_id, weight FROM feed_neighbours WHERE source_id = t.item_id AND kind = 'NOTE'"
        f" ORDER BY weight DESC LIMIT {_OF_EACH}) n"
        " WHERE NOT EXISTS (SELECT FROM feed_tastes o WHERE o.user_id = $1 AND o.item_id = n.target_id)"
        f" GROUP BY n.target_id ORDER BY 2 DESC, 1 LIMIT {_OF_TASTE}",
        viewer_id,
    )
    return dict(found)


async def friends(viewer_id: UUID, followed: Sequence[UUID]) -> dict[UUID, float]:
    """The notes that those whom a person follows engaged with, by how many did; popular ones count a bit less."""
    if not followed:
        return {}
    found = await db.rows(
        # Counted first, and each item looked up by a probe: while its statistics are old, PostgreSQL would rather
        # begin with every item that there is.
        "WITH theirs AS MATERIALIZED (SELECT t.item_id, count(*) AS fans FROM unnest($2::uuid[]) AS f (id)"
        " CROSS JOIN LATERAL (SELECT item_id FROM feed_tastes WHERE user_id = f.id"
        f" ORDER BY engaged_at DESC LIMIT {_TASTES}) t GROUP BY t.item_id)"
        " SELECT t.item_id, t.fans * power(i.engaged::float8, -0.1) FROM theirs t CROSS JOIN LATERAL"
        " (SELECT engaged FROM feed_items WHERE id = t.item_id AND kind = 'NOTE' AND engaged > 0 LIMIT 1) i"
        " WHERE NOT EXISTS (SELECT FROM feed_tastes o WHERE o.user_id = $1 AND o.item_id = t.item_id)"
        f" ORDER BY 2 DESC, 1 LIMIT {_OF_TASTE}",
        viewer_id,
        followed,
    )
    return dict(found)


async def _engaged(viewer_id: UUID) -> list[UUID]:
    found = await db.rows(
        f"SELECT item_id FROM feed_tastes WHERE user_id = $1 ORDER BY engaged_at DESC LIMIT {_TASTES}", viewer_id
    )
    return [item for (item,) in found]


async def _topics(engaged: Sequence[UUID]) -> list[UUID]:
    """What a person often reads about: the topics of more than one note that they engaged with, the most first."""
    if not engaged:
        return []
    topics = Counter(topic.id for of_one in await note_queries.topics_of(engaged) for topic in of_one)
    return [topic for topic, times in topics.most_common(_TOPICS) if times > 1]
