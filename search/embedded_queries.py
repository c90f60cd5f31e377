"""What is asked, in the embedded engine's terms."""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import tantivy
from tantivy import FieldType, Occur

from search import chinese, relevance
from search.embedded_shape import SCHEMA, rank_field
from search.engine import FACETS, KINDS, LOOSEST, MOST_FACET_VALUES, Answer, Found, Hit, Query
from search.pinyin import is_chinese, sound
from search.spellings import Reading, heard_parts, readings

# What a candidate's title counts for beside the rest of it, and being the whole of what is found.
_IN_TITLE, _EXACTLY = 2.0, 12.0
# What a candidate counts for, beside those with a part, that has all of a query.
_WHOLE = 100.0
# From so many letters on one may be wrong, and two.
_ONE_WRONG, _TWO_WRONG = 5, 9
_MOST = 2**64 - 1
_decoder = msgspec.msgpack.Decoder(relevance.Texts)


def _all(*queries: tantivy.Query) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])


def _term(field: str, value: Any) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, field, value, "basic")


def _beginning(field: str, letters: str, wrong: int = 0) -> tantivy.Query:
    return tantivy.Query.fuzzy_term_query(SCHEMA, field, letters, wrong, prefix=True)


def _worth(query: tantivy.Query, score: float) -> tantivy.Query:
    """Scores never depend on what else is in the index: a page goes on where the one before it ended."""
    return tantivy.Query.const_score_query(query, score)


def _word(word: str, last: bool) -> tantivy.Query:
    """Documents with a word, or one that is a slip for it, or sounds so. Of the last word, which may still be typed,
    its beginning is enough."""
    if is_chinese(word[0]):
        return _all(*(_term("anywhere", pair) for pair in dict.fromkeys(chinese.pairs(word))))
    wrong = 2 if len(word) >= _TWO_WRONG else 1 if len(word) >= _ONE_WRONG else 0
    ways = [_beginning("anywhere", word) if last else _term("anywhere", word)]
    if wrong:
        ways.append(tantivy.Query.fuzzy_term_query(SCHEMA, "anywhere", word, wrong, prefix=last))
    if chinese.is_spelling(word):
        ways.append(_beginning("sounds", sound(word)) if last else _term("sounds", sound(word)))
    return _any(ways)


def _read(reading: Reading, last: str) -> tantivy.Query:
    """Documents that have all of a reading."""
    return _all(
        *(_word(word, word is last) for word in reading.words),
        *(_term("heard", pair) for pair in reading.sounds),
        *(_term("anywhere", gram) for gram in reading.grams),
    )


def _matching(query: Query) -> list[tantivy.Query]:
    if not query.words:
        return [tantivy.Query.empty_query()] if query.text else []
    if not query.loose:
        return [_worth(whole(query), 0.0)]
    ways = [whole(query), *_heard_in_part(query)]
    if parts := relevance.telling_parts(query):
        ways.append(_many("anywhere", [part.gram for part in parts]))
    ways += [_term("sounds", sound(each.letters)) for each in parts if each.whole and chinese.is_spelling(each.letters)]
    return [_worth(_any(ways), 0.0)]


def _many(field: str, pieces: Sequence[str]) -> tantivy.Query:
    """Documents with so many of some pieces that these are a part of a query."""
    return _any([_term(field, piece) for piece in pieces], math.ceil(len(pieces) * relevance.LEAST_COVERED))


def _heard_in_part(query: Query) -> list[tantivy.Query]:
    return [_many("heard", pairs) for pairs in heard_parts(query.spelled)]


def whole(query: Query) -> tantivy.Query:
    """The documents that have all of a query, in one of its readings."""
    last = query.words[-1]
    found = readings(query.text, query.words, query.spelled, misread=query.loose == LOOSEST)
    return _any([_read(reading, last) for reading in found])


def all_of(query: Query) -> tantivy.Query:
    """The documents that are asked for and have all of a query that has words."""
    return _all(_worth(whole(query), 0.0), *_filters(query))


def sure_of(query: Query, things: Sequence[Found]) -> tantivy.Query:
    """Those of the documents of some things that have all of a query, or a part of it that is only heard."""
    among = tantivy.Query.term_set_query(SCHEMA, "key", [thing.key for thing in things])
    return _worth(_all(among, _any([whole(query), *_heard_in_part(query)])), 0.0)


def _any(queries: Sequence[tantivy.Query], least: int = 1) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries], least)


def _any_of(field: str, values: Sequence[str]) -> tantivy.Query:
    return _any([_term(field, value) for value in values])


def _from(field: str, least: int | None, most: int | None = None) -> tantivy.Query:
    lower, upper = (None if bound is None else max(0, min(_MOST, bound)) for bound in (least, most))
    return tantivy.Query.range_query(SCHEMA, field, FieldType.Unsigned, lower, upper)


def _filters(query: Query) -> list[tantivy.Query]:
    filters = []
    if query.kinds:
        filters.append(_any_of("kind", query.kinds))
    if query.currency:
        filters.append(_term("currency", query.currency))
    if query.topics:
        filters.append(_any_of("topic_key", query.topics))
    filters += [_from(*each) for each in query.ranges]
    return [_worth(each, 0.0) for each in filters]


def asked(query: Query) -> tantivy.Query:
    """The documents that are asked for."""
    return _all(*(_matching(query) + _filters(query) or [tantivy.Query.all_query()]))


def scored(asked: tantivy.Query, query: Query) -> tantivy.Query:
    """The same documents, roughly in the order of `relevance`; what it puts in order is the best of them."""
    better = []
    for part in relevance.parts(query.text):
        better.append(_worth(_term("anywhere", part.gram), part.weight))
        better.append(_worth(_term("title", part.gram), part.weight * _IN_TITLE))
    exactly = "".join(char for char in query.text if char.isalnum())
    better.append(_worth(_term("beginnings", exactly), _EXACTLY))
    if query.loose and query.words and (query.spelled or query.loose == LOOSEST):
        better.append(_worth(whole(query), _WHOLE))
    return tantivy.Query.boolean_query([(Occur.Must, asked), *((Occur.Should, each) for each in better)])


def beyond(asked: tantivy.Query, sort: str, rank: int) -> tantivy.Query:
    """Those of the documents that come after a rank."""
    if rank <= 0:
        return tantivy.Query.empty_query()
    return _all(asked, _worth(_from(rank_field(sort), None, rank - 1), 0.0))


def suggested(beginning: str) -> tantivy.Query:
    """The documents whose suggestion begins so; the topics when nothing has been typed."""
    return _beginning("beginnings", beginning) if beginning else _term("kind", "TOPIC")


def texts(searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]) -> list[relevance.Texts]:
    """What decides about the documents at `addresses`."""
    return [_decoder.decode(bytes(searcher.doc(address)["texts"][0])) for address in addresses]


def things(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> list[Found]:
    """What the documents at `addresses` are about."""
    kinds, highs, lows = (
        searcher.fast_field_values(field, addresses) for field in ("kind_number", "id_high", "id_low")
    )
    return [
        Found(KINDS[int(kind or 0)], UUID(int=int(high or 0) << 64 | int(low or 0)))
        for kind, high, low in zip(kinds, highs, lows, strict=True)
    ]


def answer(searcher: tantivy.Searcher, asked: tantivy.Query, hits: list[Hit]) -> Answer:
    """The hits, with the number of all documents that were asked for and their facets."""
    counted = searcher.aggregate(
        asked, {field: {"terms": {"field": field, "size": MOST_FACET_VALUES}} for field in FACETS}
    )
    facets = {field: {bucket["key"]: bucket["doc_count"] for bucket in counted[field]["buckets"]} for field in FACETS}
    return Answer(hits, sum(facets["kind"].values()), facets)
