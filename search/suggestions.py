"""What is offered to who types, or has not yet: what other people search for, and what things are called."""

from typing import Final

import msgspec

from core import validation
from core.pagination import limit
from search import chinese
from search.engine import Engine, SearchUnavailable
from search.queries import MOST_QUERY
from search.terms import Terms

DEFAULT_SUGGESTIONS: Final = 8
DEFAULT_TRENDING: Final = 10


class Suggestions(msgspec.Struct, frozen=True):
    """How a text may go on, and whether the engine was there to say so."""

    texts: list[str]
    is_available: bool = True


async def suggestions(engine: Engine, terms: Terms, prefix: str, first: int | None = None) -> Suggestions:
    """What begins with `prefix` in characters, pinyin or initials: up to half of it what people search for, the hottest
    first, then titles, topics and handles, the most popular first.

    Without a prefix, what is searched most of late, and the topics most is written about. Raises Invalid.
    """
    prefix = validation.text(prefix, "prefix", least=0, most=MOST_QUERY)
    most = limit(first, DEFAULT_SUGGESTIONS)
    beginning = chinese.typed("".join(char for char in chinese.folded(prefix) if char.isalnum()))
    if not most or (prefix and not beginning):
        return Suggestions([])
    searched = terms.beginning(beginning, most)
    try:
        found = await engine.suggest(beginning, most)
    except SearchUnavailable:
        return Suggestions(searched, is_available=False)
    different = {chinese.folded(text): text for text in (*searched[: (most + 1) // 2], *found, *searched)}
    return Suggestions(list(different.values())[:most])


def trending(terms: Terms, first: int | None = None) -> list[str]:
    """What is searched most of late, by several people. Raises Invalid."""
    return terms.hottest(limit(first, DEFAULT_TRENDING))
