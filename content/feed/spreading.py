"""Spreads an order, so that it does not bore: no author twice in a row, no topic three times, few sponsored notes, and
now and then a note that nobody knows yet.

It is done as far as one reads: most who begin a session see its first page alone. However far, the beginning is the
same.
"""

from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

import msgspec

REASONS: Final = ("FOLLOWED_AUTHOR", "SIMILAR_TASTE", "FOLLOWED_TOPIC", "POPULAR", "FRESH")
# How many notes a session shows at the most.
_LONGEST: Final = 500
# Of so many notes one at the most is sponsored, and one is a note that few know yet.
_SPONSORED_EVERY: Final = 8
_UNKNOWN_EVERY: Final = 8


class Order(msgspec.Struct, frozen=True, array_like=True):
    """The notes of a session, best first, in columns: what spreading must know, in as few bytes as may be kept."""

    # 16 bytes of each.
    ids: bytes
    # One byte of each: the number of its reason, and whether it is sponsored.
    reasons: bytes
    sponsored: bytes
    # Two bytes of each: numbers that mean something in here alone; topic 0 is none.
    authors: bytes
    topics: bytes
    # The places of those that few know yet, two bytes each, as drawn by lot.
    lot: bytes

    def note_id(self, place: int) -> UUID:
        """The note at a place."""
        return UUID(bytes=self.ids[16 * place : 16 * place + 16])

    def reason(self, place: int) -> str:
        """Why the note at a place is there."""
        return REASONS[self.reasons[place]]


class _Line:
    """Places in an order. Who is passed over stays first in line; who was taken elsewhere goes."""

    def __init__(self, places: Iterable[int], taken: set[int]) -> None:
        self._passed: list[int] = []
        self._rest = iter(places)
        self._taken = taken

    def first(self, fits: Callable[[int], bool]) -> int | None:
        """Takes the first that fits."""
        for index, place in enumerate(self._passed):
            if place not in self._taken and fits(place):
                del self._passed[index]
                self._taken.add(place)
                return place
        for place in self._rest:
            if place in self._taken:
                continue
            if fits(place):
                self._taken.add(place)
                return place
            self._passed.append(place)
        return None


def spread(order: Order, most: int) -> list[int]:
    """The places of the first `most` notes of a session; sponsored ones beyond their share are left out."""
    authors, topics, lot = (memoryview(numbers).cast("H") for numbers in (order.authors, order.topics, order.lot))
    sponsored = order.sponsored
    feed: list[int] = []
    taken: set[int] = set()
    left, unknown = _Line(range(len(authors)), taken), _Line(lot, taken)
    paid = -_SPONSORED_EVERY  # Where the last sponsored one is.

    def fits(place: int) -> bool:
        if sponsored[place] and len(feed) - paid < _SPONSORED_EVERY:
            return False
        if not feed or authors[place] == authors[feed[-1]]:
            return not feed
        topic = topics[place]
        return not topic or len(feed) < 2 or not topic == topics[feed[-1]] == topics[feed[-2]]

    while len(feed) < min(most, _LONGEST):
        chosen = unknown.first(fits) if len(feed) % _UNKNOWN_EVERY == _UNKNOWN_EVERY - 1 else None
        if chosen is None:
            chosen = left.first(fits)
        if chosen is None:  # All that is left is by one author or about one topic: better that than nothing.
            chosen = left.first(lambda place: not sponsored[place])
        if chosen is None:
            break
        if sponsored[chosen]:
            paid = len(feed)
        feed.append(chosen)
    return feed
