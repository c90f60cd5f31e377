"""Types of live streams."""

import datetime
import enum

import strawberry

import execution
from content import live
from schema.batching import batched
from schema.errors import Payload, payload
from schema.ids import global_id
from schema.live import fields
from schema.node import Node
from schema.pagination import Connection, connection
from schema.refs import GroupBuyRef, LiveStreamRef, ProductRef, UserRef
from schema.scalars import URL


@strawberry.enum(description="SCHEDULED → LIVE → ENDED; SCHEDULED → CANCELLED.")
class LiveStreamStatus(enum.Enum):
    SCHEDULED = strawberry.enum_value("SCHEDULED", description="Announced; the host may already lay the table.")
    LIVE = strawberry.enum_value("LIVE", description="On air: people watch and chat.")
    ENDED = strawberry.enum_value("ENDED", description="Over; `playbackUrl` plays the replay.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="Ended before it started.")


@strawberry.type(description="A product on the table of a live stream, with the group-buy that runs on it there.")
class LiveListing(Node):
    id: strawberry.ID = global_id("live_listing")
    live_stream: LiveStreamRef = batched(fields.listing_stream, description="On whose table it is.")
    product: ProductRef = batched(fields.listing_product, description="What is shown.")
    group_buy: GroupBuyRef | None = batched(
        fields.listing_group_buy, description="The group-buy it was listed with; null when there is none."
    )
    position: int = strawberry.field(
        description="The number the host calls it by, from 1 in the order of listing. It stays, and is never given"
        " again: numbers have gaps where listings were removed."
    )
    is_pinned: bool = strawberry.field(description="Whether it is the one that the host shows now.")

    is_type_of = execution.records(live.LiveListing)


@strawberry.type(description="A chat message in a live stream.")
class LiveMessage(Node):
    id: strawberry.ID = global_id("live_message")
    author: UserRef = batched(fields.message_author, description="Who said it.")
    body: str = strawberry.field(
        description="What was said, 1 to 500 characters of plain text.", metadata=execution.amount(15, most=500)
    )
    sent_at: datetime.datetime = strawberry.field(description="When the server took it.")

    is_type_of = execution.records(live.LiveMessage)


@connection("chat message", "chat", edges="The messages of this page, newest first.")
class LiveMessageConnection(Connection[LiveMessage]):
    pass


@strawberry.type(description="A live stream: a host who shows products, and people who watch, chat and buy.")
class LiveStream(Node):
    id: strawberry.ID = global_id("live_stream")
    host: UserRef = batched(fields.host, description="Who shows; nobody else may start, end or change it.")
    title: str = strawberry.field(description="1 to 100 characters.")
    cover_url: URL | None = strawberry.field(description="A picture for lists and for the time before the start.")
    status: LiveStreamStatus = strawberry.field(description="Where it stands.")
    scheduled_at: datetime.datetime = strawberry.field(description="When it is, or was, to start.")
    started_at: datetime.datetime | None = strawberry.field(description="When it went live; null before.")
    ended_at: datetime.datetime | None = strawberry.field(description="When it ended; null before, or when cancelled.")
    viewer_count: int = strawberry.field(
        description="Open subscriptions to `liveStreamEvents`, brought up to date about once a second; 0 unless live."
    )
    peak_viewer_count: int = strawberry.field(description="The most viewers it had at once.")
    playback_url: URL | None = batched(
        fields.playback_url,
        description="HLS, while live and afterwards as the replay; null before. It is served by the media server that"
        " the operator puts at `/live/` of the public address: this API carries no video.",
    )
    listings: list[LiveListing] = batched(
        fields.listings, description="The table, by position; at most 200.", metadata=execution.amount(8, most=200)
    )
    pinned_listing: LiveListing | None = batched(
        fields.pinned_listing, description="What the host shows now; null when nothing is pinned."
    )
    messages: LiveMessageConnection = batched(fields.messages, description="Chat, newest first.")

    is_type_of = execution.records(live.LiveStream)


@connection("live stream", "live streams")
class LiveStreamConnection(Connection[LiveStream]):
    pass


@payload("The stream, or why nothing was done.")
class LiveStreamPayload(Payload):
    live_stream: LiveStream | None


@payload("The new listing, or why there is none.")
class LiveListingPayload(Payload):
    listing: LiveListing | None


@payload("The sent message, or why it was not sent.")
class LiveMessagePayload(Payload):
    message: LiveMessage | None
