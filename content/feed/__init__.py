"""Feeds: which notes a person is shown, in which order, and why. A read model, which can be made anew."""

from content.feed.records import FeedEdge, FeedPage

__all__ = ["FeedEdge", "FeedPage"]
