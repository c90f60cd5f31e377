"""What other rooms see of notes, and what they hand in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class Media(msgspec.Struct, frozen=True):
    """A picture or video by its address; sizes in pixels, where the author's device told them."""

    kind: str
    url: str
    width: int | None = None
    height: int | None = None
    alt: str | None = None


class Note(msgspec.Struct, frozen=True):
    """A note with its counters, which are kept in the transactions that change what they count."""

    id: UUID
    author_id: UUID
    kind: str
    title: str
    body: str
    is_sponsored: bool
    like_count: int
    collect_count: int
    comment_count: int
    published_at: datetime
    hot_score: float
    media: list[Media]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> "Note":
        """The note of a row whose columns are this record's fields; its media are JSON."""
        *plain, media = row
        values = (*plain, [Media(**item) for item in media])
        return cls(*values)


class NoteCard(msgspec.Struct, frozen=True):
    """What one must know of a note to rank it: `loved` counts likes, collects and comments; `topic_id` is its first."""

    id: UUID
    author_id: UUID
    is_sponsored: bool
    loved: int
    published_at: datetime
    hot_score: float
    topic_id: UUID | None


class NewTag(msgspec.Struct, frozen=True):
    """A product to pin on a note: on which of its media, from 0, and where, from the left and the top, 0 to 1."""

    product_id: UUID
    media_index: int | None = None
    x: float | None = None
    y: float | None = None


class ProductTag(msgspec.Struct, frozen=True):
    """A product pinned on a note."""

    note_id: UUID
    product_id: UUID
    media_index: int | None
    x: float | None
    y: float | None


class Topic(msgspec.Struct, frozen=True):
    """What notes are about, under the name that it was first given."""

    id: UUID
    name: str
    note_count: int


class Comment(msgspec.Struct, frozen=True):
    """What somebody says of a note, or in reply to another comment of it."""

    id: UUID
    note_id: UUID
    author_id: UUID
    body: str
    reply_to_id: UUID | None
    like_count: int
    created_at: datetime
