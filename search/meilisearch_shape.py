"""What the Meilisearch index looks like, how a document becomes its entry, and filters in its language."""

import json
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from meilisearch_python_sdk.models.settings import Faceting, MeilisearchSettings, Pagination, TypoTolerance

from search import chinese, relevance
from search.engine import DEEPEST, KINDS, MOST_FACET_VALUES, SORTS, Document, Position, Query
from search.synonyms import Synonyms

# Grows with anything below that makes an older index wrong: it is rebuilt then.
VERSION: Final = 3
# Meilisearch looks at no more words of a query.
MOST_WORDS: Final = 10
# Into so many parts the pairs of a loose query are dealt out.
_SHARES: Final = 4


def rank_field(sort: str) -> str:
    """The attribute that holds a document's place in a sort."""
    return f"by_{sort.lower()}"


_RANKS = [rank_field(sort) for sort in SORTS[1:]]

SETTINGS: Final = MeilisearchSettings(
    searchable_attributes=["title", "also", "names", "text", "sounds", "pairs"],
    filterable_attributes=[
        *("kind", "topic", "topic_key", "beginnings", "price", "in_stock", "published", "tie"),
        *("group_buy_until", "group_buy_closes", "one_short_until", "live"),
        *_RANKS,
    ],
    sortable_attributes=["tie", *_RANKS],
    displayed_attributes=["id", "texts", "suggestion", "tie", *_RANKS],
    ranking_rules=["sort", "words", "typo", "proximity", "attribute", "exactness", "by_popular:desc"],
    # 旅行 (luxing) is no slip of the finger for 露营 (luying).
    typo_tolerance=TypoTolerance(disable_on_attributes=["sounds", "pairs"]),
    pagination=Pagination(max_total_hits=DEEPEST),
    facet_search=False,
    faceting=Faceting(max_values_per_facet=MOST_FACET_VALUES, sort_facet_values_by={"*": "count"}),
)


def entry(source: Document, synonyms: Synonyms) -> dict[str, Any]:
    """The entry of a document."""
    texts = relevance.texts(source, synonyms)
    topics = [chinese.folded(topic) for topic in source.topics]
    suggestion = chinese.folded(source.suggestion)
    return {
        "id": source.thing.key,
        "kind": source.thing.kind,
        "title": texts.title,
        "names": texts.names.split("\n"),
        "also": texts.also.split("\n"),
        "text": chinese.folded(source.text),
        "sounds": texts.sounds.split(),
        "pairs": _pairs(f"{texts.title}\n{texts.also}"),
        "texts": msgspec.to_builtins(texts),
        "topic": list(source.topics),
        "topic_key": topics,
        "beginnings": chinese.beginnings(suggestion),
        "suggestion": source.suggestion,
        "price": source.price,
        "in_stock": int(source.in_stock),
        "group_buy_until": source.group_buy_until,
        "group_buy_closes": source.group_buy_closes,
        "one_short_until": source.one_short_until,
        "live": int(source.live),
        "published": source.published,
        "tie": source.thing.tie,
        **{rank_field(sort): rank for sort, rank in source.ranks.items()},
    }


def _pairs(text: str) -> list[str]:
    return list(dict.fromkeys(_spelt(pair) for run in chinese.runs(text) for pair in chinese.pairs(run)))


def wanted(query: Query) -> list[dict[str, Any]]:
    """What is asked for, in one or several ways, the first of which tells the number of all hits."""
    return _loosely(query) if query.loose else _strictly(query)


def _strictly(query: Query) -> list[dict[str, Any]]:
    """How to ask for documents that have all words, or all pairs, however they are cut into words."""
    pairs = _pairs_by_weight(query)
    asked: list[dict[str, Any]] = [{"q": " ".join(query.words)}]
    if 0 < len(pairs) <= MOST_WORDS:
        asked.append(_by_pairs(pairs))
    return [{"matching_strategy": "all", **each} for each in asked]


def _loosely(query: Query) -> list[dict[str, Any]]:
    """How to ask for documents that have many of the words or pairs.

    Meilisearch lets go of the most frequent words one by one, never of the rarest, which may be the mistyped one: so
    it is asked without that too, and for a part of the pairs at a time.
    """
    words = sorted(query.words, key=relevance.telling, reverse=True)[:MOST_WORDS]
    pairs = _pairs_by_weight(query)
    asked: list[dict[str, Any]] = [{"q": " ".join(some)} for some in (words, words[1:]) if some]
    asked += [_by_pairs(some) for begin in range(_SHARES) if (some := pairs[begin::_SHARES])]
    return [{"matching_strategy": "frequency", **each} for each in asked]


def _pairs_by_weight(query: Query) -> list[str]:
    parts = sorted((part for part in relevance.parts(query.text) if part.tells), key=lambda part: -part.weight)
    return [_spelt(part.letters) for part in parts if not part.whole]


def _by_pairs(pairs: Sequence[str]) -> dict[str, Any]:
    return {"q": " ".join(pairs[:MOST_WORDS]), "attributes_to_search_on": ["pairs"]}


def _spelt(pair: str) -> str:
    """A pair as one word of Latin letters, which Meilisearch does not cut."""
    return "".join(chr(97 + int(digit, 16)) for char in pair for digit in f"{ord(char):05x}")


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _any_of(attribute: str, values: Sequence[str]) -> str:
    return f"{attribute} IN [{', '.join(map(_quoted, values))}]"


def filters(query: Query) -> list[str]:
    """What must hold, all of it."""
    found = []
    if query.kinds:
        found.append(_any_of("kind", [kind for kind in KINDS if kind in query.kinds]))
    if query.topics:
        found.append(_any_of("topic_key", query.topics))
    for field, least, most in query.ranges:
        found += [] if least is None else [f"{field} >= {least}"]
        found += [] if most is None else [f"{field} <= {most}"]
    return found


def beyond(rank: str, after: Position) -> str:
    """What holds for hits that come after a position."""
    return f"{rank} < {int(after.rank)} OR ({rank} = {int(after.rank)} AND tie < {after.tie})"
