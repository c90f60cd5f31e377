"""Mutations of notes."""

from uuid import UUID

import strawberry

from content.notes import actions
from schema import ids
from schema.errors import mutation
from schema.notes import inputs
from schema.notes.inputs import (
    AddCommentInput,
    DeleteCommentInput,
    DeleteNoteInput,
    NoteRefInput,
    PublishNoteInput,
    UpdateNoteInput,
)
from schema.notes.types import CommentPayload, DeletePayload, NotePayload


@strawberry.type
class NoteMutations:
    @mutation("Publishes a note. Refused with UNAUTHENTICATED, INVALID, or NOT_FOUND for a product.")
    async def publish_note(self, viewer_id: UUID, input: PublishNoteInput) -> NotePayload:
        note = await actions.publish(
            viewer_id,
            title=input.title,
            body=input.body,
            kind=input.kind.name,
            media=inputs.media(input.media),
            product_tags=inputs.tags(input.product_tags),
            topics=input.topics,
            is_sponsored=input.is_sponsored,
        )
        return NotePayload.of(note=note)

    @mutation("Changes your own note. Refused with UNAUTHENTICATED, FORBIDDEN, INVALID or NOT_FOUND.")
    async def update_note(self, viewer_id: UUID, input: UpdateNoteInput) -> NotePayload:
        note = await actions.update(
            viewer_id,
            input.note_id,
            title=input.title,
            body=input.body,
            media=None if input.media is None else inputs.media(input.media),
            product_tags=None if input.product_tags is None else inputs.tags(input.product_tags),
            topics=input.topics,
            is_sponsored=input.is_sponsored,
        )
        return NotePayload.of(note=note)

    @mutation("Deletes your own note for everyone. Refused with UNAUTHENTICATED, FORBIDDEN, INVALID or NOT_FOUND.")
    async def delete_note(self, viewer_id: UUID, input: DeleteNoteInput) -> DeletePayload:
        await actions.delete(viewer_id, input.note_id)
        return DeletePayload.of(deleted_id=ids.encode("note", input.note_id))

    @mutation("Likes a note; once more changes nothing. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND or FORBIDDEN.")
    async def like_note(self, viewer_id: UUID, input: NoteRefInput) -> NotePayload:
        return NotePayload.of(note=await actions.like(viewer_id, input.note_id))

    @mutation("Undoes `likeNote`; once more changes nothing. Refused with UNAUTHENTICATED, INVALID or NOT_FOUND.")
    async def unlike_note(self, viewer_id: UUID, input: NoteRefInput) -> NotePayload:
        return NotePayload.of(note=await actions.unlike(viewer_id, input.note_id))

    @mutation("Keeps a note; once more changes nothing. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND or FORBIDDEN.")
    async def collect_note(self, viewer_id: UUID, input: NoteRefInput) -> NotePayload:
        return NotePayload.of(note=await actions.collect(viewer_id, input.note_id))

    @mutation("Undoes `collectNote`; once more changes nothing. Refused with UNAUTHENTICATED, INVALID or NOT_FOUND.")
    async def uncollect_note(self, viewer_id: UUID, input: NoteRefInput) -> NotePayload:
        return NotePayload.of(note=await actions.uncollect(viewer_id, input.note_id))

    @mutation(
        "Comments on a note, or replies to a comment of it."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND or FORBIDDEN."
    )
    async def add_comment(self, viewer_id: UUID, input: AddCommentInput) -> CommentPayload:
        return CommentPayload.of(
            comment=await actions.add_comment(viewer_id, input.note_id, input.body, input.reply_to_id)
        )

    @mutation(
        "Deletes your own comment, or anybody's on your own note; replies to it stay."
        " Refused with UNAUTHENTICATED, FORBIDDEN, INVALID or NOT_FOUND."
    )
    async def delete_comment(self, viewer_id: UUID, input: DeleteCommentInput) -> DeletePayload:
        await actions.delete_comment(viewer_id, input.comment_id)
        return DeletePayload.of(deleted_id=ids.encode("comment", input.comment_id))
