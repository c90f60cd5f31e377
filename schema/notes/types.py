"""Types of notes, topics, product tags and comments."""

import datetime
import enum

import strawberry

import content.notes
import execution
from schema.batching import batched
from schema.errors import Payload, payload
from schema.ids import global_id
from schema.node import Node
from schema.notes import fields
from schema.pagination import Connection, connection
from schema.refs import CommentRef, NoteConnectionRef, ProductRef, UserRef
from schema.scalars import URL


@strawberry.enum(description="What a note mainly is.")
class NoteKind(enum.Enum):
    IMAGE = strawberry.enum_value("IMAGE", description="Pictures with a text.")
    VIDEO = strawberry.enum_value("VIDEO", description="A video with a text.")
    ARTICLE = strawberry.enum_value("ARTICLE", description="A longer text, with pictures or without.")


@strawberry.enum(description="What a medium is.")
class MediaKind(enum.Enum):
    IMAGE = strawberry.enum_value("IMAGE", description="A still picture.")
    VIDEO = strawberry.enum_value("VIDEO", description="A video.")


@strawberry.type(description="A picture or a video of a note.")
class Media:
    kind: MediaKind = strawberry.field(description="Picture or video.")
    url: URL = strawberry.field(description="Where it is.")
    width: int | None = strawberry.field(description="In pixels; null when the author did not tell.")
    height: int | None = strawberry.field(description="In pixels; null when the author did not tell.")
    alt: str | None = strawberry.field(
        description="What is to be seen, for who cannot see it; up to 500 characters.",
        metadata=execution.amount(10, most=500),
    )


@strawberry.type(description="What notes are about (话题). Upper and lower case are the same topic.")
class Topic(Node):
    id: strawberry.ID = global_id("topic")
    name: str = strawberry.field(description="Without #, as it was first written; 1 to 30 characters.")
    note_count: int = strawberry.field(description="Published notes about it.")
    notes: NoteConnectionRef = batched(fields.topic_notes, description="The notes about it, newest first.")

    is_type_of = execution.records(content.notes.Topic)


@strawberry.type(description="A product pinned on a note: what makes the note shoppable.")
class ProductTag:
    product: ProductRef = batched(fields.tagged_product, description="The product.")
    media_index: int | None = strawberry.field(
        description="Which of the note's media it sits on, from 0; null for the note as a whole."
    )
    x: float | None = strawberry.field(description="Where on it from the left, 0 to 1.")
    y: float | None = strawberry.field(description="Where on it from the top, 0 to 1.")


@strawberry.type(
    description="A note (种草笔记): what a person recommends, in pictures, video or text, with the products in it."
)
class Note(Node):
    id: strawberry.ID = global_id("note")
    author: UserRef = batched(fields.author, description="Who wrote it.")
    kind: NoteKind = strawberry.field(description="Pictures, video or article.")
    title: str = strawberry.field(description="1 to 100 characters.")
    body: str = strawberry.field(
        description="Plain text, up to 10,000 characters.", metadata=execution.amount(200, most=10_000)
    )
    media: list[Media] = strawberry.field(
        description="Pictures and videos in the author's order, at most 18.", metadata=execution.amount(4, most=18)
    )
    product_tags: list[ProductTag] = batched(
        fields.product_tags,
        description="The products pinned on it in the author's order, at most 20.",
        metadata=execution.amount(2, most=20),
    )
    topics: list[Topic] = batched(
        fields.topics,
        description="What it is about in the author's order, at most 10.",
        metadata=execution.amount(2, most=10),
    )
    is_sponsored: bool = strawberry.field(
        description="Whether the author declared that they were paid or earn from it."
    )
    like_count: int = strawberry.field(description="People who like it.")
    collect_count: int = strawberry.field(description="People who keep it.")
    comment_count: int = batched(fields.comment_count, description="Comments, replies included.")
    viewer_has_liked: bool = batched(fields.viewer_has_liked, description="Whether you like it; false for nobody.")
    viewer_has_collected: bool = batched(
        fields.viewer_has_collected, description="Whether you keep it; false for nobody."
    )
    comments: "CommentConnection" = batched(fields.comments, description="Comments and replies, newest first.")
    related: NoteConnectionRef = batched(
        fields.related,
        description="Notes that people who engage with this one engage with too, the most telling first; learned from"
        " likes, collects and comments, so empty for a note that few know.",
    )
    published_at: datetime.datetime = strawberry.field(description="When it was published.")

    is_type_of = execution.records(content.notes.Note)


@connection("note", "notes")
class NoteConnection(Connection[Note]):
    pass


@strawberry.type(description="What somebody says of a note, or replies to another comment of it.")
class Comment(Node):
    id: strawberry.ID = global_id("comment")
    author: UserRef = batched(fields.author, description="Who wrote it.")
    body: str = strawberry.field(
        description="Plain text, 1 to 1,000 characters.", metadata=execution.amount(30, most=1_000)
    )
    reply_to: CommentRef | None = batched(
        fields.reply_to, description="What it replies to; null when it replies to nothing, or to what is deleted."
    )
    like_count: int = strawberry.field(description="People who like it.")
    created_at: datetime.datetime = strawberry.field(description="When it was written.")

    is_type_of = execution.records(content.notes.Comment)


@connection("comment", "comments")
class CommentConnection(Connection[Comment]):
    pass


@payload("The note as it is now, or why nothing was done.")
class NotePayload(Payload):
    note: Note | None


@payload("The new comment, or why there is none.")
class CommentPayload(Payload):
    comment: Comment | None


@payload("What was deleted, or why it was not.")
class DeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of what is gone; null when it was refused."
    )
