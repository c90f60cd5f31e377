"""Saying something of a note, and taking it back."""

from uuid import UUID

from content.notes import rules
from content.notes.events import CommentAdded, CommentDeleted
from content.notes.records import Comment
from core import clock, db, outbox
from core.errors import Forbidden, Invalid, NotFound
from core.ids import new_id
from core.unit_of_work import action
from people.follows import queries as follow_queries


@action
async def add_comment(author_id: UUID, note_id: UUID, body: str, reply_to_id: UUID | None = None) -> Comment:
    """Comments on a note, or replies to a comment of it.

    Raises Invalid, NotFound, or KeptApart from whose note or comment it is; records CommentAdded.
    """
    said = rules.comment(body)
    addressed = [await _count(note_id, 1)]
    if reply_to_id is not None:
        addressed.append(await _author_of(note_id, reply_to_id))
    await follow_queries.require_together(author_id, addressed, "note_id")
    comment = Comment(new_id(), note_id, author_id, said, reply_to_id, 0, clock.now())
    await db.execute(
        f"INSERT INTO comments ({db.columns(Comment)}) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        comment.id,
        note_id,
        author_id,
        said,
        reply_to_id,
        comment.like_count,
        comment.created_at,
    )
    outbox.record(CommentAdded(note_id=note_id, comment_id=comment.id, author_id=author_id))
    return comment


@action
async def delete_comment(viewer_id: UUID, comment_id: UUID) -> None:
    """Takes a comment away; its author may, and the note's. Its replies stay.

    Raises Forbidden or NotFound; records CommentDeleted.
    """
    # The note's row is locked before the comment's, as when one is added: so the two never wait for each other.
    found = await db.row(
        "SELECT n.id, c.author_id, n.author_id FROM comments c JOIN notes n ON n.id = c.note_id"
        " WHERE c.id = $1 AND n.deleted_at IS NULL FOR NO KEY UPDATE OF n",
        comment_id,
    )
    if found is None:
        raise NotFound("comment_id")
    note_id, *entitled = found
    if viewer_id not in entitled:
        raise Forbidden("comment_id")
    if not await db.execute("DELETE FROM comments WHERE id = $1", comment_id):
        raise NotFound("comment_id")
    await _count(note_id, -1)
    outbox.record(CommentDeleted(note_id=note_id, comment_id=comment_id))


async def _count(note_id: UUID, change: int) -> UUID:
    """Who wrote the note whose comments are counted."""
    author_id: UUID | None = await db.value(
        "UPDATE notes SET comment_count = comment_count + $2 WHERE id = $1 AND deleted_at IS NULL RETURNING author_id",
        note_id,
        change,
    )
    if author_id is None:
        raise NotFound("note_id")
    return author_id


async def _author_of(note_id: UUID, comment_id: UUID) -> UUID:
    """Who wrote a comment. Raises unless it is one of the note's; until the transaction ends it stays one."""
    found = await db.row("SELECT note_id, author_id FROM comments WHERE id = $1 FOR KEY SHARE", comment_id)
    if found is None:
        raise NotFound("reply_to_id")
    where: UUID
    author_id: UUID
    where, author_id = found
    if where != note_id:
        raise Invalid("reply_to_id", zh="只能回复同一篇笔记下的评论", en="Not a comment of this note")
    return author_id
