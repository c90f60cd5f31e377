"""All reads of feeds."""

from uuid import UUID

from content.feed import rules
from content.feed.records import FeedEdge, FeedPage
from content.notes import Note
from content.notes import queries as note_queries
from core import clock
from core.errors import Unauthenticated
from core.pagination import Page, PageRequest, page_of
from people.follows import queries as follow_queries


async def following(viewer_id: UUID | None, request: PageRequest[UUID]) -> FeedPage:
    """The notes of those whom the viewer follows, newest first. Raises Unauthenticated for nobody."""
    if viewer_id is None:
        raise Unauthenticated()
    authors = await follow_queries.followee_ids(viewer_id)
    page = page_of(await note_queries.newest_by_authors(authors, request), request, lambda note: note.id)
    return _feed(page, ["FOLLOWED_AUTHOR"] * len(page.edges))


async def discover(viewer_id: UUID | None, request: PageRequest[tuple[float, UUID]]) -> FeedPage:
    """What is loved now, the engagement weighed against the age.

    A note whose score changes between two pages may be seen again or not at all; every other is seen exactly once.
    """
    found = await note_queries.hottest(request)
    page = page_of(found, request, lambda note: (note.hot_score, note.id))
    followed = await follow_queries.is_following(viewer_id, [note.author_id for note in page.nodes])
    now = clock.now()
    return _feed(page, [rules.reason(note, follows, now) for note, follows in zip(page.nodes, followed, strict=True)])


def _feed(page: Page[Note], reasons: list[str]) -> FeedPage:
    edges = [FeedEdge(edge.key, edge.node, reason) for edge, reason in zip(page.edges, reasons, strict=True)]
    return FeedPage(edges, page.page_info)
