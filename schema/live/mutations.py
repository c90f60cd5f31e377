"""Mutations of live streams."""

import strawberry

from content.live import actions
from schema import ids
from schema.context import Info
from schema.errors import mutation
from schema.live.inputs import (
    AddLiveListingInput,
    LiveListingRefInput,
    LiveStreamRefInput,
    ScheduleLiveStreamInput,
    SendLiveMessageInput,
)
from schema.live.types import LiveListingPayload, LiveMessagePayload, LiveStreamPayload


@strawberry.type
class LiveMutations:
    @mutation("Announces a stream that the viewer will host. Refused with UNAUTHENTICATED or INVALID.")
    async def schedule_live_stream(self, info: Info, input: ScheduleLiveStreamInput) -> LiveStreamPayload:
        stream = await actions.schedule(
            info.context.require_viewer(),
            title=input.title,
            scheduled_at=input.scheduled_at,
            cover_url=input.cover_url or None,
        )
        return LiveStreamPayload.of(live_stream=stream)

    @mutation(
        "Goes live, at any time after scheduling. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def start_live_stream(self, info: Info, input: LiveStreamRefInput) -> LiveStreamPayload:
        host_id = info.context.require_viewer()
        stream_id = ids.decode("live_stream", input.live_stream_id, "live_stream_id")
        return LiveStreamPayload.of(live_stream=await actions.start(host_id, stream_id))

    @mutation(
        "Ends a live stream, or cancels a scheduled one. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def end_live_stream(self, info: Info, input: LiveStreamRefInput) -> LiveStreamPayload:
        host_id = info.context.require_viewer()
        stream_id = ids.decode("live_stream", input.live_stream_id, "live_stream_id")
        return LiveStreamPayload.of(live_stream=await actions.end(host_id, stream_id))

    @mutation(
        "Puts a product on the table of a scheduled or live stream. For the host."
        " Refused with UNAUTHENTICATED, INVALID (also for another product's group-buy), NOT_FOUND, FORBIDDEN,"
        " WRONG_STATE, ALREADY_EXISTS or LIMIT_EXCEEDED (200 listings)."
    )
    async def add_live_listing(self, info: Info, input: AddLiveListingInput) -> LiveListingPayload:
        host_id = info.context.require_viewer()
        stream_id = ids.decode("live_stream", input.live_stream_id, "live_stream_id")
        product_id = ids.decode("product", input.product_id, "product_id")
        group_buy_id = ids.decode("group_buy", input.group_buy_id, "group_buy_id") if input.group_buy_id else None
        listing = await actions.add_listing(host_id, stream_id, product_id, group_buy_id)
        return LiveListingPayload.of(listing=listing)

    @mutation(
        "Takes a product from the table. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def remove_live_listing(self, info: Info, input: LiveListingRefInput) -> LiveStreamPayload:
        host_id = info.context.require_viewer()
        listing_id = ids.decode("live_listing", input.listing_id, "listing_id")
        return LiveStreamPayload.of(live_stream=await actions.remove_listing(host_id, listing_id))

    @mutation(
        "Pins a listing; the one pinned before no longer is. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def pin_live_listing(self, info: Info, input: LiveListingRefInput) -> LiveStreamPayload:
        host_id = info.context.require_viewer()
        listing_id = ids.decode("live_listing", input.listing_id, "listing_id")
        return LiveStreamPayload.of(live_stream=await actions.pin_listing(host_id, listing_id))

    @mutation(
        "Says something in the chat of a stream that is live."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, WRONG_STATE or FORBIDDEN."
    )
    async def send_live_message(self, info: Info, input: SendLiveMessageInput) -> LiveMessagePayload:
        author_id = info.context.require_viewer()
        stream_id = ids.decode("live_stream", input.live_stream_id, "live_stream_id")
        return LiveMessagePayload.of(message=await actions.send_message(author_id, stream_id, input.body))
