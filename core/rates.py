"""How often somebody may do something: a call is counted and judged in one step, over every stretch of time.

A rate of 20 in 600 seconds means that no 600 seconds hold more than 20 calls, wherever they begin; refused calls count,
too. A counter is the instants of its last `most` calls: the next is refused while the first of these is younger than
that. So to wait as long as one is told is always enough, and a counter is small, and gone when its time is over.
"""

import math
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from core import clock

# How much one process remembers of one length of time, in numbers of 8 bytes; and how many a counter is besides.
_MOST_HELD: Final = 500_000
_OF_ITS_OWN: Final = 40


class Rate(msgspec.Struct, frozen=True):
    """At the most so many calls in so many seconds."""

    most: int
    seconds: int

    def times(self, factor: int) -> "Rate":
        """So many times as often."""
        return Rate(self.most * factor, self.seconds)


class Charge(msgspec.Struct, frozen=True):
    """What a call is counted under, and how often that may be."""

    name: str
    rate: Rate


class Rates(Protocol):
    """Counts calls. One whose server is away counts for its process alone meanwhile, and never raises."""

    async def count(self, charges: Sequence[Charge]) -> float:
        """Counts one call under each. Seconds until the next would be granted; 0 when this one is."""


class NoRates:
    """Everything is granted: for bulk loads and measurements."""

    async def count(self, charges: Sequence[Charge]) -> float:
        return 0.0


class MemoryRates:
    """The counters of a single process. When they are too many, those go first that nobody used for longest."""

    def __init__(self, most_held: int = _MOST_HELD) -> None:
        self._most_held = most_held
        # By their seconds: of counters of one length, the one least used of late is the first to be over.
        self._kept: defaultdict[int, OrderedDict[str, array[float]]] = defaultdict(OrderedDict)
        self._held: defaultdict[int, int] = defaultdict(int)

    async def count(self, charges: Sequence[Charge]) -> float:
        return max((self.wait(charge) for charge in charges), default=0.0)

    def wait(self, charge: Charge) -> float:
        """`count` under one."""
        now, most, seconds = clock.now().timestamp(), charge.rate.most, charge.rate.seconds
        kept = self._kept[seconds]
        calls = kept.setdefault(charge.name, array("d"))
        kept.move_to_end(charge.name)
        self._held[seconds] += 1 if calls else 1 + _OF_ITS_OWN
        calls.append(now)
        refused = len(calls) > most and calls[-most - 1] + seconds > now
        self._held[seconds] -= max(len(calls) - most, 0)
        del calls[:-most]
        self._forget(seconds, now)
        return calls[0] + seconds - now if refused else 0.0

    def _forget(self, seconds: int, now: float) -> None:
        kept = self._kept[seconds]
        while len(kept) > 1:
            oldest = next(iter(kept.values()))
            if oldest[-1] + seconds > now and self._held[seconds] <= self._most_held:
                return
            kept.popitem(last=False)
            self._held[seconds] -= len(oldest) + _OF_ITS_OWN


def whole_seconds(wait: float) -> int:
    """A wait as it is told: never too short, and at least 1."""
    return max(math.ceil(wait), 1)
