"""Mutations of notes."""

import strawberry

from content.notes import actions
from schema import ids
from schema.context import Info
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
    async def publish_note(self, info: Info, input: PublishNoteInput) -> NotePayload:
        note = await actions.publish(
            info.context.require_viewer(),
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
    async def update_note(self, info: Info, input: UpdateNoteInput) -> NotePayload:
        note = await actions.update(
            info.context.require_viewer(),
            ids.decode("note", input.note_id, "note_id"),
            title=input.title,
            body=input.body,
            media=None if input.media is None else inputs.media(input.media),
            product_tags=None if input.product_tags is None else inputs.tags(input.product_tags),
            topics=input.topics,
            is_sponsored=input.is_sponsored,
        )
        return NotePayload.of(note=note)

    @mutation("Deletes your own note for everyone. Refused with UNAUTHENTICATED, FORBIDDEN, INVALID or NOT_FOUND.")
    async def delete_note(self, info: Info, input: DeleteNoteInput) -> DeletePayload:
        viewer_id = info.context.require_viewer()
        await actions.delete(viewer_id, ids.decode("note", input.note_id, "note_id"))
        return DeletePayload.of(deleted_id=input.note_id)

    @mutation("Likes a note; once more changes nothing. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND or FORBIDDEN.")
    async def like_note(self, info: Info, input: NoteRefInput) -> NotePayload:
        viewer_id = info.context.require_viewer()
        return NotePayload.of(note=await actions.like(viewer_id, ids.decode("note", input.note_id, "note_id")))

    @mutation("Undoes `likeNote`; once more changes nothing. Refused with UNAUTHENTICATED, INVALID or NOT_FOUND.")
    async def unlike_note(self, info: Info, input: NoteRefInput) -> NotePayload:
        viewer_id = info.context.require_viewer()
        return NotePayload.of(note=await actions.unlike(viewer_id, ids.decode("note", input.note_id, "note_id")))

    @mutation("Keeps a note; once more changes nothing. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND or FORBIDDEN.")
    async def collect_note(self, info: Info, input: NoteRefInput) -> NotePayload:
        viewer_id = info.context.require_viewer()
        return NotePayload.of(note=await actions.collect(viewer_id, ids.decode("note", input.note_id, "note_id")))

    @mutation("Undoes `collectNote`; once more changes nothing. Refused with UNAUTHENTICATED, INVALID or NOT_FOUND.")
    async def uncollect_note(self, info: Info, input: NoteRefInput) -> NotePayload:
        viewer_id = info.context.require_viewer()
        return NotePayload.of(note=await actions.uncollect(viewer_id, ids.decode("note", input.note_id, "note_id")))

    @mutation(
        "Comments on a note, or replies to a comment of it."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND or FORBIDDEN."
    )
    async def add_comment(self, info: Info, input: AddCommentInput) -> CommentPayload:
        viewer_id = info.context.require_viewer()
        note_id = ids.decode("note", input.note_id, "note_id")
        reply_to_id = None if input.reply_to_id is None else ids.decode("comment", input.reply_to_id, "reply_to_id")
        return CommentPayload.of(comment=await actions.add_comment(viewer_id, note_id, input.body, reply_to_id))

    @mutation(
        "Deletes your own comment, or anybody's on your own note; replies to it stay."
        " Refused with UNAUTHENTICATED, FORBIDDEN, INVALID or NOT_FOUND."
    )
    async def delete_comment(self, info: Info, input: DeleteCommentInput) -> DeletePayload:
        viewer_id = info.context.require_viewer()
        await actions.delete_comment(viewer_id, ids.decode("comment", input.comment_id, "comment_id"))
        return DeletePayload.of(deleted_id=input.comment_id)
