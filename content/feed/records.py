"""What other rooms see of a feed."""

import msgspec

from content.notes import Note
from core.pagination import Edge, PageInfo


class FeedEdge(Edge[Note], frozen=True):
    """A note, where it stands in the feed, and why: FOLLOWED_AUTHOR, POPULAR, FRESH and others to come."""

    reason: str


class FeedPage(msgspec.Struct, frozen=True):
    """A page of a feed, shaped as a Relay connection."""

    edges: list[FeedEdge]
    page_info: PageInfo
