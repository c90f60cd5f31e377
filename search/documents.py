"""What can be found, kind by kind: how its things are read, and what their documents hold. Batch first throughout."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from commerce.catalogue import Product
from commerce.catalogue import queries as product_queries
from commerce.group_buys import queries as group_buy_queries
from commerce.shops import queries as shop_queries
from content.live import LiveStream
from content.live import queries as live_queries
from content.notes import Note, Topic
from content.notes import queries as note_queries
from core.money import EXPONENTS
from people.accounts import Account
from people.accounts import queries as account_queries
from search.engine import LIVE_STREAM, NOTE, PRODUCT, TOPIC, USER, Document, Found


class Source(msgspec.Struct, frozen=True):
    """How one kind is read: its records by id, their documents (None: not to be found), all its ids in order,
    the passages that a highlight may come from, best first, and the person whose it is, if anybody's."""

    records: Callable[[Sequence[UUID]], Awaitable[Sequence[Any]]]
    describe: Callable[[Sequence[Any]], Awaitable[Sequence[Document | None]]]
    ids_after: Callable[[UUID | None, int], Awaitable[list[UUID]]]
    passages: Callable[[Any], Sequence[str]]
    person: Callable[[Any], UUID | None] = lambda _: None


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


async def _notes(notes: Sequence[Note]) -> list[Document | None]:
    topics = await note_queries.topics_of([note.id for note in notes])
    return [
        Document(
            thing=Found(NOTE, note.id),
            title=note.title,
            text=note.body,
            topics=[topic.name for topic in about],
            suggestion=note.title,
            popular=note.like_count + 2 * note.collect_count + 3 * note.comment_count,
            published=_milliseconds(note.published_at),
        )
        for note, about in zip(notes, topics, strict=True)
    ]


async def _products(products: Sequence[Product]) -> list[Document | None]:
    ids = [product.id for product in products]
    shops = await shop_queries.by_ids([product.shop_id for product in products])
    variants = await product_queries.variants_of(ids)
    running = await group_buy_queries.running_on(ids)
    one_short = await group_buy_queries.one_short_until(ids)
    return [
        Document(
            thing=Found(PRODUCT, product.id),
            title=product.title,
            text=product.description,
            names=[*([shop.name] if shop else []), *(variant.name for variant in choices)],
            suggestion=product.title,
            popular=product.sold_count,
            published=_milliseconds(product.created_at),
            currency=product.currency,
            price=product.min_price_minor * 10 ** (2 - EXPONENTS[product.currency]),
            in_stock=any(choice.available > 0 for choice in choices) or any(offer.available > 0 for offer in offers),
            group_buy_until=max((int(offer.ends_at.timestamp()) for offer in offers), default=0),
            group_buy_closes=min((int(offer.ends_at.timestamp()) for offer in offers), default=0),
            one_short_until=0 if until is None else int(until.timestamp()),
        )
        for product, shop, choices, offers, until in zip(products, shops, variants, running, one_short, strict=True)
    ]


async def _people(people: Sequence[Account]) -> list[Document | None]:
    return [
        Document(
            thing=Found(USER, person.id),
            title=person.display_name,
            text=person.bio,
            names=[person.handle, *([person.specialty] if person.specialty else [])],
            suggestion=person.handle,
            popular=person.follower_count,
            published=_milliseconds(person.created_at),
        )
        for person in people
    ]


async def _streams(streams: Sequence[LiveStream]) -> list[Document | None]:
    return [
        None
        if stream.status == "CANCELLED"
        else Document(
            thing=Found(LIVE_STREAM, stream.id),
            title=stream.title,
            suggestion=stream.title,
            popular=stream.viewer_count if stream.status == "LIVE" else stream.peak_viewer_count,
            published=_milliseconds(stream.started_at or stream.scheduled_at),
            live=stream.status == "LIVE",
        )
        for stream in streams
    ]


async def _topics(topics: Sequence[Topic]) -> list[Document | None]:
    return [
        Document(thing=Found(TOPIC, topic.id), title=topic.name, suggestion=topic.name, popular=topic.note_count)
        if topic.note_count
        else None
        for topic in topics
    ]


SOURCES: Final[Mapping[str, Source]] = {
    NOTE: Source(
        note_queries.by_ids,
        _notes,
        note_queries.ids_after,
        lambda note: (note.title, note.body),
        lambda note: note.author_id,
    ),
    PRODUCT: Source(
        product_queries.by_ids,
        _products,
        product_queries.ids_after,
        lambda product: (product.title, product.description),
    ),
    USER: Source(
        account_queries.by_ids,
        _people,
        account_queries.ids_after,
        lambda person: (person.display_name, person.handle, person.bio),
        lambda person: person.id,
    ),
    LIVE_STREAM: Source(
        live_queries.by_ids,
        _streams,
        live_queries.ids_after,
        lambda stream: (stream.title,),
        lambda stream: stream.host_id,
    ),
    TOPIC: Source(note_queries.topics_by_ids, _topics, note_queries.topic_ids_after, lambda topic: (topic.name,)),
}


async def records(things: Sequence[Found], hidden: Collection[UUID] = ()) -> list[Any | None]:
    """The record of each thing, None for what is gone or is by `hidden` people: one statement a kind, at once."""
    found: list[Any | None] = [None] * len(things)
    places = _places(things)

    async def read(kind: str) -> None:
        source, where = SOURCES[kind], places[kind]
        for place, record in zip(where, await source.records([things[place].id for place in where]), strict=True):
            if record is not None and source.person(record) not in hidden:
                found[place] = record

    # Most pages are of one kind, and a task for it would only take time.
    await (read(*places) if len(places) == 1 else asyncio.gather(*map(read, places)))
    return found


async def described(things: Sequence[Found]) -> list[Document]:
    """The documents of things as they are now; none for what is gone or not to be found."""
    documents: list[Document] = []
    each = list(dict.fromkeys(things))
    for kind, where in _places(each).items():
        source = SOURCES[kind]
        existing = [
            record for record in await source.records([each[place].id for place in where]) if record is not None
        ]
        if existing:
            documents += [document for document in await source.describe(existing) if document is not None]
    return documents


def _places(things: Sequence[Found]) -> dict[str, list[int]]:
    """Where the things of each kind stand."""
    places: dict[str, list[int]] = {}
    for place, thing in enumerate(things):
        places.setdefault(thing.kind, []).append(place)
    return places
