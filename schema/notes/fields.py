"""Batched fields of notes, topics, product tags and comments."""

from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue import Product
from commerce.catalogue import queries as product_queries
from content.feed import related as near
from content.notes import Comment, Note, ProductTag, Topic, queries
from core.pagination import Page, page_request
from people.accounts import Account
from people.accounts import queries as account_queries
from schema.context import Context
from schema.pagination import After, First


async def find(ids: Sequence[UUID], context: Context) -> list[Note | None]:
    """Notes by id, for `node`."""
    return await queries.by_ids(ids)


async def find_topics(ids: Sequence[UUID], context: Context) -> list[Topic | None]:
    """Topics by id, for `node`."""
    return await queries.topics_by_ids(ids)


async def find_comments(ids: Sequence[UUID], context: Context) -> list[Comment | None]:
    """Comments by id, for `node`."""
    return await queries.comments_by_ids(ids)


async def author(written: list[Note] | list[Comment], context: Context) -> list[Account | None]:
    return await account_queries.by_ids([one.author_id for one in written])


async def product_tags(notes: list[Note], context: Context) -> list[list[ProductTag]]:
    return await queries.tags_of([note.id for note in notes])


async def tagged_product(tags: list[ProductTag], context: Context) -> list[Product | None]:
    return await product_queries.by_ids([tag.product_id for tag in tags])


async def topics(notes: list[Note], context: Context) -> list[list[Topic]]:
    return await queries.topics_of([note.id for note in notes])


async def topic_notes(
    topics: list[Topic], context: Context, first: First = 20, after: After = None
) -> list[Page[Note]]:
    return await queries.page_by_topic([topic.id for topic in topics], page_request("Topic.notes", first, after))


async def viewer_has_liked(notes: list[Note], context: Context) -> list[bool]:
    return await queries.liked_by(context.viewer_id, [note.id for note in notes])


async def viewer_has_collected(notes: list[Note], context: Context) -> list[bool]:
    return await queries.collected_by(context.viewer_id, [note.id for note in notes])


async def comment_count(notes: list[Note], context: Context) -> list[int]:
    """As many as the viewer can read."""
    hidden = await context.hidden()
    unseen = await queries.comment_counts_by([note.id for note in notes], hidden) if hidden else {}
    return [note.comment_count - unseen.get(note.id, 0) for note in notes]


async def comments(notes: list[Note], context: Context, first: First = 20, after: After = None) -> list[Page[Comment]]:
    request = page_request("Note.comments", first, after)
    return await queries.comments_of([note.id for note in notes], request, await context.hidden())


async def related(notes: list[Note], context: Context, first: First = 20, after: After = None) -> list[Page[Note]]:
    request = page_request("Note.related", first, after, near.Place)
    return await near.notes([note.id for note in notes], request, await context.hidden())


async def reply_to(replies: list[Comment], context: Context) -> list[Comment | None]:
    targets = [reply.reply_to_id for reply in replies]
    found = await queries.comments_by_ids([target for target in targets if target is not None])
    by_id = {comment.id: comment for comment in found if comment is not None}
    return [None if target is None else by_id.get(target) for target in targets]
