"""Live: streams, the products on their tables, their chat and who watches."""

from content.live.records import LiveListing, LiveMessage, LiveSnapshot, LiveStream

__all__ = ["LiveListing", "LiveMessage", "LiveSnapshot", "LiveStream"]
