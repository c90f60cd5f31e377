"""Documents for tests of search, without the things that they are about."""

from typing import Any

from core.ids import new_id
from search import chinese
from search.engine import NOTE, Document, Found, Query
from search.spellings import spellings


def document(title: str, kind: str = NOTE, **given: Any) -> Document:
    """A document of a new thing."""
    return Document(thing=Found(kind, new_id()), title=title, suggestion=title, **given)


def query(text: str = "", **given: Any) -> Query:
    """What a person asks who types `text`."""
    folded = chinese.folded(text)
    return Query(text=folded, words=chinese.words(folded), spelled=spellings(folded), **given)
