"""What counts as searched, and how what was searched cools."""

import math
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

LEAST_LETTERS, MOST_LETTERS = 2, 30
# So many different people must have searched a term before anybody is told of it.
LEAST_PEOPLE: Final = 3
# Somebody who searches a term again within it counts once.
ONCE_IN: Final = timedelta(hours=1)
# Accounts are made by the dozen: who came so lately counts only once they have bought something.
NEW_FOR: Final = timedelta(days=1)
# A search counts half as much so long after.
HALF_LIFE: Final = timedelta(days=1)
# What counts less than so much of one search is forgotten.
_COLD: Final = 1 / 1024

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


def heat(people: int, now: datetime) -> float:
    """How hot so many searches make a term at an instant.

    The logarithm of a sum in which later searches weigh more, rather than earlier ones less and less: it holds until
    somebody searches again, and terms compare the same at any time.
    """
    return math.log(people) + (now - _EPOCH) / HALF_LIFE * math.log(2)


def cold(now: datetime) -> float:
    """The heat below which a term is forgotten."""
    return heat(1, now) + math.log(_COLD)


def is_term(text: str) -> bool:
    """Whether a folded text is short enough to be told to others, and long enough to mean something."""
    return LEAST_LETTERS <= len(text) <= MOST_LETTERS and any(map(str.isalnum, text))


def few(people: Collection[int]) -> list[int]:
    """As many of the people as must be told apart."""
    return sorted(people)[:LEAST_PEOPLE]
