"""Batched fields of live streams."""

from collections.abc import Sequence
from typing import Annotated, cast
from uuid import UUID

import msgspec

from commerce.catalogue import Product
from commerce.catalogue import queries as product_queries
from commerce.group_buys import GroupBuy
from commerce.group_buys import queries as group_buy_queries
from content.live import LiveListing, LiveMessage, LiveStream, queries
from core.pagination import Page, page_request
from people.accounts import Account
from people.accounts import queries as account_queries
from schema.context import Context
from schema.pagination import After, First

DEFAULT_MESSAGES = 50
# A cursor of the chat is a sequence, which PostgreSQL keeps in 64 bits.
MessageKey = cast(type[int], Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)])


async def find(ids: Sequence[UUID], context: Context) -> list[LiveStream | None]:
    """Streams by id, for `node`."""
    return await queries.by_ids(ids)


async def find_listings(ids: Sequence[UUID], context: Context) -> list[LiveListing | None]:
    """Listings by id, for `node`; a table is hidden with its stream."""
    found = await queries.listings_by_ids(ids)
    if not context.apart:
        return found
    streams = await context.shown(await queries.by_ids([one.live_stream_id for one in found if one is not None]))
    there = {stream.id for stream in streams if stream is not None}
    return [one if one is not None and one.live_stream_id in there else None for one in found]


async def find_messages(ids: Sequence[UUID], context: Context) -> list[LiveMessage | None]:
    """Chat messages by id, for `node`."""
    return await queries.messages_by_ids(ids)


async def host(streams: list[LiveStream], context: Context) -> list[Account | None]:
    return await account_queries.by_ids([stream.host_id for stream in streams])


async def playback_url(streams: list[LiveStream], context: Context) -> list[str | None]:
    address = context.services.settings.public_url
    return [f"{address}/live/{stream.id.hex}/index.m3u8" if stream.started_at else None for stream in streams]


async def listings(streams: list[LiveStream], context: Context) -> list[list[LiveListing]]:
    return await queries.listings_of(streams)


async def pinned_listing(streams: list[LiveStream], context: Context) -> list[LiveListing | None]:
    return await queries.pinned_listings(streams)


async def messages(
    streams: list[LiveStream], context: Context, first: First = DEFAULT_MESSAGES, after: After = None
) -> list[Page[LiveMessage]]:
    request = page_request("LiveStream.messages", DEFAULT_MESSAGES if first is None else first, after, MessageKey)
    return await queries.messages_of(streams, request)


async def listing_stream(listings: list[LiveListing], context: Context) -> list[LiveStream | None]:
    return await queries.by_ids([listing.live_stream_id for listing in listings])


async def listing_product(listings: list[LiveListing], context: Context) -> list[Product | None]:
    return await product_queries.by_ids([listing.product_id for listing in listings])


async def listing_group_buy(listings: list[LiveListing], context: Context) -> list[GroupBuy | None]:
    wanted = [listing.group_buy_id for listing in listings]
    ids = sorted({group_buy_id for group_buy_id in wanted if group_buy_id is not None})
    found = dict(zip(ids, await group_buy_queries.by_ids(ids), strict=True)) if ids else {}
    return [None if group_buy_id is None else found[group_buy_id] for group_buy_id in wanted]


async def message_author(messages: list[LiveMessage], context: Context) -> list[Account | None]:
    return await account_queries.by_ids([message.author_id for message in messages])
