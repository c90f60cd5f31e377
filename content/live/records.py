"""What other rooms see of a live stream."""

from datetime import datetime
from uuid import UUID

import msgspec


class LiveStream(msgspec.Struct, frozen=True):
    """A stream as of its `sequence`, the number of its latest step; its listings and chat are read as of then."""

    id: UUID
    host_id: UUID
    title: str
    cover_url: str | None
    status: str
    scheduled_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    viewer_count: int
    peak_viewer_count: int
    pinned_listing_id: UUID | None
    sequence: int


class LiveListing(msgspec.Struct, frozen=True):
    """A product on a stream's table. `position` is the number that the host calls it by, and is never given again."""

    id: UUID
    live_stream_id: UUID
    product_id: UUID
    group_buy_id: UUID | None
    position: int
    is_pinned: bool


class LiveMessage(msgspec.Struct, frozen=True):
    """A chat message; `sequence` is the step of the stream that told of it, and its place in the chat."""

    id: UUID
    live_stream_id: UUID
    author_id: UUID
    body: str
    sent_at: datetime
    sequence: int


class LiveSnapshot(msgspec.Struct, frozen=True):
    """The whole truth about a stream, as its subscribers first hear it."""

    live_stream: LiveStream
