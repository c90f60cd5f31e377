"""Facts about notes."""

from uuid import UUID

from core.outbox import Event


class NotePublished(Event, frozen=True):
    note_id: UUID
    author_id: UUID


class NoteUpdated(Event, frozen=True):
    note_id: UUID


class NoteDeleted(Event, frozen=True):
    note_id: UUID
    author_id: UUID


class TopicsChanged(Event, frozen=True):
    """These topics are new, or another number of notes is about them."""

    topic_ids: list[UUID]


class NoteLiked(Event, frozen=True):
    note_id: UUID
    user_id: UUID


class NoteUnliked(Event, frozen=True):
    note_id: UUID
    user_id: UUID


class NoteCollected(Event, frozen=True):
    note_id: UUID
    user_id: UUID


class NoteUncollected(Event, frozen=True):
    note_id: UUID
    user_id: UUID


class CommentAdded(Event, frozen=True):
    note_id: UUID
    comment_id: UUID
    author_id: UUID


class CommentDeleted(Event, frozen=True):
    note_id: UUID
    comment_id: UUID
