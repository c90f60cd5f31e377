"""Fan-out: a published note goes to the timelines of its author's followers, a deleted one leaves them.

It costs the author nothing, as it is done from the outbox. It may be done again: pushing twice is pushing once. A crowd
is pushed nothing, its author's notes are looked up when a page is read. What comes too late or too early to be right
(a note of an author no longer followed, or deleted already) is left out when a page is read.
"""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from content.feed.timelines import Entry, Timelines
from content.notes.events import NoteDeleted, NotePublished
from people.follows import queries as follow_queries

_AT_ONCE: Final = 1000


async def on_note_published(timelines: Timelines, event: NotePublished) -> None:
    """Raises what the timelines raise."""
    async for readers in _audience(event.author_id):
        await timelines.push(readers, Entry(event.note_id, event.author_id))


async def on_note_deleted(timelines: Timelines, event: NoteDeleted) -> None:
    """Raises what the timelines raise."""
    async for readers in _audience(event.author_id):
        await timelines.remove(readers, Entry(event.note_id, event.author_id))


async def _audience(author_id: UUID) -> AsyncIterator[list[UUID]]:
    """Everyone to push to, some at a time."""
    if await follow_queries.has_crowd(author_id):
        return
    last = None
    while found := await follow_queries.follows_after(author_id, last, _AT_ONCE):
        yield [follow.follower_id for follow in found]
        last = found[-1].id
