"""Inputs of live streams' mutations."""

import datetime
from uuid import UUID

import strawberry

from schema import ids
from schema.scalars import URL


@strawberry.input(description="A stream to announce.")
class ScheduleLiveStreamInput:
    title: str = strawberry.field(description="1 to 100 characters.")
    cover_url: URL | None = strawberry.field(default=strawberry.UNSET, description="A picture, http or https.")
    scheduled_at: datetime.datetime = strawberry.field(
        description="When it is to start: not in the past (5 minutes are forgiven), at most a year ahead."
    )


@strawberry.input(description="Which stream.")
class LiveStreamRefInput:
    live_stream_id: UUID = ids.given("live_stream", "The stream's id.")


@strawberry.input(description="A product to put on a stream's table.")
class AddLiveListingInput:
    live_stream_id: UUID = ids.given("live_stream", "The stream's id.")
    product_id: UUID = ids.given("product", "The product; once on a table at the most.")
    group_buy_id: UUID | None = ids.given(
        "group_buy", "A group-buy of this product, to show with it.", default=strawberry.UNSET
    )


@strawberry.input(description="Which listing.")
class LiveListingRefInput:
    listing_id: UUID = ids.given("live_listing", "The listing's id.")


@strawberry.input(description="Something to say in the chat of a stream.")
class SendLiveMessageInput:
    live_stream_id: UUID = ids.given("live_stream", "The stream's id.")
    body: str = strawberry.field(description="1 to 500 characters of plain text.")
