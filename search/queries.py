"""The search use case: what is asked is checked and put in the engine's terms, what is found is read anew and shown."""

import asyncio
import functools
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from core import clock, validation
from core.errors import Invalid
from core.pagination import Count, InvalidCursor, PageInfo, encode_cursor, page_request
from search import chinese, corrections, documents, relevance
from search.engine import (
    CURRENCIES,
    DEEPEST,
    KINDS,
    LOOSE,
    LOOSEST,
    POPULAR,
    RELEVANCE,
    STRICT,
    USUAL_CURRENCY,
    Answer,
    Engine,
    Found,
    Hit,
    Position,
    Query,
)
from search.highlights import highlight
from search.spellings import Spelling, spellings

MOST_QUERY: Final = 200
MOST_TOPICS: Final = 20
# The list that its cursors name.
_LIST: Final = "search"
# With fewer hits than these a list goes on with those that have a part of the query.
_ENOUGH: Final = 10
# So many suggestions of a beginning may be what was meant.
_NEAR: Final = 30
# Of so many characters matches are found in a moment, less than a thread would take to begin.
_AT_ONCE: Final = 5_000
# So far an anchor may move between two pages before the whole list is asked for.
_SLACK = 40
_MOST_PRICE = Decimal(10) ** 15


class Filter(msgspec.Struct, frozen=True):
    """What hits must be; prices in major units of `currency`. None and False mean no matter."""

    currency: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool = False
    has_group_buy: bool = False
    needs_one_more: bool = False
    # Seconds.
    closing_within: int | None = None
    live_now: bool = False
    topics: Sequence[str] = ()
    published_after: datetime | None = None


_ANYTHING: Final = Filter()


class FacetValue(msgspec.Struct, frozen=True):
    value: str
    count: int


class Facet(msgspec.Struct, frozen=True):
    """How all hits fall into the values of `name`, the most frequent first."""

    name: str
    values: list[FacetValue]


class _Anchor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last hit of a page, as its cursor tells it: in which list (by sort, how loose), where, and what."""

    sort: str
    loose: int
    rank: int | float
    tie: int
    kind: str
    id: UUID
    place: Count

    @property
    def position(self) -> Position:
        return Position(self.rank, self.tie)

    @property
    def thing(self) -> Found:
        return Found(self.kind, self.id)


class Result(msgspec.Struct, frozen=True, dict=True):
    """A hit: the thing's record, found by `words`. Its cursor and highlight are only written for who asks for them."""

    anchor: _Anchor
    node: Any
    words: Sequence[str]
    spelled: Sequence[Spelling] = ()

    @property
    def cursor(self) -> str:
        return encode_cursor(self.anchor, _LIST)

    @property
    def passages(self) -> Sequence[str]:
        """What it says, the title first."""
        return documents.SOURCES[self.anchor.kind].passages(self.node)

    @functools.cached_property
    def highlight(self) -> str | None:
        """Its best passage as HTML, when a word of the query is in it. Of more than a few, `highlights` tells them."""
        return highlight(self.passages, self.words, self.spelled) if self.words else None


async def highlights(results: Sequence[Result]) -> list[str | None]:
    """The highlight of each; off the event loop where they are of long texts."""
    if sum(len(passage) for result in results for passage in result.passages) <= _AT_ONCE:
        return [result.highlight for result in results]
    return await asyncio.to_thread(lambda: [result.highlight for result in results])


class Results(msgspec.Struct, frozen=True):
    """A page of hits. `text` is what was asked, folded, on a first page, and `few` whether it found little there."""

    edges: list[Result]
    page_info: PageInfo
    facets: list[Facet]
    estimated_total: int
    text: str = ""
    few: bool = False
    is_available: bool = True

    @property
    def answered(self) -> str:
        """The text of a first page whose best hit has a word of it, as it was written or as it sounds."""
        return self.text if self.edges and self.edges[0].highlight is not None else ""


# What is shown while the engine is away.
UNAVAILABLE: Final = Results([], PageInfo(False, False, None, None), [], 0, is_available=False)


async def search(
    engine: Engine,
    text: str,
    *,
    kinds: Sequence[str] = (),
    filter: Filter | None = None,
    sort: str = RELEVANCE,
    first: int | None = None,
    after: str | None = None,
    hidden: Collection[UUID] = (),
) -> Results:
    """A page of what matches `text`; without a text, of everything, the most popular first unless sorted otherwise.

    A hit has all words of the text; when nothing does, half of them. At most the 1,000 most relevant hits can be paged
    through; what is by `hidden` people, or is one of them, is left out. Raises Invalid (for a text of more than 200
    characters, too), InvalidCursor or SearchUnavailable.
    """
    request = page_request(_LIST, first, after, _Anchor)
    text = chinese.folded(validation.text(text, "query", least=0, most=MOST_QUERY))
    query = asked(text, kinds, filter or _ANYTHING, POPULAR if sort == RELEVANCE and not text else sort)
    anchor = request.key
    if anchor is not None:
        _check(anchor, query)
        query = msgspec.structs.replace(query, loose=anchor.loose)
        answer, place = await _find(engine, query, anchor, request.limit + 1)
    else:
        query, answer = await begun(engine, query, request.limit + 1)
        place = 0
    return await _shown(query, answer, place, request.limit, anchor is not None, hidden)


async def begun(engine: Engine, query: Query, limit: int) -> tuple[Query, Answer]:
    """The first hits: those that have all words, and where these are few, after them those that have many.

    A sorted list is loose only when it is empty otherwise: a cheap thing that is half of what was asked is no bargain.
    Where nothing has all words, what sounds or looks like them is as good.
    """
    ranked = query.sort == RELEVANCE
    answer = await (engine.ranked(query, 0, limit) if ranked else engine.sorted(query, None, limit))
    if answer.worded >= (_ENOUGH if ranked else 1) or not query.words:
        return query, answer
    if answer.worded and not relevance.has_parts(query.text):
        return query, answer
    query = msgspec.structs.replace(query, loose=LOOSE if answer.worded else LOOSEST)
    return query, await (engine.ranked(query, 0, limit) if ranked else engine.sorted(query, None, limit))


def _few(query: Query, answer: Answer) -> bool:
    """Whether few have all that was asked for."""
    return bool(query.words) and (query.loose > STRICT or answer.worded < (_ENOUGH if query.sort == RELEVANCE else 1))


async def meant(engine: Engine, results: Results) -> list[str]:
    """What may have been meant by a query that found little; mostly nothing. Raises SearchUnavailable."""
    if not results.few:
        return []
    beginnings = corrections.beginnings(results.text)
    known = await asyncio.gather(*(engine.suggest(beginning, _NEAR) for beginning in beginnings))
    titles = [*(edge.passages[0] for edge in results.edges), *(title for some in known for title in some)]
    return await asyncio.to_thread(corrections.corrections, results.text, titles)


def asked(text: str, kinds: Sequence[str] = (), filter: Filter = _ANYTHING, sort: str = RELEVANCE) -> Query:
    """What a folded text asks, in the engine's terms."""
    if filter.closing_within is not None and filter.closing_within < 0:
        raise Invalid("filter", "closingWithin", zh="closingWithin 不能为负", en="`closingWithin` must not be negative")
    if filter.currency not in (None, *CURRENCIES):
        raise Invalid("filter", "currency", zh="不支持这种货币", en="Nothing is sold in this currency")
    priced = filter.min_price is not None or filter.max_price is not None
    now = int(clock.now().timestamp())
    validation.at_most(filter.topics, MOST_TOPICS, "filter", "topics")
    topics = [chinese.folded(topic).strip().lstrip("#").rstrip("#").strip() for topic in filter.topics]
    return Query(
        text=text,
        words=chinese.words(text),
        spelled=spellings(text),
        kinds=sorted(set(kinds)),
        # Amounts of two currencies compare as little as metres and litres.
        currency=filter.currency or (USUAL_CURRENCY if priced else ""),
        min_price=_hundredths(filter.min_price, ROUND_CEILING),
        max_price=_hundredths(filter.max_price, ROUND_FLOOR),
        in_stock=filter.in_stock,
        group_buy_at=now if filter.has_group_buy else None,
        one_short_at=now if filter.needs_one_more else None,
        closing=None if filter.closing_within is None else (now, now + filter.closing_within),
        live=filter.live_now,
        topics=topics,
        published_after=None if filter.published_after is None else int(filter.published_after.timestamp() * 1000),
        sort=sort,
    )


def _hundredths(price: Decimal | None, rounding: str) -> int | None:
    if price is None:
        return None
    bounded = max(Decimal(-1), min(price, _MOST_PRICE))
    return int((bounded * 100).to_integral_value(rounding))


def _check(anchor: _Anchor, query: Query) -> None:
    """Raises InvalidCursor for what no page of such a list would have ended with."""
    right = (
        anchor.sort == query.sort
        and anchor.kind in KINDS
        and anchor.loose in (STRICT, LOOSE, LOOSEST)
        and 0 <= anchor.rank < 2**64
        and 0 <= anchor.tie < 2**53
        and (query.sort == RELEVANCE or isinstance(anchor.rank, int))
    )
    if not right:
        raise InvalidCursor("after")


async def _find(engine: Engine, query: Query, anchor: _Anchor, limit: int) -> tuple[Answer, int]:
    """Hits after the anchor, and the place of the first of them in the whole list."""
    if query.sort != RELEVANCE:
        return await engine.sorted(query, anchor.position, limit), anchor.place + 1
    begin = max(0, anchor.place - _SLACK)
    answer = await engine.ranked(query, begin, 2 * _SLACK + 1 + limit)
    at = _index(answer.hits, anchor)
    if at is None:
        begin, answer = 0, await engine.ranked(query, 0, DEEPEST)
        at = _index(answer.hits, anchor)
    if at is None:
        at = _gap(answer.hits, anchor) - 1
    return msgspec.structs.replace(answer, hits=answer.hits[at + 1 : at + 1 + limit]), begin + at + 1


def _index(hits: Sequence[Hit], anchor: _Anchor) -> int | None:
    return next((index for index, hit in enumerate(hits) if hit.thing == anchor.thing), None)


def _gap(hits: Sequence[Hit], anchor: _Anchor) -> int:
    """Where an anchor that is gone would stand: by its rank and tie, or where it stood when it was not ranked."""
    if not anchor.rank:
        return min(anchor.place, len(hits))
    return sum((-hit.position.rank, hit.position.tie) < (-anchor.rank, anchor.tie) for hit in hits)


async def _shown(
    query: Query, answer: Answer, place: int, limit: int, later: bool, hidden: Collection[UUID]
) -> Results:
    """The page of up to `limit` hits. What went since it was indexed, or is hidden, is left out; its cursor goes on."""
    hits = answer.hits[:limit]
    anchors = [
        _Anchor(
            *(query.sort, query.loose, hit.position.rank, hit.position.tie),
            *(hit.thing.kind, hit.thing.id, place + index),
        )
        for index, hit in enumerate(hits)
    ]
    records = await documents.records([hit.thing for hit in hits], hidden)
    return Results(
        edges=[
            Result(anchor, record, query.words, query.spelled)
            for anchor, record in zip(anchors, records, strict=True)
            if record is not None
        ],
        page_info=PageInfo(
            has_next_page=len(answer.hits) > limit,
            has_previous_page=later,
            start_cursor=encode_cursor(anchors[0], _LIST) if anchors else None,
            end_cursor=encode_cursor(anchors[-1], _LIST) if anchors else None,
        ),
        facets=[
            Facet(name, [FacetValue(value, count) for value, count in _most_frequent(values.items())])
            for name, values in answer.facets.items()
        ],
        estimated_total=answer.total,
        text="" if later else query.text,
        few=not later and _few(query, answer),
    )


def _most_frequent(counts: Any) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda item: (-item[1], item[0]))
