"""Liking and collecting: once a person and note, counted in the transaction that changes it, whoever comes at once."""

from typing import Literal
from uuid import UUID

from content.notes import queries
from content.notes.events import NoteCollected, NoteLiked, NoteUncollected, NoteUnliked
from content.notes.records import Note
from core import db, outbox
from core.errors import NotFound
from core.ids import new_id
from core.unit_of_work import action
from people.follows import queries as follow_queries

_Table = Literal["note_likes", "note_collects"]
_Counter = Literal["like_count", "collect_count"]


@action
async def like(user_id: UUID, note_id: UUID) -> Note:
    """Likes a note; once more changes nothing. Raises NotFound or KeptApart; records NoteLiked."""
    event = NoteLiked(note_id=note_id, user_id=user_id)
    return await _engage("note_likes", "like_count", event)


@action
async def unlike(user_id: UUID, note_id: UUID) -> Note:
    """Undoes `like`; once more changes nothing. Raises NotFound; records NoteUnliked."""
    event = NoteUnliked(note_id=note_id, user_id=user_id)
    return await _disengage("note_likes", "like_count", event)


@action
async def collect(user_id: UUID, note_id: UUID) -> Note:
    """Keeps a note; once more changes nothing. Raises NotFound or KeptApart; records NoteCollected."""
    event = NoteCollected(note_id=note_id, user_id=user_id)
    return await _engage("note_collects", "collect_count", event)


@action
async def uncollect(user_id: UUID, note_id: UUID) -> Note:
    """Undoes `collect`; once more changes nothing. Raises NotFound; records NoteUncollected."""
    event = NoteUncollected(note_id=note_id, user_id=user_id)
    return await _disengage("note_collects", "collect_count", event)


async def _engage(table: _Table, counter: _Counter, event: NoteLiked | NoteCollected) -> Note:
    changed = await db.execute(
        f"INSERT INTO {table} (id, note_id, user_id) SELECT $1, n.id, $3 FROM notes n"
        " WHERE n.id = $2 AND n.deleted_at IS NULL ON CONFLICT DO NOTHING",
        new_id(),
        event.note_id,
        event.user_id,
    )
    if not changed:
        return await _existing(event.note_id)
    outbox.record(event)
    note = await _count(counter, event.note_id, 1)
    await follow_queries.require_together(event.user_id, [note.author_id], "note_id")
    return note


async def _disengage(table: _Table, counter: _Counter, event: NoteUnliked | NoteUncollected) -> Note:
    changed = await db.execute(f"DELETE FROM {table} WHERE note_id = $1 AND user_id = $2", event.note_id, event.user_id)
    if not changed:
        return await _existing(event.note_id)
    outbox.record(event)
    return await _count(counter, event.note_id, -1)


async def _existing(note_id: UUID) -> Note:
    [note] = await queries.by_ids([note_id])
    if note is None:
        raise NotFound("note_id")
    return note


async def _count(counter: _Counter, note_id: UUID, change: int) -> Note:
    found = await db.row(
        f"UPDATE notes SET {counter} = {counter} + $2 WHERE id = $1 AND deleted_at IS NULL"
        f" RETURNING {db.columns(Note)}",
        note_id,
        change,
    )
    if found is None:
        raise NotFound("note_id")
    return Note.from_row(found)
