"""All reads of notes, their tags, topics and comments, batch first. Deleted notes are there for nobody."""

import functools
from collections.abc import Collection, Sequence
from itertools import accumulate
from uuid import UUID

import msgspec

from content.notes import rules
from content.notes.records import Comment, Note, ProductTag, Topic
from core import db
from core.errors import Invalid
from core.gathering import Ask, gathered, gathered_flags, gathered_lists
from core.ids import BEYOND
from core.pagination import Page, PageRequest, newest_first, pages_of

_Pair = tuple[UUID, UUID]
_NOTE = db.columns(Note)
# Readers whose authors' newest notes are looked up by one statement; each may follow thousands.
_READERS = 32
_NOTE_N = db.columns(Note, "n")


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, Note]:
    """The notes with `ids`, in their order."""
    found = await _notes(f"SELECT {_NOTE} FROM notes WHERE id = ANY($1) AND deleted_at IS NULL", ids)
    return {note.id: note for note in found}


async def ids_after(last: UUID | None, limit: int) -> list[UUID]:
    """The ids of up to `limit` notes that follow `last` (None: the first of all), oldest first; deleted ones too."""
    return await db.ids_after("notes", last, limit)


async def page_by_author(author_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Note]]:
    """A page of each author's notes, newest first."""
    return await _pages(
        f"SELECT * FROM notes {newest_first('author_id', most=request.limit + 1, also='deleted_at IS NULL')}",
        author_ids,
        request,
    )


async def page_by_topic(topic_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Note]]:
    """A page of the notes about each topic, newest first."""
    links = newest_first("topic_id", "note_id", most=request.limit + 1)
    return await _pages(
        f"SELECT notes.* FROM (SELECT note_id FROM note_topics {links}) t JOIN notes ON notes.id = t.note_id",
        topic_ids,
        request,
    )


async def page_by_product(product_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Note]]:
    """A page of the notes that feature each product, newest first."""
    links = newest_first("product_id", "note_id", most=request.limit + 1)
    return await _pages(
        f"SELECT notes.* FROM (SELECT DISTINCT product_id, note_id FROM note_products {links}) t"
        " JOIN notes ON notes.id = t.note_id",
        product_ids,
        request,
    )


async def _pages(one: str, parents: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Note]]:
    found = await db.rows(
        f"SELECT p.id, {_NOTE_N} FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL ({one}) n ORDER BY n.id DESC",
        list(set(parents)),
        request.key or BEYOND,
    )
    return pages_of(parents, ((row[0], Note.from_row(row[1:])) for row in found), request, lambda note: note.id)


def _by_authors(most: int, columns: str, authors: str = "$1::uuid[]", before: str = "$2") -> str:
    """The SELECT of the `most` newest notes of all `authors` together, older than the id `before`.

    No author can be among them whose newest note is not among as many newest ones: so one probe of the index for each
    author, and so many notes for as many authors, are enough however much they wrote.
    """
    last, page = (newest_first("author_id", most=few, also="deleted_at IS NULL", before=before) for few in (1, most))
    return (
        f"WITH recent AS (SELECT p.id FROM unnest({authors}) AS p (id) CROSS JOIN LATERAL"
        f" (SELECT id FROM notes {last}) n ORDER BY n.id DESC LIMIT {most:d})"
        f" SELECT {columns} FROM recent p CROSS JOIN LATERAL (SELECT * FROM notes {page}) n"
        f" ORDER BY n.id DESC LIMIT {most:d}"
    )


async def newest_by_authors(author_ids: Collection[UUID], request: PageRequest[UUID]) -> list[Note]:
    """Up to `limit + 1` notes of all these authors together, newest first."""
    [found] = await _newest(request.limit + 1)([_Newest(author_ids, request.key or BEYOND)])
    return found


class _Newest(msgspec.Struct, frozen=True, eq=False):
    """A question for the newest notes of some authors that are older than the id `before`."""

    author_ids: Collection[UUID]
    before: UUID


@functools.cache
def _newest(most: int) -> Ask[_Newest, list[Note]]:
    """Asks for up to `most` notes each."""
    readers = ", ".join(map(db.unseen, ("$2::int[]", "$3::int[]", "$4::uuid[]")))
    notes = _by_authors(most, _NOTE_N, authors="($1::uuid[])[r.first:r.last]", before="r.before")
    sql = (
        f"SELECT r.place, n.* FROM unnest({readers}) WITH ORDINALITY AS r (first, last, before, place)"
        f" CROSS JOIN LATERAL ({notes}) n ORDER BY r.place, n.id DESC"
    )

    async def read(asked: list[_Newest]) -> list[tuple[_Newest, Note]]:
        ends = list(accumulate(len(one.author_ids) for one in asked))
        found = await db.rows(
            sql,
            [author_id for one in asked for author_id in one.author_ids],
            [end - len(one.author_ids) + 1 for one, end in zip(asked, ends, strict=True)],
            ends,
            [one.before for one in asked],
        )
        return [(asked[place - 1], Note.from_row(row)) for place, *row in found]

    return gathered_lists(read, full=_READERS)


async def newest_ids_by_authors(author_ids: Collection[UUID], most: int) -> list[tuple[UUID, UUID]]:
    """Up to `most` notes of all these authors together, as (note, author), newest first."""
    found = await db.rows(_by_authors(most, "n.id, n.author_id"), author_ids, BEYOND)
    return [(note_id, author_id) for note_id, author_id in found]


async def newest_among(ids: Sequence[UUID], author_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Note]:
    """Up to `limit + 1` of the notes with `ids`, newest first, and the notes of these authors together."""
    most = request.limit + 1
    if not author_ids:  # Nobody to look up: what is asked by id is asked for many readers together.
        return await _there(ids, most)
    return await _notes(
        f"WITH chosen AS (SELECT id FROM unnest($3::uuid[]) AS g (id) UNION ({_by_authors(most, 'n.id')}))"
        f" SELECT {_NOTE_N} FROM chosen JOIN notes n USING (id) WHERE n.deleted_at IS NULL"
        f" ORDER BY n.id DESC LIMIT {most:d}",
        author_ids,
        request.key or BEYOND,
        ids,
    )


async def _there(ids: Sequence[UUID], most: int) -> list[Note]:
    """The first `most` of `ids` that are still there. Hardly ever is one gone: no more are asked for until one is."""
    found = [note for note in await by_ids(ids[:most]) if note is not None]
    if len(found) < most < len(ids):
        found += [note for note in await by_ids(ids[most:]) if note is not None]
    return found[:most]


async def hottest(request: PageRequest[tuple[float, UUID]]) -> list[Note]:
    """Up to `limit + 1` notes by `hot_score`, which weighs engagement against age."""
    score, last = request.key or (float("inf"), BEYOND)
    return await _notes(
        f"SELECT {_NOTE} FROM notes WHERE deleted_at IS NULL AND (hot_score, id) < ($1, $2)"
        f" ORDER BY hot_score DESC, id DESC LIMIT {request.limit + 1:d}",
        score,
        last,
    )


async def _notes(sql: str, *args: object) -> list[Note]:
    return [Note.from_row(row) for row in await db.rows(sql, *args)]


@gathered_lists
async def tags_of(note_ids: list[UUID]) -> list[tuple[UUID, ProductTag]]:
    """Each note's product tags, in the author's order."""
    found = await db.records(
        ProductTag,
        f"SELECT {db.columns(ProductTag)} FROM note_products WHERE note_id = ANY($1) ORDER BY position",
        note_ids,
    )
    return [(tag.note_id, tag) for tag in found]


@gathered_lists
async def topics_of(note_ids: list[UUID]) -> list[tuple[UUID, Topic]]:
    """Each note's topics, in the author's order."""
    found = await db.rows(
        f"SELECT l.note_id, {db.columns(Topic, 't')} FROM note_topics l JOIN topics t ON t.id = l.topic_id"
        " WHERE l.note_id = ANY($1) ORDER BY l.position",
        note_ids,
    )
    return [(note_id, Topic(*topic)) for note_id, *topic in found]


@gathered
async def topics_by_ids(ids: list[UUID]) -> dict[UUID, Topic]:
    """The topics with `ids`, in their order."""
    found = await db.records(Topic, f"SELECT {db.columns(Topic)} FROM topics WHERE id = ANY($1)", ids)
    return {topic.id: topic for topic in found}


async def topic_ids_after(last: UUID | None, limit: int) -> list[UUID]:
    """The ids of up to `limit` topics that follow `last` (None: the first of all), oldest first."""
    return await db.ids_after("topics", last, limit)


async def topic_by_name(name: str) -> Topic | None:
    """The topic of a name, with or without #, in whatever case it is written."""
    try:
        key = rules.topic_key(rules.topic_name(name))
    except Invalid:
        return None
    found = await db.records(Topic, f"SELECT {db.columns(Topic)} FROM topics WHERE name_key = $1", key)
    return found[0] if found else None


async def liked_by(viewer_id: UUID | None, note_ids: Sequence[UUID]) -> list[bool]:
    """Whether the viewer likes each note; False for nobody."""
    return [False] * len(note_ids) if viewer_id is None else await _liked([(viewer_id, id_) for id_ in note_ids])


async def collected_by(viewer_id: UUID | None, note_ids: Sequence[UUID]) -> list[bool]:
    """Whether the viewer keeps each note; False for nobody."""
    return [False] * len(note_ids) if viewer_id is None else await _collected([(viewer_id, id_) for id_ in note_ids])


@gathered_flags
async def _liked(pairs: list[_Pair]) -> set[_Pair]:
    return await db.pairs_in("note_likes", ("user_id", "note_id"), pairs)


@gathered_flags
async def _collected(pairs: list[_Pair]) -> set[_Pair]:
    return await db.pairs_in("note_collects", ("user_id", "note_id"), pairs)


async def engagement_of(pairs: Sequence[tuple[UUID, UUID]]) -> list[tuple[bool, bool, bool]]:
    """Whether each (person, note) is one of liking, of collecting, of commenting; all False for a deleted note."""
    of_pair = "{} = p.user_id AND e.note_id = n.id"
    found = await db.rows(
        "SELECT "
        + ", ".join(
            f"EXISTS (SELECT FROM {table} e WHERE {of_pair.format(person)})"
            for table, person in (("note_likes", "user_id"), ("note_collects", "user_id"), ("comments", "author_id"))
        )
        # Nothing is equal to the id of a note that is not there.
        + " FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS p (user_id, note_id, position)"
        " LEFT JOIN notes n ON n.id = p.note_id AND n.deleted_at IS NULL ORDER BY p.position",
        [user_id for user_id, _ in pairs],
        [note_id for _, note_id in pairs],
    )
    return [(liked, collected, commented) for liked, collected, commented in found]


@gathered
async def comments_by_ids(ids: list[UUID]) -> dict[UUID, Comment]:
    """The comments with `ids`, in their order."""
    found = await db.records(
        Comment,
        f"SELECT {db.columns(Comment, 'c')} FROM comments c JOIN notes n ON n.id = c.note_id"
        " WHERE c.id = ANY($1) AND n.deleted_at IS NULL",
        ids,
    )
    return {comment.id: comment for comment in found}


async def comment_counts_by(note_ids: Sequence[UUID], author_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many comments of each note are by some people; notes without any are left out."""
    found = await db.rows(
        "SELECT note_id, count(*) FROM comments WHERE note_id = ANY($1) AND author_id = ANY($2) GROUP BY note_id",
        list(note_ids),
        list(author_ids),
    )
    return dict(found)


async def comments_of(
    note_ids: Sequence[UUID], request: PageRequest[UUID], hidden: Collection[UUID] = ()
) -> list[Page[Comment]]:
    """A page of each note's comments, newest first; without those of `hidden` people."""
    shown = newest_first("note_id", most=request.limit + 1, also="author_id <> ALL($3)")
    found = await db.records(
        Comment,
        f"SELECT {db.columns(Comment, 'c')} FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL"
        f" (SELECT * FROM comments {shown}) c ORDER BY c.id DESC",
        list(set(note_ids)),
        request.key or BEYOND,
        hidden,
    )
    return pages_of(note_ids, ((comment.note_id, comment) for comment in found), request, lambda comment: comment.id)
