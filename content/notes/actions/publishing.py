"""Publishing a note, changing it, and taking it back."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from commerce.catalogue import queries as product_queries
from content.notes import rules
from content.notes.actions.topics import file_under
from content.notes.events import NoteDeleted, NotePublished, NoteUpdated
from content.notes.records import Media, NewTag, Note
from core import clock, db, outbox
from core.errors import Forbidden, Invalid, NotFound
from core.ids import new_id
from core.unit_of_work import action
from people.accounts import actions as account_actions

_NOTE = db.columns(Note)


@action
async def publish(
    author_id: UUID,
    *,
    title: str,
    body: str = "",
    kind: str = "IMAGE",
    media: Sequence[Media] = (),
    product_tags: Sequence[NewTag] = (),
    topics: Sequence[str] = (),
    is_sponsored: bool = False,
) -> Note:
    """Publishes a note. Raises Invalid, or NotFound for a product; records NotePublished and TopicsChanged."""
    media = rules.media(media)
    tags, filed = rules.tags(product_tags, len(media)), rules.topics(topics)
    note_id = new_id()
    found = await db.row(
        "INSERT INTO notes (id, author_id, kind, title, body, media, is_sponsored, like_count, collect_count,"
        f" comment_count, published_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8) RETURNING {_NOTE}",
        note_id,
        author_id,
        rules.kind(kind),
        rules.title(title),
        rules.body(body),
        _json(media),
        is_sponsored,
        clock.now(),
    )
    assert found is not None
    await _pin(note_id, tags)
    await file_under(note_id, filed, new=True)
    await account_actions.count_notes(author_id, 1)
    outbox.record(NotePublished(note_id=note_id, author_id=author_id))
    return Note.from_row(found)


@action
async def update(
    author_id: UUID,
    note_id: UUID,
    *,
    title: str | None = None,
    body: str | None = None,
    media: Sequence[Media] | None = None,
    product_tags: Sequence[NewTag] | None = None,
    topics: Sequence[str] | None = None,
    is_sponsored: bool | None = None,
) -> Note:
    """Changes what is given of the author's own note; lists are replaced whole.

    Raises Forbidden, Invalid, or NotFound for the note or a product; records NoteUpdated and TopicsChanged.
    """
    note = await _locked(author_id, note_id)
    shown = note.media if media is None else rules.media(media)
    if product_tags is not None:
        await _repin(note_id, rules.tags(product_tags, len(shown)))
    elif len(shown) < len(note.media):
        await _require_tags_within(note_id, len(shown))
    if topics is not None:
        await file_under(note_id, rules.topics(topics))
    found = await db.row(
        f"UPDATE notes SET title = $2, body = $3, media = $4, is_sponsored = $5 WHERE id = $1 RETURNING {_NOTE}",
        note_id,
        note.title if title is None else rules.title(title),
        note.body if body is None else rules.body(body),
        _json(shown),
        note.is_sponsored if is_sponsored is None else is_sponsored,
    )
    assert found is not None
    outbox.record(NoteUpdated(note_id=note_id))
    return Note.from_row(found)


@action
async def delete(author_id: UUID, note_id: UUID) -> None:
    """Takes the author's own note away from everyone. Raises Forbidden or NotFound; records NoteDeleted."""
    await _locked(author_id, note_id)
    await db.execute("UPDATE notes SET deleted_at = $2 WHERE id = $1", note_id, clock.now())
    await _repin(note_id, ())
    await file_under(note_id, {})
    await account_actions.count_notes(author_id, -1)
    outbox.record(NoteDeleted(note_id=note_id, author_id=author_id))


async def _locked(author_id: UUID, note_id: UUID) -> Note:
    """The author's own note, locked against other changes until the transaction ends."""
    found = await db.row(f"SELECT {_NOTE} FROM notes WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE", note_id)
    if found is None:
        raise NotFound("note_id")
    note = Note.from_row(found)
    if note.author_id != author_id:
        raise Forbidden("note_id")
    return note


async def _repin(note_id: UUID, tags: Sequence[NewTag]) -> None:
    await db.execute("DELETE FROM note_products WHERE note_id = $1", note_id)
    await _pin(note_id, tags)


async def _pin(note_id: UUID, tags: Sequence[NewTag]) -> None:
    if not tags:
        return
    products = await product_queries.by_ids([tag.product_id for tag in tags])
    for index, product in enumerate(products):
        if product is None:
            raise NotFound("product_tags", index, "product_id")
    await db.execute(
        "INSERT INTO note_products (id, note_id, product_id, position, media_index, x, y)"
        " SELECT id, $1, product_id, position - 1, media_index, x, y FROM"
        " unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::float8[], $6::float8[]) WITH ORDINALITY"
        " AS t (id, product_id, media_index, x, y, position)",
        note_id,
        [new_id() for _ in tags],
        [tag.product_id for tag in tags],
        [tag.media_index for tag in tags],
        [tag.x for tag in tags],
        [tag.y for tag in tags],
    )


async def _require_tags_within(note_id: UUID, media_count: int) -> None:
    last = await db.value("SELECT max(media_index) FROM note_products WHERE note_id = $1", note_id)
    if last is not None and last >= media_count:
        raise Invalid(
            "media",
            zh="有商品标记在被移除的图片上，请同时修改 productTags",
            en="A product is pinned on media that would go; give `productTags` too",
        )


def _json(media: Sequence[Media]) -> str:
    return msgspec.json.encode(media).decode()
