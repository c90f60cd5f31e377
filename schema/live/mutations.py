"""Mutations of live streams."""

from uuid import UUID

import strawberry

from content.live import actions
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
    async def schedule_live_stream(self, viewer_id: UUID, input: ScheduleLiveStreamInput) -> LiveStreamPayload:
        stream = await actions.schedule(
            viewer_id,
            title=input.title,
            scheduled_at=input.scheduled_at,
            cover_url=input.cover_url or None,
        )
        return LiveStreamPayload.of(live_stream=stream)

    @mutation(
        "Goes live, at any time after scheduling. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def start_live_stream(self, viewer_id: UUID, input: LiveStreamRefInput) -> LiveStreamPayload:
        return LiveStreamPayload.of(live_stream=await actions.start(viewer_id, input.live_stream_id))

    @mutation(
        "Ends a live stream, or cancels a scheduled one. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def end_live_stream(self, viewer_id: UUID, input: LiveStreamRefInput) -> LiveStreamPayload:
        return LiveStreamPayload.of(live_stream=await actions.end(viewer_id, input.live_stream_id))

    @mutation(
        "Puts a product on the table of a scheduled or live stream. For the host."
        " Refused with UNAUTHENTICATED, INVALID (also for another product's group-buy), NOT_FOUND, FORBIDDEN,"
        " WRONG_STATE, ALREADY_EXISTS or LIMIT_EXCEEDED (200 listings)."
    )
    async def add_live_listing(self, viewer_id: UUID, input: AddLiveListingInput) -> LiveListingPayload:
        listing = await actions.add_listing(
            viewer_id, input.live_stream_id, input.product_id, input.group_buy_id or None
        )
        return LiveListingPayload.of(listing=listing)

    @mutation(
        "Takes a product from the table. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def remove_live_listing(self, viewer_id: UUID, input: LiveListingRefInput) -> LiveStreamPayload:
        return LiveStreamPayload.of(live_stream=await actions.remove_listing(viewer_id, input.listing_id))

    @mutation(
        "Pins a listing; the one pinned before no longer is. For the host."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN or WRONG_STATE."
    )
    async def pin_live_listing(self, viewer_id: UUID, input: LiveListingRefInput) -> LiveStreamPayload:
        return LiveStreamPayload.of(live_stream=await actions.pin_listing(viewer_id, input.listing_id))

    @mutation(
        "Says something in the chat of a stream that is live."
        " Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, WRONG_STATE or FORBIDDEN."
    )
    async def send_live_message(self, viewer_id: UUID, input: SendLiveMessageInput) -> LiveMessagePayload:
        return LiveMessagePayload.of(message=await actions.send_message(viewer_id, input.live_stream_id, input.body))
