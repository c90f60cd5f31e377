"""What subscribers of a live stream are told: one type an event."""

import datetime
from typing import Annotated

import strawberry

import execution
from content import live
from content.live import events
from schema.live.types import LiveListing, LiveMessage, LiveStream
from schema.refs import GroupBuyRef, GroupBuyTeamRef


@strawberry.type(description="The whole truth, as of this update's `sequence`.")
class LiveSnapshot:
    live_stream: LiveStream = strawberry.field(description="The stream; its table and chat are of the same moment.")

    is_type_of = execution.records(live.LiveSnapshot)


@strawberry.type(description="The stream was scheduled, started, ended or cancelled.")
class LiveStatusChanged:
    live_stream: LiveStream = strawberry.field(description="The stream as of then.")

    is_type_of = execution.records(events.LiveStatusChanged)


@strawberry.type(description="The host put something on the table, took it away or pinned it.")
class LiveListingsChanged:
    listings: list[LiveListing] = strawberry.field(
        description="The whole table as of then, by position.", metadata=execution.amount(8, most=200)
    )
    pinned_listing: LiveListing | None = strawberry.field(description="What was pinned as of then.")

    is_type_of = execution.records(events.LiveListingsChanged)


@strawberry.type(description="Somebody said something in the chat.")
class LiveMessagePosted:
    message: LiveMessage = strawberry.field(description="The message.")

    is_type_of = execution.records(events.LiveMessagePosted)


@strawberry.type(description="People came or went; told about once a second at the most by each of the servers.")
class LiveViewersChanged:
    viewer_count: int = strawberry.field(description="How many watched then.")

    is_type_of = execution.records(events.LiveViewersChanged)


@strawberry.type(description="A group-buy on the table moved: somebody opened, joined or left a team, or it closed.")
class LiveGroupBuyChanged:
    group_buy: GroupBuyRef = strawberry.field(description="The group-buy as of then.")
    team: GroupBuyTeamRef | None = strawberry.field(description="The team that changed; null when no team did.")

    is_type_of = execution.records(events.LiveGroupBuyChanged)


LiveStreamEvent = Annotated[
    LiveSnapshot
    | LiveStatusChanged
    | LiveListingsChanged
    | LiveMessagePosted
    | LiveViewersChanged
    | LiveGroupBuyChanged,
    strawberry.union("LiveStreamEvent", description="What happened. The list may grow: skip what you do not know."),
]


@strawberry.type(description="One update of a live stream.")
class LiveStreamUpdate:
    sequence: int = strawberry.field(
        description="Grows with every update. Give the latest as `afterSequence` when you subscribe again."
    )
    event: LiveStreamEvent = strawberry.field(description="What happened.")
    server_now: datetime.datetime = strawberry.field(description="The server's clock as it sent this.")
