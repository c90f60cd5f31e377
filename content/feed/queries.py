"""All reads of feeds."""

from collections.abc import Collection
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from content.feed import candidates, ranking
from content.feed.following import newest
from content.feed.ranking import Ranked
from content.feed.records import FeedEdge, FeedPage
from content.feed.sessions import Sessions
from content.feed.timelines import Timelines
from content.notes import queries as note_queries
from core import clock
from core.errors import Unauthenticated
from core.ids import id_at
from core.pagination import InvalidCursor, PageInfo, PageRequest, encode_cursor, page_of


async def following(viewer_id: UUID | None, request: PageRequest[UUID], timelines: Timelines) -> FeedPage:
    """The notes of those whom the viewer follows, newest first. Raises Unauthenticated for nobody."""
    if viewer_id is None:
        raise Unauthenticated()
    page = page_of(await newest(viewer_id, request, timelines), request, lambda note: note.id)
    return FeedPage([FeedEdge(edge.key, edge.node, "FOLLOWED_AUTHOR") for edge in page.edges], page.page_info)


async def discover(
    viewer_id: UUID | None,
    request: PageRequest[tuple[UUID, int]],
    sessions: Sessions,
    hidden: Collection[UUID] = (),
) -> FeedPage:
    """Notes ranked for the viewer; for nobody what is loved now.

    A first page begins a session, whose order stands: every note of it is seen once, however the ranking moves. The
    cursor names the session and a place in it. Notes deleted since are left out, and those by `hidden` people. Raises
    InvalidCursor.
    """
    session_id, place = request.key or (id_at(clock.now(), str(viewer_id)), 0)
    if place < 0 or session_id.version != 7:
        raise InvalidCursor("after")
    ranked = await _session(viewer_id, session_id, sessions, hidden)
    rest = list(islice(enumerate(ranked, 1), place, place + request.limit))
    notes = await note_queries.by_ids([one.note_id for _, one in rest]) if rest else []
    edges = [
        FeedEdge((session_id, after), note, one.reason)
        for (after, one), note in zip(rest, notes, strict=True)
        if note is not None and note.author_id not in hidden
    ]
    info = PageInfo(
        has_next_page=place + request.limit < len(ranked),
        has_previous_page=request.key is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=encode_cursor((session_id, rest[-1][0])) if rest else None,
    )
    return FeedPage(edges, info)


async def _session(
    viewer_id: UUID | None, session_id: UUID, sessions: Sessions, hidden: Collection[UUID]
) -> list[Ranked]:
    """The order of a session; ranked now if it is new, or was lost."""
    name = f"{viewer_id}:{session_id}"
    ranked = await sessions.get(name)
    if ranked is None:
        if viewer_id is None:
            found = await candidates.for_nobody(session_id)
        else:
            found = await candidates.for_viewer(viewer_id, session_id, hidden)
        ranked = ranking.rank(found, session_id, _began(session_id))
        await sessions.put(name, ranked)
    return ranked


def _began(session_id: UUID) -> datetime:
    """When a session began, which its id tells."""
    return datetime.fromtimestamp((session_id.int >> 80) / 1000, UTC)
