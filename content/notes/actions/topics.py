"""What a note is about, and each topic's count of notes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from content.notes.events import TopicsChanged
from core import db, outbox
from core.ids import new_id


async def file_under(note_id: UUID, wanted: Mapping[str, str], *, new: bool = False) -> None:
    """Makes a note, perhaps a `new` one, be about exactly the topics `wanted` (name by key, in order).

    Records TopicsChanged. For use inside an action that holds the note's lock.
    """
    before = {} if new else await _taken_out(note_id)
    joined = await _count_in({key: name for key, name in wanted.items() if key not in before})
    gone = [topic_id for key, topic_id in before.items() if key not in wanted]
    await _count_out(gone)
    await _link(note_id, [(before | joined)[key] for key in wanted])
    if joined or gone:
        outbox.record(TopicsChanged(topic_ids=[*joined.values(), *gone]))


async def _taken_out(note_id: UUID) -> dict[str, UUID]:
    """The topics, by key, that a note was about until now."""
    found = await db.rows(
        "DELETE FROM note_topics l USING topics t WHERE t.id = l.topic_id AND l.note_id = $1"
        " RETURNING t.name_key, t.id",
        note_id,
    )
    return dict(found)


async def _count_in(names: Mapping[str, str]) -> dict[str, UUID]:
    """Makes the topics that are new and counts one note more for each; rows lock in the order of their keys."""
    if not names:
        return {}
    found = await db.rows(
        "INSERT INTO topics (id, name, name_key, note_count)"
        " SELECT id, name, key, 1 FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (id, name, key) ORDER BY key"
        " ON CONFLICT (name_key) DO UPDATE SET note_count = topics.note_count + 1 RETURNING name_key, id",
        [new_id() for _ in names],
        list(names.values()),
        list(names),
    )
    return dict(found)


async def _count_out(topic_ids: Sequence[UUID]) -> None:
    if topic_ids:
        await db.execute(
            "UPDATE topics t SET note_count = note_count - 1 FROM (SELECT id FROM topics WHERE id = ANY($1)"
            " ORDER BY name_key FOR NO KEY UPDATE) locked WHERE t.id = locked.id",
            topic_ids,
        )


async def _link(note_id: UUID, topic_ids: Sequence[UUID]) -> None:
    if topic_ids:
        await db.execute(
            "INSERT INTO note_topics (id, note_id, topic_id, position) SELECT id, $1, topic_id, position - 1"
            " FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS t (id, topic_id, position)",
            note_id,
            [new_id() for _ in topic_ids],
            topic_ids,
        )
