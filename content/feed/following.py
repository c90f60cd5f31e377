"""A page of FOLLOWING: the reader's timeline, merged with the newest notes of the crowds' authors.

Who follows few has no timeline: as few probes of PostgreSQL's index cost less, and nothing need be pushed to them.

PostgreSQL has the last word on every page: whom the reader follows now, by a version that every follow and unfollow
raises, and which notes are still there. Wherever a timeline does not suffice, PostgreSQL is read instead.
"""

from uuid import UUID

from content.feed.timelines import CAP, Entry, Stretch, Timelines
from content.notes import Note
from content.notes import queries as note_queries
from core.ids import BEYOND
from core.pagination import PageRequest
from people.follows import queries as follow_queries

# Up to so many followees a page is read from PostgreSQL alone (docs/following.png shows why).
FEW = 200


async def newest(reader_id: UUID, request: PageRequest[UUID], timelines: Timelines) -> list[Note]:
    """Up to `limit + 1` notes of those whom a person follows, newest first."""
    # Twice the page, as some may be gone.
    limit = 2 * (request.limit + 1)
    stretch = await timelines.read(reader_id, request.key or BEYOND, limit)
    if stretch is None:
        return await _rebuilt(reader_id, request, timelines)
    if stretch.entries or stretch.ends:
        standing = await follow_queries.standing(reader_id, {entry.author_id for entry in stretch.entries})
        if standing.version != stretch.version:
            return await _rebuilt(reader_id, request, timelines)
        followed = [entry.note_id for entry in stretch.entries if entry.author_id in standing.followed]
        found = await note_queries.newest_among(followed, standing.crowds, request)
        if _suffices(found, stretch, request):
            return found
    everyone = await follow_queries.everyone(reader_id)
    return await note_queries.newest_by_authors(everyone.followed, request)


def _suffices(found: list[Note], stretch: Stretch, request: PageRequest[UUID]) -> bool:
    """Whether no note is missing: none is older than what the stretch knows of, or it knows of all."""
    if stretch.ends:
        return True
    return len(found) > request.limit and found[-1].id >= stretch.entries[-1].note_id


async def _rebuilt(reader_id: UUID, request: PageRequest[UUID], timelines: Timelines) -> list[Note]:
    """A page from PostgreSQL; and, where it is worth it and can be kept, a new timeline for the next ones."""
    # Should one follow or unfollow meanwhile, the timeline is of an old version.
    everyone = await follow_queries.everyone(reader_id)
    token = await timelines.begin(reader_id) if len(everyone.followed) > FEW else None
    if token is not None:
        pushed = set(everyone.followed).difference(everyone.crowds)
        entries = [Entry(*ids) for ids in await note_queries.newest_ids_by_authors(pushed, CAP)]
        await timelines.finish(reader_id, token, Stretch(everyone.version, entries, len(entries) < CAP))
    return await note_queries.newest_by_authors(everyone.followed, request)
