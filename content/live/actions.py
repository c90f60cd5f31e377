"""All writes of live streams. Whatever changes a stream takes its row's lock and the next number of its sequence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from commerce.catalogue import queries as product_queries
from commerce.group_buys import GroupBuy, Team
from commerce.group_buys import queries as group_buy_queries
from content.live import queries, rules
from content.live.errors import AlreadyListed, TooManyListings
from content.live.events import (
    LiveGroupBuyChanged,
    LiveListingsChanged,
    LiveMessagePosted,
    LiveStatusChanged,
    LiveViewersChanged,
    topic,
)
from content.live.records import LiveListing, LiveMessage, LiveStream
from core import clock, db, outbox, validation
from core.errors import Forbidden, Invalid, NotFound, WrongState
from core.ids import new_id
from core.outbox import Event
from core.unit_of_work import action
from people.follows import queries as follow_queries

_STREAM = db.columns(LiveStream)


def _tell(stream_id: UUID, sequence: int, event: Event) -> None:
    outbox.record(event, topic=topic(stream_id), sequence=sequence)


@action
async def schedule(host_id: UUID, *, title: str, scheduled_at: datetime, cover_url: str | None = None) -> LiveStream:
    """Announces a stream. Raises Invalid; records LiveStatusChanged, its first step."""
    now = clock.now()
    [stream] = await db.records(
        LiveStream,
        "INSERT INTO live_streams (id, host_id, title, cover_url, status, scheduled_at, viewer_count,"
        f" peak_viewer_count, sequence) VALUES ($1, $2, $3, $4, 'SCHEDULED', $5, 0, 0, 1) RETURNING {_STREAM}",
        new_id(),
        host_id,
        rules.title(title),
        None if cover_url is None else validation.url(cover_url, "cover_url"),
        rules.scheduled_at(scheduled_at, now),
    )
    _tell(stream.id, stream.sequence, LiveStatusChanged(live_stream=stream))
    return stream


@action
async def start(host_id: UUID, stream_id: UUID) -> LiveStream:
    """SCHEDULED → LIVE. Raises NotFound, Forbidden or WrongState; records LiveStatusChanged."""
    return await _change_status(
        host_id, stream_id, "status = 'LIVE', started_at = $4", ("SCHEDULED",), on_air="removed_sequence IS NULL"
    )


@action
async def end(host_id: UUID, stream_id: UUID) -> LiveStream:
    """LIVE → ENDED, or SCHEDULED → CANCELLED. Raises NotFound, Forbidden or WrongState; records LiveStatusChanged."""
    return await _change_status(
        host_id,
        stream_id,
        "status = CASE status WHEN 'LIVE' THEN 'ENDED' ELSE 'CANCELLED' END,"
        " ended_at = CASE status WHEN 'LIVE' THEN $4::timestamptz END, viewer_count = 0",
        rules.OPEN,
        on_air="false",
    )


async def _change_status(
    host_id: UUID, stream_id: UUID, change: str, leaving: Sequence[str], *, on_air: str
) -> LiveStream:
    found = await db.records(
        LiveStream,
        f"UPDATE live_streams SET {change}, sequence = sequence + 1"
        f" WHERE id = $1 AND host_id = $2 AND status = ANY($3) AND $4::timestamptz IS NOT NULL RETURNING {_STREAM}",
        stream_id,
        host_id,
        list(leaving),
        clock.now(),
    )
    if not found:
        await _refuse(host_id, stream_id)
    await db.execute(f"UPDATE live_listings SET on_air = {on_air} WHERE live_stream_id = $1", stream_id)
    _tell(stream_id, found[0].sequence, LiveStatusChanged(live_stream=found[0]))
    return found[0]


async def _refuse(host_id: UUID | None, stream_id: UUID, field: str = "live_stream_id") -> NoReturn:
    """Raises why a stream could not be changed by `host_id` (None: by anybody)."""
    [stream] = await queries.by_ids([stream_id])
    if stream is None:
        raise NotFound(field)
    if host_id not in (None, stream.host_id):
        raise Forbidden(field)
    raise WrongState(field, state=stream.status)


@action
async def add_listing(
    host_id: UUID, stream_id: UUID, product_id: UUID, group_buy_id: UUID | None = None
) -> LiveListing:
    """Puts a product on the table, behind those that are there.

    Raises NotFound, Forbidden, WrongState, Invalid (the group-buy is another product's), AlreadyListed or
    TooManyListings; records LiveListingsChanged.
    """
    stream = await _advance(host_id, stream_id)
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
    stream = await _advance(
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
    stream = await _advance(host_id, stream_id, "pinned_listing_id = $4", listing_id, field="listing_id")
    # Asked again under the stream's lock: it may have been removed meanwhile.
    await _stream_of(listing_id)
    await _tell_listings(stream)
    return stream


async def _stream_of(listing_id: UUID) -> UUID:
    [listing] = await queries.listings_by_ids([listing_id])
    if listing is None:
        raise NotFound("listing_id")
    return listing.live_stream_id


async def _advance(
    host_id: UUID, stream_id: UUID, change: str = "", *args: object, field: str = "live_stream_id"
) -> LiveStream:
    """The open stream of `host_id` at its next sequence, locked, with `change` made ($4 and on are `args`)."""
    found = await db.records(
        LiveStream,
        f"UPDATE live_streams SET {change + ',' if change else ''} sequence = sequence + 1"
        f" WHERE id = $1 AND host_id = $2 AND status = ANY($3) RETURNING {_STREAM}",
        stream_id,
        host_id,
        list(rules.OPEN),
        *args,
    )
    if not found:
        await _refuse(host_id, stream_id, field)
    return found[0]


async def _tell_listings(stream: LiveStream) -> None:
    [listings] = await queries.listings_of([stream])
    _tell(stream.id, stream.sequence, LiveListingsChanged(live_stream_id=stream.id, listings=listings))


@action
async def send_message(author_id: UUID, stream_id: UUID, body: str) -> LiveMessage:
    """Says something in the chat of a live stream.

    Raises Invalid, NotFound, WrongState, or KeptApart from its host; records LiveMessagePosted.
    """
    found = await db.row(
        "WITH step AS (UPDATE live_streams SET sequence = sequence + 1 WHERE id = $2 AND status = 'LIVE'"
        " RETURNING sequence, host_id)"
        " INSERT INTO live_messages (id, live_stream_id, author_id, body, sent_at, sequence)"
        " SELECT $1, $2, $3, $4, $5, sequence FROM step"
        f" RETURNING (SELECT host_id FROM step), {db.columns(LiveMessage)}",
        new_id(),
        stream_id,
        author_id,
        rules.body(body),
        clock.now(),
    )
    if found is None:
        await _refuse(None, stream_id)
    host_id, *fields = found
    await follow_queries.require_together(author_id, [host_id], "live_stream_id")
    message = LiveMessage(*fields)
    _tell(stream_id, message.sequence, LiveMessagePosted(message=message))
    return message


@action
async def tell_group_buy(group_buy: GroupBuy, team: Team | None) -> None:
    """Tells the viewers of each live stream that lists a group-buy what became of it; records LiveGroupBuyChanged."""
    rows = await db.rows(
        "SELECT s.id FROM live_streams s JOIN live_listings l ON l.live_stream_id = s.id"
        " WHERE l.group_buy_id = $1 AND l.on_air AND s.status = 'LIVE' ORDER BY s.id FOR UPDATE OF s",
        group_buy.id,
    )
    if not rows:
        return
    told = await db.execute(
        "UPDATE live_listings SET told_sequence = $3 WHERE group_buy_id = $1 AND live_stream_id = ANY($2)"
        " AND on_air AND told_sequence < $3",
        group_buy.id,
        [row["id"] for row in rows],
        group_buy.sequence,
    )
    if told < len(rows):
        # Another worker was faster with later news: say how things are now, not how they were.
        group_buy, team = await _as_of_now(group_buy, team)
    steps = await db.rows(
        "UPDATE live_streams SET sequence = sequence + 1 WHERE id = ANY($1) RETURNING id, sequence",
        [row["id"] for row in rows],
    )
    for stream_id, sequence in steps:
        _tell(stream_id, sequence, LiveGroupBuyChanged(live_stream_id=stream_id, group_buy=group_buy, team=team))


async def _as_of_now(group_buy: GroupBuy, team: Team | None) -> tuple[GroupBuy, Team | None]:
    [offer] = await group_buy_queries.by_ids([group_buy.id])
    [now] = [team] if team is None else await group_buy_queries.teams_by_ids(team.leader_id, [team.id])
    return offer or group_buy, now or team


@action
async def note_presence(process_id: UUID, viewers: Mapping[UUID, int]) -> None:
    """Notes how many people watch each of some streams through a process."""
    await db.execute(
        "DELETE FROM live_presence WHERE process_id = $1 AND live_stream_id = ANY($2)",
        process_id,
        [stream_id for stream_id, count in viewers.items() if not count],
    )
    watched = {stream_id: count for stream_id, count in viewers.items() if count}
    await db.execute(
        "INSERT INTO live_presence (id, live_stream_id, process_id, viewers, seen_at)"
        " SELECT id, live_stream_id, $4, viewers, $5 FROM unnest($1::uuid[], $2::uuid[], $3::int[])"
        " AS w (id, live_stream_id, viewers) ON CONFLICT (live_stream_id, process_id)"
        " DO UPDATE SET viewers = excluded.viewers, seen_at = excluded.seen_at",
        [new_id() for _ in watched],
        list(watched),
        list(watched.values()),
        process_id,
        clock.now(),
    )


async def count_viewers() -> int:
    """Brings the viewer count of every live stream in line with who watches; returns how many it changed.

    Records LiveViewersChanged. Processes that have been silent for 30 seconds are forgotten.
    """
    alive = clock.now() - rules.PRESENCE_TTL
    await db.execute("DELETE FROM live_presence WHERE seen_at < $1", alive)
    wrong = await db.rows(
        "SELECT s.id FROM live_streams s WHERE s.status = 'LIVE' AND s.viewer_count <>"
        " (SELECT coalesce(sum(p.viewers), 0) FROM live_presence p WHERE p.live_stream_id = s.id)"
    )
    return sum([await _count_viewers(row["id"]) for row in wrong])


@action
async def _count_viewers(stream_id: UUID) -> bool:
    # Locked first, counted second: a sum taken by the waiting statement itself would be older than its lock.
    await db.execute("SELECT FROM live_streams WHERE id = $1 FOR UPDATE", stream_id)
    counted = await db.row(
        "UPDATE live_streams s SET viewer_count = w.viewers, sequence = sequence + 1,"
        " peak_viewer_count = greatest(peak_viewer_count, w.viewers)"
        " FROM (SELECT coalesce(sum(viewers), 0)::int AS viewers FROM live_presence WHERE live_stream_id = $1) w"
        " WHERE s.id = $1 AND s.status = 'LIVE' AND s.viewer_count <> w.viewers RETURNING s.viewer_count, s.sequence",
        stream_id,
    )
    if counted is None:
        return False
    count, sequence = counted
    _tell(stream_id, sequence, LiveViewersChanged(live_stream_id=stream_id, viewer_count=count))
    return True
