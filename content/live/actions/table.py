"""The table: which products a stream shows, and which of them is pinned."""

from uuid import UUID

from commerce.catalogue import queries as product_queries
from commerce.group_buys import queries as group_buy_queries
from content.live import queries, rules
from content.live.actions import steps
from content.live.errors import AlreadyListed, TooManyListings
from content.live.events import LiveListingsChanged
from content.live.records import LiveListing, LiveStream
from core import db
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.unit_of_work import action


@action
async def add_listing(
    host_id: UUID, stream_id: UUID, product_id: UUID, group_buy_id: UUID | None = None
) -> LiveListing:
    """Puts a product on the table, behind those that are there.

    Raises NotFound, Forbidden, WrongState, Invalid (the group-buy is another product's), AlreadyListed or
    TooManyListings; records LiveListingsChanged.
    """
    stream = await steps.advance(host_id, stream_id)
    told_sequence = await _check_product(product_id, group_buy_id)
    listed, last = await db.row(  # type: ignore[misc]
        "SELECT count(*) FILTER (WHERE removed_sequence IS NULL), coalesce(max(position), 0)"
        " FROM live_listings WHERE live_stream_id = $1",
        stream_id,
    )
    if listed >= rules.MOST_LISTINGS:
        raise TooManyListings("live_stream_id", most=rules.MOST_LISTINGS)
    listing = LiveListing(new_id(), stream_id, product_id, group_buy_id, last + 1, is_pinned=False)
    added = await db.execute(
        "INSERT INTO live_listings (id, live_stream_id, product_id, group_buy_id, position, added_sequence, on_air,"
        " told_sequence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (live_stream_id, product_id) WHERE removed_sequence IS NULL DO NOTHING",
        listing.id,
        stream_id,
        product_id,
        group_buy_id,
        listing.position,
        stream.sequence,
        stream.status == "LIVE",
        told_sequence,
    )
    if not added:
        raise AlreadyListed("product_id")
    await _tell_listings(stream)
    return listing


async def _check_product(product_id: UUID, group_buy_id: UUID | None) -> int:
    """The group-buy's sequence, which viewers will know from the listing; 0 without one."""
    [product] = await product_queries.by_ids([product_id])
    if product is None:
        raise NotFound("product_id")
    if group_buy_id is None:
        return 0
    [group_buy] = await group_buy_queries.by_ids([group_buy_id])
    if group_buy is None:
        raise NotFound("group_buy_id")
    if group_buy.product_id != product_id:
        raise Invalid("group_buy_id", zh="该拼团不属于这件商品", en="The group-buy is another product's")
    return group_buy.sequence


@action
async def remove_listing(host_id: UUID, listing_id: UUID) -> LiveStream:
    """Takes a product from the table, and unpins it. Raises NotFound, Forbidden or WrongState; records
    LiveListingsChanged."""
    stream = await steps.advance(
        host_id,
        await _stream_of(listing_id),
        "pinned_listing_id = CASE WHEN pinned_listing_id <> $4 THEN pinned_listing_id END",
        listing_id,
        field="listing_id",
    )
    removed = await db.execute(
        "UPDATE live_listings SET removed_sequence = $2, on_air = false WHERE id = $1 AND removed_sequence IS NULL",
        listing_id,
        stream.sequence,
    )
    if not removed:
        raise NotFound("listing_id")
    await _tell_listings(stream)
    return stream


@action
async def pin_listing(host_id: UUID, listing_id: UUID) -> LiveStream:
    """Pins a listing, and unpins the one before; one that is pinned already stays so. Raises NotFound, Forbidden or
    WrongState; records LiveListingsChanged when it changed something."""
    stream_id = await _stream_of(listing_id)
    [before] = await queries.by_ids([stream_id])
    if before and (before.pinned_listing_id, before.host_id) == (listing_id, host_id) and before.status in rules.OPEN:
        return before
    stream = await steps.advance(host_id, stream_id, "pinned_listing_id = $4", listing_id, field="listing_id")
    # Asked again under the stream's lock: it may have been removed meanwhile.
    await _stream_of(listing_id)
    await _tell_listings(stream)
    return stream


async def _stream_of(listing_id: UUID) -> UUID:
    [listing] = await queries.listings_by_ids([listing_id])
    if listing is None:
        raise NotFound("listing_id")
    return listing.live_stream_id


async def _tell_listings(stream: LiveStream) -> None:
    [listings] = await queries.listings_of([stream])
    steps.tell(stream.id, stream.sequence, LiveListingsChanged(live_stream_id=stream.id, listings=listings))
