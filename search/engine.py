"""The port: what search asks of an engine, whichever it is.

Everything that could make two engines differ is decided on this side of it: what a document holds (`documents.py`),
what words are (`chinese.py`), which sorts and positions there are, and what is highlighted (`highlights.py`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol
from uuid import UUID

import msgspec

from core.errors import Refusal
from core.money import EXPONENTS
from search.spellings import Spelling

NOTE, PRODUCT, USER, LIVE_STREAM, TOPIC = KINDS = ("NOTE", "PRODUCT", "USER", "LIVE_STREAM", "TOPIC")
RELEVANCE, NEWEST, POPULAR, PRICE_ASC, PRICE_DESC = SORTS = (
    "RELEVANCE",
    "NEWEST",
    "POPULAR",
    "PRICE_ASC",
    "PRICE_DESC",
)
FACETS: Final = ("kind", "topic")
# How many values of a facet are told, and how deep a list ranked by relevance goes.
MOST_FACET_VALUES: Final = 20
DEEPEST: Final = 1000

# Prices are compared within a currency; lists sorted by price tell one after the other, the usual one first.
CURRENCIES: Final = tuple(EXPONENTS)
USUAL_CURRENCY: Final = CURRENCIES[0]

# Places by price take 36 bits: prices from here on, in the hundreds of millions, count in steps of 32 hundredths.
_MOST_PRICE, _EXACT_PRICE, _STEP_BITS = 2**40 - 2, 2**35, 5


# How much of a query a hit has: all of it; a part where few have all; or what sounds or looks like it where none has.
STRICT, LOOSE, LOOSEST = range(3)


class SearchUnavailable(Refusal):
    """The search engine does not answer; everything else works."""

    code = "UNAVAILABLE"
    zh = "搜索暂时不可用，请稍后再试"
    en = "Search is not available right now; try again later"


class SearchUnbuilt(SearchUnavailable):
    """The engine answers, and its index is still being built: a new installation's, or one of a new shape."""

    zh = "搜索正在准备中，很快就好"
    en = "Search is being made ready and will be there in a moment"


class SearchUnwritable(SearchUnavailable):
    """What there is can be found, and what is new can't be written: the disk is full, most of the time."""


class Found(msgspec.Struct, frozen=True):
    """A thing by its kind and id."""

    kind: str
    id: UUID

    @property
    def key(self) -> str:
        """One word for both, for engines whose ids are words."""
        return f"{self.kind}_{self.id.hex}"

    @property
    def tie(self) -> int:
        """Decides between equals: 53 bits that are as good as unique."""
        return int.from_bytes(hashlib.blake2b(self.key.encode(), digest_size=8).digest()) >> 11

    @classmethod
    def from_key(cls, key: str) -> "Found":
        kind, _, digits = key.rpartition("_")
        return cls(kind, UUID(hex=digits))


class Document(msgspec.Struct, frozen=True):
    """What can be found of a thing. Texts are as people wrote them; engines fold them.

    `popular` counts whatever makes its kind loved; `published` is in milliseconds of Unix time, `price` in hundredths
    of a major unit of `currency`. In seconds of Unix time (0: none): when the last of its running group-buys ends, when
    the first does (`group_buy_closes`), and how long one of its teams waits for one person alone.
    """

    thing: Found
    title: str
    text: str = ""
    names: Sequence[str] = ()
    topics: Sequence[str] = ()
    suggestion: str = ""
    popular: int = 0
    published: int = 0
    price: int | None = None
    currency: str = USUAL_CURRENCY
    in_stock: bool = False
    group_buy_until: int = 0
    group_buy_closes: int = 0
    one_short_until: int = 0
    live: bool = False

    @property
    def ranks(self) -> dict[str, int]:
        """Its place in each sort but relevance: greater comes first.

        What is sold out comes after what can be had, but for NEWEST; by price, currencies follow each other within
        either, and what has no price comes last.
        """
        had = 0 if self.sold_out else 1
        return {
            NEWEST: max(0, self.published),
            POPULAR: min(max(0, self.popular), 2**31 - 1) + had * 2**31,
            PRICE_ASC: 0 if self.price is None else _squeezed(_MOST_PRICE) + 1 - _squeezed(self.price) + self._block,
            PRICE_DESC: 0 if self.price is None else _squeezed(self.price) + 1 + self._block,
        }

    @property
    def _block(self) -> int:
        """Where by price those begin that are of its currency, and can be had as it can."""
        before = len(CURRENCIES) - 1 - CURRENCIES.index(self.currency)
        return (before + (0 if self.sold_out else len(CURRENCIES))) * 2**36

    @property
    def sold_out(self) -> bool:
        """Whether it is for sale, and cannot be bought now: such comes last."""
        return self.price is not None and not self.in_stock


def _squeezed(price: int) -> int:
    """A price in 36 bits, in the order of prices."""
    bounded = max(0, min(price, _MOST_PRICE))
    return bounded if bounded < _EXACT_PRICE else _EXACT_PRICE + (bounded - _EXACT_PRICE >> _STEP_BITS)


class Query(msgspec.Struct, frozen=True):
    """What is asked. `text` and `topics` are folded; `words` are the text's; units are those of a document."""

    text: str = ""
    words: Sequence[str] = ()
    kinds: Sequence[str] = ()
    # That of prices; "": any.
    currency: str = ""
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool = False
    # The present, in seconds of Unix time: a group-buy must run at it.
    group_buy_at: int | None = None
    # A team must wait for one person alone at it.
    one_short_at: int | None = None
    # A group-buy must end after the one instant, and by the other.
    closing: tuple[int, int] | None = None
    live: bool = False
    topics: Sequence[str] = ()
    published_after: int | None = None
    sort: str = RELEVANCE
    # Content with a part of the words, or with what they may have been meant to be.
    loose: int = STRICT
    # What of it may be Chinese, written by its sounds.
    spelled: Sequence[Spelling] = ()

    @property
    def ranges(self) -> list[tuple[str, int | None, int | None]]:
        """What numbers of a document must be, the bounds included."""
        after, by = self.closing or (None, None)
        wanted = [
            ("price", self.min_price, self.max_price),
            ("in_stock", 1 if self.in_stock else None, None),
            ("live", 1 if self.live else None, None),
            ("group_buy_until", _later(self.group_buy_at), None),
            ("group_buy_closes", _later(after), by),
            ("one_short_until", _later(self.one_short_at), None),
            ("published", _later(self.published_after), None),
        ]
        return [(field, least, most) for field, least, most in wanted if least is not None or most is not None]


def _later(instant: int | None) -> int | None:
    return None if instant is None else instant + 1


class Position(msgspec.Struct, frozen=True):
    """Where a hit stands in its list. `rank` and `tie` mean something to the engine that gave them alone."""

    rank: int | float
    tie: int


class Hit(msgspec.Struct, frozen=True):
    """One thing that was found, and where it stands."""

    thing: Found
    position: Position


class Answer(msgspec.Struct, frozen=True):
    """Hits in their order, how many there are in all (an estimate), and how they fall into facets.

    `alike` of them have none of the words, and are found because they mean much the same.
    """

    hits: list[Hit]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    alike: int = 0

    @property
    def worded(self) -> int:
        """How many are found by words."""
        return self.total - self.alike


class Sink(Protocol):
    """An index under construction."""

    async def add(self, documents: Sequence[Document]) -> None: ...


class Engine(Protocol):
    """An index that can be asked, changed and replaced. Everything but `close` may raise SearchUnavailable."""

    @property
    def stale(self) -> bool:
        """Whether the index is missing, broken or of an older shape, so that it must be rebuilt."""

    async def open(self) -> None:
        """Makes ready; `stale` holds from then on."""

    async def close(self) -> None: ...

    async def check(self) -> None:
        """Looks anew whether the index is `stale`; raises SearchUnavailable then, and when the engine is away, and
        SearchUnwritable when it can't be written, or its last write failed."""

    async def write(self, documents: Sequence[Document], gone: Sequence[Found]) -> None:
        """Puts documents in the place of those of the same things, and takes out what is gone; found at once after."""

    async def ranked(self, query: Query, offset: int, limit: int) -> Answer:
        """Hits by relevance, from the `offset`th on, at most DEEPEST of them in all."""

    async def sorted(self, query: Query, after: Position | None, limit: int) -> Answer:
        """Hits by the query's sort (not RELEVANCE), those that come after a position."""

    async def suggest(self, beginning: str, limit: int) -> list[str]:
        """Suggestions that begin, in letters or sounds, with a folded text; the most popular first."""

    async def learn(self, most: int) -> list[Found]:
        """Asks for the vectors of up to `most` documents that lack theirs; the next `write` of these has them.

        Nothing where documents carry none. Raises EmbeddingsUnavailable.
        """

    def rebuilding(self) -> AbstractAsyncContextManager[Sink]:
        """Lends a new index beside the served one, and serves it in its place when the block ends well."""
