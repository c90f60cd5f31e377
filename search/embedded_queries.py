"""What is asked, in the embedded engine's terms."""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import tantivy
from tantivy import FieldType, Occur

from search import chinese
from search.embedded_shape import SCHEMA, TEXTS, rank_field
from search.engine import FACETS, KINDS, LOOSE_SHARE, MOST_FACET_VALUES, Answer, Found, Hit, Query
from search.pinyin import is_chinese

# What a match is worth that is not of the very word, and that of a word which the title repeats, of two that stand
# together there as in the query, and of the whole of what is found.
_MISTYPED, _BEGUN, _SOUNDED = 0.3, 0.7, 0.5
_REPEATED, _TOGETHER, _EXACTLY = 1.0, 1.5, 12.0
# From so many letters on one may be wrong, and two.
_ONE_WRONG, _TWO_WRONG = 5, 9
_MOST = 2**64 - 1


def _all(*queries: tantivy.Query) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])


def _best(*queries: tantivy.Query) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else tantivy.Query.disjunction_max_query(queries, 0.2)


def _term(field: str, value: Any) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, field, value, "basic")


def _beginning(field: str, letters: str, wrong: int = 0) -> tantivy.Query:
    return tantivy.Query.fuzzy_term_query(SCHEMA, field, letters, wrong, prefix=True)


def _worth(query: tantivy.Query, score: float) -> tantivy.Query:
    """Scores never depend on what else is in the index: a page goes on where the one before it ended."""
    return tantivy.Query.const_score_query(query, score)


def _whole(field: str, word: str) -> tantivy.Query:
    return _all(*(_term(field, pair) for pair in dict.fromkeys(chinese.pairs(word))))


def _word(word: str, last: bool) -> tantivy.Query:
    """Documents with a word in any field. Of the last word, which may still be typed, its beginning is enough."""
    rarity = chinese.rarity(word)
    ways = []
    for field, worth in TEXTS.items():
        score = worth * rarity
        ways.append(_worth(_whole(field, word), score))
        if not is_chinese(word[0]):
            ways += [_worth(query, score * share) for query, share in _nearly(field, word, last)]
    if chinese.is_spelling(word):
        ways.append(_worth(_beginning("sounds", word) if last else _term("sounds", word), _SOUNDED * rarity))
    return _best(*ways)


def _nearly(field: str, word: str, last: bool) -> list[tuple[tantivy.Query, float]]:
    """Documents with words that a word is the beginning of, or a slip for."""
    wrong = 2 if len(word) >= _TWO_WRONG else 1 if len(word) >= _ONE_WRONG else 0
    ways = [(_beginning(field, word), _BEGUN)] if last else []
    if wrong:
        ways.append((tantivy.Query.fuzzy_term_query(SCHEMA, field, word, wrong, prefix=last), _MISTYPED))
    return ways


def _matching(query: Query) -> list[tantivy.Query]:
    if not query.words:
        return [tantivy.Query.empty_query()] if query.text else []
    clauses = [_word(word, word is query.words[-1]) for word in query.words]
    if not query.loose:
        return [_all(*clauses)]
    least = max(1, math.ceil(len(clauses) * LOOSE_SHARE))
    return [tantivy.Query.boolean_query([(Occur.Should, clause) for clause in clauses], least)]


def _any_of(field: str, values: Sequence[str]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, _term(field, value)) for value in values], 1)


def _from(field: str, least: int | None, most: int | None = None) -> tantivy.Query:
    lower, upper = (None if bound is None else max(0, min(_MOST, bound)) for bound in (least, most))
    return tantivy.Query.range_query(SCHEMA, field, FieldType.Unsigned, lower, upper)


def _filters(query: Query) -> list[tantivy.Query]:
    filters = []
    if query.kinds:
        filters.append(_any_of("kind", query.kinds))
    if query.min_price is not None or query.max_price is not None:
        filters.append(_from("price", query.min_price, query.max_price))
    if query.in_stock:
        filters.append(_from("in_stock", 1))
    if query.group_buy_at is not None:
        filters.append(_from("group_buy_until", query.group_buy_at + 1))
    if query.topics:
        filters.append(_any_of("topic_key", query.topics))
    if query.published_after is not None:
        filters.append(_from("published", query.published_after + 1))
    return [_worth(each, 0.0) for each in filters]


def asked(query: Query) -> tantivy.Query:
    """The documents that are asked for."""
    return _all(*(_matching(query) + _filters(query) or [tantivy.Query.all_query()]))


def scored(asked: tantivy.Query, query: Query) -> tantivy.Query:
    """The same documents; those stand higher that say the query's words often, together, or nothing else."""
    better = [_worth(_whole("repeated", word), _REPEATED * chinese.rarity(word)) for word in query.words]
    better += [
        _worth(_term("title", pair), _TOGETHER)
        for pair in dict.fromkeys(chinese.grams(query.text))
        if len(pair) == 2 and is_chinese(pair[0]) and pair not in query.words
    ]
    whole = "".join(char for char in query.text if char.isalnum())
    if whole:
        better.append(_worth(_term("beginnings", whole), _EXACTLY))
    return tantivy.Query.boolean_query([(Occur.Must, asked), *((Occur.Should, each) for each in better)])


def beyond(asked: tantivy.Query, sort: str, rank: int) -> tantivy.Query:
    """Those of the documents that come after a rank."""
    if rank <= 0:
        return tantivy.Query.empty_query()
    return _all(asked, _worth(_from(rank_field(sort), None, rank - 1), 0.0))


def suggested(beginning: str) -> tantivy.Query:
    """The documents whose suggestion begins so; the topics when nothing has been typed."""
    return _beginning("beginnings", beginning) if beginning else _term("kind", "TOPIC")


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
