"""Inputs of notes' mutations, and what the domain takes in their place."""

from uuid import UUID

import strawberry

from content.notes import Media, NewTag
from schema import ids
from schema.notes.types import MediaKind, NoteKind
from schema.scalars import URL


@strawberry.input(description="A picture or a video of a note.")
class MediaInput:
    kind: MediaKind = strawberry.field(description="Picture or video.")
    url: URL = strawberry.field(description="Where it is: http or https, up to 2,000 characters.")
    width: int | None = strawberry.field(default=None, description="In pixels, 1 to 100,000.")
    height: int | None = strawberry.field(default=None, description="In pixels, 1 to 100,000.")
    alt: str | None = strawberry.field(default=None, description="What is to be seen; up to 500 characters.")


@strawberry.input(description="A product to pin on a note.")
class ProductTagInput:
    product_id: UUID = ids.given("product", "The product; NOT_FOUND when it is unknown.")
    media_index: int | None = strawberry.field(default=None, description="Which of the note's media, from 0.")
    x: float | None = strawberry.field(default=None, description="Where on it from the left, 0 to 1.")
    y: float | None = strawberry.field(default=None, description="Where on it from the top, 0 to 1.")


@strawberry.input(description="A note to publish.")
class PublishNoteInput:
    title: str = strawberry.field(description="1 to 100 characters.")
    body: str = strawberry.field(description="Plain text, up to 10,000 characters; may be empty.")
    kind: NoteKind = strawberry.field(default=NoteKind.IMAGE, description="Pictures, video or article.")
    media: list[MediaInput] = strawberry.field(default_factory=list, description="At most 18.")
    product_tags: list[ProductTagInput] = strawberry.field(default_factory=list, description="At most 20.")
    topics: list[str] = strawberry.field(
        default_factory=list,
        description="At most 10, each 1 to 30 characters with or without a leading #; the same one twice counts once.",
    )
    is_sponsored: bool = strawberry.field(default=False, description="Declare true when you were paid or earn from it.")


@strawberry.input(
    description="What is to change of your own note. What is left out, or null, stays; lists are replaced."
)
class UpdateNoteInput:
    note_id: UUID = ids.given("note", "The note.")
    title: str | None = strawberry.field(default=None, description="1 to 100 characters.")
    body: str | None = strawberry.field(default=None, description="Plain text, up to 10,000 characters.")
    media: list[MediaInput] | None = strawberry.field(default=None, description="At most 18.")
    product_tags: list[ProductTagInput] | None = strawberry.field(default=None, description="At most 20.")
    topics: list[str] | None = strawberry.field(default=None, description="At most 10, each 1 to 30 characters.")
    is_sponsored: bool | None = strawberry.field(default=None, description="Whether you were paid or earn from it.")


@strawberry.input(description="Your own note to delete.")
class DeleteNoteInput:
    note_id: UUID = ids.given("note", "The note.")


@strawberry.input(description="A note.")
class NoteRefInput:
    note_id: UUID = ids.given("note", "The note.")


@strawberry.input(description="A comment to add.")
class AddCommentInput:
    note_id: UUID = ids.given("note", "The note that it is about.")
    body: str = strawberry.field(description="Plain text, 1 to 1,000 characters.")
    reply_to_id: UUID | None = ids.given("comment", "The comment of the same note that it replies to.", default=None)


@strawberry.input(description="A comment to delete: your own, or one of your own note's.")
class DeleteCommentInput:
    comment_id: UUID = ids.given("comment", "The comment.")


def media(given: list[MediaInput]) -> list[Media]:
    """Media as the domain takes them."""
    return [Media(item.kind.name, item.url, item.width, item.height, item.alt) for item in given]


def tags(given: list[ProductTagInput]) -> list[NewTag]:
    """Product tags as the domain takes them."""
    return [NewTag(item.product_id, item.media_index, item.x, item.y) for item in given]
