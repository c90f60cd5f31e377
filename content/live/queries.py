"""All reads of live streams, batch first."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from content.live.records import LiveListing, LiveMessage, LiveStream
from core import db
from core.gathering import gathered, gathered_lists
from core.ids import BEYOND
from core.pagination import Page, PageRequest, page_of, pages_of

STATUSES: Final = ("SCHEDULED", "LIVE", "ENDED", "CANCELLED")
# Of the streams that sell one product at once, this many are told: those that most people watch.
_MOST_LIVE_NOW = 50
_BEYOND_SEQUENCE = 2**63 - 1

_STREAM = db.columns(LiveStream)
_MESSAGE = db.columns(LiveMessage)


def _listing(pinned: str) -> str:
    return f"l.id, l.live_stream_id, l.product_id, l.group_buy_id, l.position, l.id IS NOT DISTINCT FROM {pinned}"


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, LiveStream]:
    """The streams with `ids`, in their order."""
    found = await db.records(LiveStream, f"SELECT {_STREAM} FROM live_streams WHERE id = ANY($1)", ids)
    return {stream.id: stream for stream in found}


async def ids_after(last: UUID | None, limit: int) -> list[UUID]:
    """The ids of up to `limit` streams that follow `last` (None: the first of all), oldest first."""
    return await db.ids_after("live_streams", last, limit)


async def page_by_host(host_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[LiveStream]]:
    """A page of each person's streams, in any state, newest first."""
    found = await db.records(
        LiveStream,
        f"SELECT {db.columns(LiveStream, 's')} FROM unnest($1::uuid[]) AS h (id) CROSS JOIN LATERAL"
        f" (SELECT {_STREAM} FROM live_streams WHERE host_id = h.id AND id < $2 ORDER BY id DESC LIMIT $3) s"
        " ORDER BY s.id DESC",
        list(set(host_ids)),
        request.key or BEYOND,
        request.limit + 1,
    )
    return pages_of(host_ids, ((stream.host_id, stream) for stream in found), request, lambda stream: stream.id)


async def page_by_status(
    statuses: Sequence[str] | None, request: PageRequest[UUID], hidden: Collection[UUID] = ()
) -> Page[LiveStream]:
    """A page of the streams in one of `statuses` (None: in any), newest first; none by `hidden` people."""
    found = await db.records(
        LiveStream,
        f"SELECT {db.columns(LiveStream, 's')} FROM unnest($1::text[]) AS w (status) CROSS JOIN LATERAL"
        f" (SELECT {_STREAM} FROM live_streams WHERE status = w.status AND id < $2 AND host_id <> ALL($4)"
        " ORDER BY id DESC LIMIT $3) s"
        " ORDER BY s.id DESC LIMIT $3",
        list(set(STATUSES if statuses is None else statuses)),
        request.key or BEYOND,
        request.limit + 1,
        hidden,
    )
    return page_of(found, request, lambda stream: stream.id)


@gathered_lists
async def live_now_by_products(product_ids: list[UUID]) -> list[tuple[UUID, LiveStream]]:
    """Each product's streams that are live and list it, those with most viewers first, at most 50."""
    rows = await db.rows(
        f"SELECT p.id, {db.columns(LiveStream, 's')} FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL"
        f" (SELECT {db.columns(LiveStream, 's')} FROM live_listings l JOIN live_streams s ON s.id = l.live_stream_id"
        " WHERE l.product_id = p.id AND l.on_air ORDER BY s.viewer_count DESC, s.id DESC LIMIT $2) s"
        " ORDER BY s.viewer_count DESC, s.id DESC",
        product_ids,
        _MOST_LIVE_NOW,
    )
    return [(product_id, LiveStream(*fields)) for product_id, *fields in rows]


async def listings_of(streams: Sequence[LiveStream]) -> list[list[LiveListing]]:
    """What was on each stream's table as of that record's sequence, by position."""
    rows = await db.rows(
        f"SELECT s.place, {_listing('s.pinned')}"
        " FROM unnest($1::uuid[], $2::bigint[], $3::uuid[]) WITH ORDINALITY AS s (id, sequence, pinned, place)"
        " JOIN live_listings l ON l.live_stream_id = s.id AND l.added_sequence <= s.sequence"
        " AND (l.removed_sequence IS NULL OR l.removed_sequence > s.sequence) ORDER BY s.place, l.position",
        [stream.id for stream in streams],
        [stream.sequence for stream in streams],
        [stream.pinned_listing_id for stream in streams],
    )
    tables: list[list[LiveListing]] = [[] for _ in streams]
    for place, *fields in rows:
        tables[place - 1].append(LiveListing(*fields))
    return tables


async def pinned_listings(streams: Sequence[LiveStream]) -> list[LiveListing | None]:
    """The listing that was pinned as of each record; None where none was."""
    wanted = [stream.pinned_listing_id for stream in streams]
    found = await db.records(
        LiveListing,
        f"SELECT {_listing('l.id')} FROM live_listings l WHERE l.id = ANY($1)",
        [listing_id for listing_id in set(wanted) if listing_id is not None],
    )
    return db.in_order(wanted, {listing.id: listing for listing in found})


@gathered
async def listings_by_ids(ids: list[UUID]) -> dict[UUID, LiveListing]:
    """The listings with `ids`, in their order; None for those that were taken from the table."""
    found = await db.records(
        LiveListing,
        f"SELECT {_listing('s.pinned_listing_id')} FROM live_listings l JOIN live_streams s ON s.id = l.live_stream_id"
        " WHERE l.id = ANY($1) AND l.removed_sequence IS NULL",
        ids,
    )
    return {listing.id: listing for listing in found}


async def messages_of(streams: Sequence[LiveStream], request: PageRequest[int]) -> list[Page[LiveMessage]]:
    """A page of each stream's chat as of that record's sequence, newest first; cursors are sequences."""
    rows = await db.rows(
        f"SELECT s.place, {db.columns(LiveMessage, 'm')}"
        " FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS s (id, sequence, place) CROSS JOIN LATERAL"
        f" (SELECT {_MESSAGE} FROM live_messages WHERE live_stream_id = s.id AND sequence <= s.sequence"
        " AND sequence < $3 ORDER BY sequence DESC LIMIT $4) m ORDER BY s.place, m.sequence DESC",
        [stream.id for stream in streams],
        [stream.sequence for stream in streams],
        _BEYOND_SEQUENCE if request.key is None else request.key,
        request.limit + 1,
    )
    found = ((place - 1, LiveMessage(*fields)) for place, *fields in rows)
    return pages_of(range(len(streams)), found, request, lambda message: message.sequence)


@gathered
async def messages_by_ids(ids: list[UUID]) -> dict[UUID, LiveMessage]:
    """The chat messages with `ids`, in their order."""
    found = await db.records(LiveMessage, f"SELECT {_MESSAGE} FROM live_messages WHERE id = ANY($1)", ids)
    return {message.id: message for message in found}
