"""What is drawn: deeds, payments, offers, and how often each thing happens among the others."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.commerce.stateful.model import PLACES, Way
from tests.commerce.stateful.world import BUYERS, VARIANTS

Function = TypeVar("Function", bound=Callable[..., Any])

# Most happens to what is new.
number = st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 7, 9, 14, 23])
units = st.sampled_from([2, 1, 2])
buyer = st.integers(0, BUYERS - 1)
tokens = st.sampled_from([True, True, True, True, False])
losses = st.sampled_from([*[None] * 8, *PLACES])
ways = st.builds(Way, good=tokens, two_steps=st.booleans(), lost=losses)
slow_ways = st.builds(Way, good=tokens, two_steps=st.booleans(), lost=losses, waits=st.sampled_from(PLACES))
# Where an answer can be lost for good, and how long it takes until somebody asks.
lost_ways = st.builds(Way, good=tokens, two_steps=st.sampled_from([True, True, False]), lost=st.sampled_from(PLACES))
delays = st.sampled_from([11, 11, 45, 125, 700])
fates = st.lists(st.sampled_from([None, None, "lost", "answer lost"]), min_size=1, max_size=4)
kinds = st.sampled_from(
    ["join"] * 10
    + ["open"] * 3
    + ["place", "place", "cancel", "leave", "leave", "ship", "receive", "give back", "give back", "fill", "fill"]
)
deeds = st.tuples(kinds, number, buyer, units)
offers = st.fixed_dictionaries(
    {
        "variant": st.integers(0, len(VARIANTS) - 1),
        "size": st.sampled_from([3, 2, 3, 4]),
        "ladder": st.sampled_from([[], [1], [], [1, 2]]),
        "ttl": st.sampled_from([5000, 700, 120]),
        "stock": st.sampled_from([12, 9, 5, 3, 1]),
        "limit": st.sampled_from([9, 9, 4, 2, 1]),
        "opens": st.sampled_from([0, 0, 100]),
        "lasts": st.sampled_from([90_000, 5000, 300]),
    }
)

# What can happen: how often among other things, and with which particulars.
HAPPENINGS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {}


def happens(times: int, /, **given: st.SearchStrategy[Any]) -> Callable[[Function], Function]:
    """Marks a method as something that happens; for want of what it is about, somebody opens a team."""

    def mark(method: Function) -> Function:
        HAPPENINGS[method.__name__] = (times, given)
        return method

    return mark


def happenings() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    names = [name for name, (times, _) in HAPPENINGS.items() for _ in range(times)]
    return st.sampled_from(names).flatmap(
        lambda name: st.tuples(st.just(name), st.fixed_dictionaries(HAPPENINGS[name][1]))
    )
