"""Cards: notes in the few columns by which a feed is chosen. What many sessions ask for at a time is asked together."""

import functools
from collections.abc import Collection
from typing import Final
from uuid import UUID

from content.notes.records import NoteCard
from core import db
from core.gathering import Ask, gathered, gathered_lists
from core.pagination import newest_first

# How many notes a feed is chosen from: the hottest and the latest of all, the latest of an author and of a topic.
_HOTTEST: Final = 300
_LATEST: Final = 100
_OF_AUTHOR: Final = 5
_OF_TOPIC: Final = 30

_PLAIN: Final = (
    "n.id, n.author_id, n.is_sponsored, n.like_count + n.collect_count + n.comment_count AS loved, n.published_at,"
    " n.hot_score"
)
_CARD: Final = "n.id, n.author_id, n.is_sponsored, n.loved, n.published_at, n.hot_score, t.topic_id"
_TOPIC: Final = "LEFT JOIN note_topics t ON t.note_id = n.id AND t.position = 0"


async def loved_or_new(before: UUID) -> list[NoteCard]:
    """The hottest and the latest of all notes that are older than the id `before`, the hottest first."""
    there = f"(SELECT {_PLAIN} FROM notes n WHERE deleted_at IS NULL AND id < $1 ORDER BY"
    return await db.records(
        NoteCard,
        f"SELECT {_CARD} FROM ({there} hot_score DESC, id DESC LIMIT {_HOTTEST})"
        f" UNION {there} id DESC LIMIT {_LATEST})) n {_TOPIC} ORDER BY n.hot_score DESC, n.id DESC",
        before,
    )


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, NoteCard]:
    """The notes with `ids`, in their order."""
    found = await db.records(
        NoteCard,
        f"SELECT {_CARD} FROM (SELECT {_PLAIN} FROM notes n WHERE id = ANY($1) AND deleted_at IS NULL) n {_TOPIC}",
        ids,
    )
    return {card.id: card for card in found}


async def by_authors(author_ids: Collection[UUID], before: UUID) -> list[NoteCard]:
    """The latest notes of each author that are older than the id `before`."""
    latest = newest_first("author_id", most=_OF_AUTHOR, also="deleted_at IS NULL")
    return await _latest(f"SELECT {_PLAIN} FROM notes n {latest}", author_ids, before)


async def by_topics(topic_ids: Collection[UUID], before: UUID) -> list[NoteCard]:
    """The latest notes about each topic that are older than the id `before`."""
    latest = newest_first("topic_id", "note_id", most=_OF_TOPIC)
    one = (
        f"SELECT {_PLAIN} FROM (SELECT note_id FROM note_topics {latest}) l JOIN notes n ON n.id = l.note_id"
        " WHERE n.deleted_at IS NULL"
    )
    return await _latest(one, topic_ids, before)


async def _latest(one: str, parent_ids: Collection[UUID], before: UUID) -> list[NoteCard]:
    return [card for of_one in await _latest_before(one, before)(list(parent_ids)) for card in of_one]


@functools.lru_cache(maxsize=64)
def _latest_before(one: str, before: UUID) -> Ask[UUID, list[NoteCard]]:
    """Asks for the notes of each parent that a statement selects of one. Nearly all ask for what is there now."""

    async def read(parent_ids: list[UUID]) -> list[tuple[UUID, NoteCard]]:
        found = await db.rows(
            f"SELECT p.id, {_CARD} FROM unnest({db.unseen('$1::uuid[]')}) AS p (id) CROSS JOIN LATERAL ({one}) n"
            f" {_TOPIC} ORDER BY n.id DESC",
            parent_ids,
            before,
        )
        return [(parent_id, NoteCard(*card)) for parent_id, *card in found]

    return gathered_lists(read)
