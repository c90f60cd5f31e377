"""Feeds: which notes a person is shown, in which order, and why. A read model: it owns no table."""

from content.feed.records import FeedEdge, FeedPage

__all__ = ["FeedEdge", "FeedPage"]
