"""What the Meilisearch index looks like, how a document becomes its entry, and filters in its language."""

import json
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from meilisearch_python_sdk.models.settings import Faceting, MeilisearchSettings, Pagination, TypoTolerance

from search import chinese, relevance
from search.engine import DEEPEST, KINDS, LOOSEST, MOST_FACET_VALUES, SORTS, Document, Position, Query
from search.pinyin import is_chinese
from search.spellings import Reading, heard_parts, readings
from search.synonyms import Synonyms

# Grows with anything below that makes an older index wrong: it is rebuilt then.
VERSION: Final = 4
# Meilisearch looks at no more words of a query.
MOST_WORDS: Final = 10
# Into so many parts the pairs of a loose query are dealt out.
_SHARES: Final = 4
# So many readings of a query are asked for.
_MOST_READINGS: Final = 8


def rank_field(sort: str) -> str:
    """The attribute that holds a document's place in a sort."""
    return f"by_{sort.lower()}"


_RANKS = [rank_field(sort) for sort in SORTS[1:]]

SETTINGS: Final = MeilisearchSettings(
    searchable_attributes=["title", "also", "names", "text", "sounds", "pairs", "inside", "heard"],
    filterable_attributes=[
        *("kind", "topic", "topic_key", "beginnings", "price", "currency", "in_stock", "published", "tie"),
        *("group_buy_until", "group_buy_closes", "one_short_until", "live"),
        *_RANKS,
    ],
    sortable_attributes=["tie", *_RANKS],
    displayed_attributes=["id", "texts", "suggestion", "tie", *_RANKS],
    ranking_rules=["sort", "words", "typo", "proximity", "attribute", "exactness", "by_popular:desc"],
    # 旅行 (luxing) is no slip of the finger for 露营 (luying).
    typo_tolerance=TypoTolerance(disable_on_attributes=["sounds", "pairs", "inside", "heard"]),
    pagination=Pagination(max_total_hits=DEEPEST),
    facet_search=False,
    faceting=Faceting(max_values_per_facet=MOST_FACET_VALUES, sort_facet_values_by={"*": "count"}),
)


def entry(source: Document, synonyms: Synonyms) -> dict[str, Any]:
    """The entry of a document."""
    texts = relevance.texts(source, synonyms)
    topics = [chinese.folded(topic) for topic in source.topics]
    suggestion = chinese.folded(source.suggestion)
    text = chinese.folded(source.text)
    return {
        "id": source.thing.key,
        "kind": source.thing.kind,
        "title": texts.title,
        "names": texts.names.split("\n"),
        "also": texts.also.split("\n"),
        "text": text,
        "sounds": texts.sounds.split(),
        "pairs": _pairs(f"{texts.title}\n{texts.also}"),
        "inside": _pieces(f"{texts.title}\n{texts.also}\n{texts.names}\n{text}"),
        "heard": [_told(pair) for pair in chinese.heard(f"{texts.title}\n{texts.names}\n{text}")],
        "texts": msgspec.to_builtins(texts),
        "topic": list(source.topics),
        "topic_key": topics,
        "beginnings": chinese.beginnings(suggestion),
        "suggestion": source.suggestion,
        "price": source.price,
        "currency": None if source.price is None else source.currency,
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


def _pieces(text: str) -> list[str]:
    """By what a text is found however it is cut: its Chinese characters, each two neighbours of these, and pictures."""
    pieces = (piece for run in chinese.runs(text) if not run[0].isalnum() or is_chinese(run[0]) for piece in _cut(run))
    return list(dict.fromkeys(map(_spelt, pieces)))


def _cut(run: str) -> list[str]:
    return [*run, *chinese.pairs(run)] if is_chinese(run[0]) else [run]


def _told(pair: str) -> str:
    """Two neighbouring syllables as one word of Latin letters that is no other's beginning."""
    return pair.replace("'", "qq") + "qq"


def wanted(query: Query) -> tuple[list[dict[str, Any]], int]:
    """What is asked for, in one or several ways; and the number of those, the last, that find what has all of it, or
    a part that is only heard."""
    strictly = _strictly(query)
    if not query.loose:
        return strictly, len(strictly)
    heard = _heard_in_part(query)
    return [*_loosely(query), *heard, *strictly], len(heard) + len(strictly)


def _strictly(query: Query) -> list[dict[str, Any]]:
    """How to ask for documents that have all words, or all pairs, however they are cut into words; and all of what
    the query may else be read as."""
    pairs = _pairs_by_weight(query)
    found = readings(query.text, query.words, query.spelled, misread=query.loose == LOOSEST)
    read = [_words(reading) for reading in found[:_MOST_READINGS]]
    asked: list[dict[str, Any]] = [{"q": " ".join(words)} for words in read if len(words) <= MOST_WORDS]
    if len(read[0]) > MOST_WORDS:
        asked.append({"q": " ".join(map(_asked, query.words))})
    if found[0].words == query.words:
        # Letters inside of other words are only found as pairs of titles.
        runs = chinese.runs(query.text)
        inside = all(len(run) > 1 and run[0].isalnum() for run in runs) and not all(is_chinese(run[0]) for run in runs)
        if inside and 0 < len(pairs) <= MOST_WORDS:
            asked.append(_by_pairs(pairs))
    return [{"matching_strategy": "all", **each} for each in asked]


def _asked(word: str) -> str:
    """A word as it is asked for: one that is a picture is none to Meilisearch."""
    return word if word[0].isalnum() else _spelt(word)


def _words(reading: Reading) -> list[str]:
    """What to ask for to find all of a reading, wherever it stands."""
    pieces = [piece for word in reading.words for piece in (chinese.pairs(word) if is_chinese(word[0]) else [word])]
    named = [_spelt(piece) if is_chinese(piece[0]) else _asked(piece) for piece in (*pieces, *reading.grams)]
    return list(dict.fromkeys([*named, *map(_told, reading.sounds)]))


def _loosely(query: Query) -> list[dict[str, Any]]:
    """How to ask for documents that have many of the words or pairs.

    Meilisearch lets go of the most frequent words one by one, never of the rarest, which may be the mistyped one: so
    it is asked without that too, and for a part of the pairs at a time.
    """
    telling = {part.letters for part in relevance.telling_parts(query)}
    words = [word for word in query.words if is_chinese(word[0]) or word in telling]
    words = sorted(words, key=relevance.telling, reverse=True)[:MOST_WORDS]
    pairs = _pairs_by_weight(query)
    asked: list[dict[str, Any]] = [{"q": " ".join(map(_asked, some))} for some in (words, words[1:]) if some]
    asked += [_by_pairs(some) for begin in range(_SHARES) if (some := pairs[begin::_SHARES])]
    return [{"matching_strategy": "frequency", **each} for each in asked]


def _heard_in_part(query: Query) -> list[dict[str, Any]]:
    found = [list(map(_told, pairs)) for pairs in heard_parts(query.spelled)]
    shares = (each[begin::_SHARES] for each in found for begin in range(_SHARES))
    return [{"q": " ".join(some), "matching_strategy": "frequency"} for some in shares if some]


def _pairs_by_weight(query: Query) -> list[str]:
    parts = sorted(relevance.telling_parts(query), key=lambda part: -part.weight)
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
    if query.currency:
        found.append(f"currency = {_quoted(query.currency)}")
    if query.topics:
        found.append(_any_of("topic_key", query.topics))
    for field, least, most in query.ranges:
        found += [] if least is None else [f"{field} >= {least}"]
        found += [] if most is None else [f"{field} <= {most}"]
    return found


def beyond(rank: str, after: Position) -> str:
    """What holds for hits that come after a position."""
    return f"{rank} < {int(after.rank)} OR ({rank} = {int(after.rank)} AND tie < {after.tie})"
