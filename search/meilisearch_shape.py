"""What the Meilisearch index looks like, how a document becomes its entry, and filters in its language."""

import json
from collections.abc import Sequence
from typing import Any, Final

from meilisearch_python_sdk.models.settings import Faceting, MeilisearchSettings, Pagination, TypoTolerance

from search import chinese
from search.engine import DEEPEST, KINDS, MOST_FACET_VALUES, SORTS, Document, Position, Query

# Grows with anything below that makes an older index wrong: it is rebuilt then.
VERSION: Final = 1
# A score is about the share of the words that a document has; with "last" it has the first ones.
LOOSE_SCORE: Final = 0.335


def rank_field(sort: str) -> str:
    """The attribute that holds a document's place in a sort."""
    return f"by_{sort.lower()}"


_RANKS = [rank_field(sort) for sort in SORTS[1:]]

SETTINGS: Final = MeilisearchSettings(
    searchable_attributes=["title", "names", "topics", "text", "sounds"],
    filterable_attributes=[
        *("kind", "topic", "topic_key", "beginnings", "price", "in_stock", "group_buy_until", "published", "tie"),
        *_RANKS,
    ],
    sortable_attributes=["tie", *_RANKS],
    displayed_attributes=["id", "suggestion", "tie", *_RANKS],
    ranking_rules=["sort", "words", "typo", "proximity", "attribute", "exactness", "by_popular:desc"],
    # 旅行 (luxing) is no slip of the finger for 露营 (luying).
    typo_tolerance=TypoTolerance(disable_on_attributes=["sounds"]),
    pagination=Pagination(max_total_hits=DEEPEST),
    facet_search=False,
    faceting=Faceting(max_values_per_facet=MOST_FACET_VALUES, sort_facet_values_by={"*": "count"}),
)


def entry(source: Document) -> dict[str, Any]:
    """The entry of a document."""
    title, text = chinese.folded(source.title), chinese.folded(source.text)
    names, topics = ([chinese.folded(each) for each in values] for values in (source.names, source.topics))
    suggestion = chinese.folded(source.suggestion)
    return {
        "id": source.thing.key,
        "kind": source.thing.kind,
        "title": title,
        "names": names,
        "topics": topics,
        "text": text,
        "sounds": [sound for each in (title, *names, *topics) for sound in chinese.sounds(each)],
        "topic": list(source.topics),
        "topic_key": topics,
        "beginnings": chinese.beginnings(suggestion),
        "suggestion": source.suggestion,
        "price": source.price,
        "in_stock": int(source.in_stock),
        "group_buy_until": source.group_buy_until,
        "published": source.published,
        "tie": source.tie,
        **{rank_field(sort): rank for sort, rank in source.ranks.items()},
    }


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _any_of(attribute: str, values: Sequence[str]) -> str:
    return f"{attribute} IN [{', '.join(map(_quoted, values))}]"


def filters(query: Query) -> list[str]:
    """What must hold, all of it."""
    found = []
    if query.kinds:
        found.append(_any_of("kind", [kind for kind in KINDS if kind in query.kinds]))
    if query.min_price is not None:
        found.append(f"price >= {query.min_price}")
    if query.max_price is not None:
        found.append(f"price <= {query.max_price}")
    if query.in_stock:
        found.append("in_stock = 1")
    if query.group_buy_at is not None:
        found.append(f"group_buy_until > {query.group_buy_at}")
    if query.topics:
        found.append(_any_of("topic_key", query.topics))
    if query.published_after is not None:
        found.append(f"published > {query.published_after}")
    return found


def beyond(rank: str, after: Position) -> str:
    """What holds for hits that come after a position."""
    return f"{rank} < {int(after.rank)} OR ({rank} = {int(after.rank)} AND tie < {after.tie})"
