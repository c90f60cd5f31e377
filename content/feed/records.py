"""What other rooms see of a feed."""

import msgspec

from content.notes import Note
from core.pagination import PageInfo


class FeedEdge(msgspec.Struct, frozen=True):
    """A note, where it stands in the feed, and why: FOLLOWED_AUTHOR, POPULAR, FRESH and others to come."""

    cursor: str
    node: Note
    reason: str


class FeedPage(msgspec.Struct, frozen=True):
    """A page of a feed, shaped as a Relay connection."""

    edges: list[FeedEdge]
    page_info: PageInfo
