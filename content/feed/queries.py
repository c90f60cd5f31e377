"""All reads of feeds."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from content.feed import candidates, ranking
from content.feed.following import newest
from content.feed.records import FeedEdge, FeedPage
from content.feed.sessions import Sessions
from content.feed.spreading import Order, spread
from content.feed.timelines import Timelines
from content.notes import queries as note_queries
from core import clock
from core.errors import Unauthenticated
from core.ids import BEYOND, first_id_at, id_at
from core.pagination import Count, InvalidCursor, PageInfo, PageRequest, encode_cursor, page_of

_APART = timedelta(minutes=1)


class Place(NamedTuple):
    """Where something stands in DISCOVER: the session, and how many come up to it."""

    session_id: UUID
    number: Count


async def following(viewer_id: UUID | None, request: PageRequest[UUID], timelines: Timelines) -> FeedPage:
    """The notes of those whom the viewer follows, newest first. Raises Unauthenticated for nobody."""
    if viewer_id is None:
        raise Unauthenticated()
    page = page_of(await newest(viewer_id, request, timelines), request, lambda note: note.id)
    return FeedPage([FeedEdge(edge.key, edge.node, edge.of, "FOLLOWED_AUTHOR") for edge in page.edges], page.page_info)


async def discover(
    viewer_id: UUID | None,
    request: PageRequest[Place],
    sessions: Sessions,
    hidden: Collection[UUID] = (),
) -> FeedPage:
    """Notes ranked for the viewer; for nobody what is loved now.

    A first page begins a session, whose order stands: every note of it is seen once, however the ranking moves. The
    cursor names the session and a place in it. Notes deleted since are left out, and those by `hidden` people. Raises
    InvalidCursor.
    """
    now = clock.now()
    session_id, start = request.key or Place(id_at(now, str(viewer_id)), 0)
    # The clocks of two processes may lie a little apart.
    if session_id.version != 7 or session_id > first_id_at(now + _APART):
        raise InvalidCursor("after")
    name = f"{viewer_id}:{session_id}"
    order = None if request.key is None else await sessions.get(name)
    if order is None:
        # What is there now is asked for by all who begin a session at a time; of one that was lost, what was there.
        order = await _ranked(viewer_id, session_id, BEYOND if request.key is None else session_id, hidden)
        await sessions.put(name, order)
    end = start + request.limit
    places = spread(order, end + 1)  # The one more only tells that there is a next page.
    shown = places[start:end]
    notes = await note_queries.by_ids(list(map(order.note_id, shown)))
    edges = [
        FeedEdge((session_id, after), note, request.of, order.reason(place))
        for after, (place, note) in enumerate(zip(shown, notes, strict=True), start + 1)
        if note is not None and note.author_id not in hidden
    ]
    info = PageInfo(
        has_next_page=len(places) > end,
        has_previous_page=request.key is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=encode_cursor((session_id, start + len(shown)), request.of) if shown else None,
    )
    return FeedPage(edges, info)


async def _ranked(viewer_id: UUID | None, session_id: UUID, before: UUID, hidden: Collection[UUID]) -> Order:
    """The order of a session, ranked now, of notes that are older than the id `before`."""
    if viewer_id is None:
        found = await candidates.for_nobody(before)
    else:
        found = await candidates.for_viewer(viewer_id, before, hidden)
    return ranking.rank(found, session_id, _began(session_id))


def _began(session_id: UUID) -> datetime:
    """When a session began, which its id tells."""
    return datetime.fromtimestamp((session_id.int >> 80) / 1000, UTC)
