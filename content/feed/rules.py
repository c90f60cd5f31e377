"""How taste is weighed: how much an engagement says, and how much the items that one liked say for another.

An item's neighbours are those whose engagement foretells its own: a ridge regression of who engaged with it on who
engaged with each of them, so that two neighbours that say the same are not counted twice, as plain co-occurrence would.
It is fitted on the few best neighbours alone, in a millisecond, and learned anew item by item as people engage.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from operator import mul

MOST_NEIGHBOURS = 60
# Chance counts for less: so much is added to the evidence that a likeness needs.
_DAMPING = 5
# The ridge. Beside a constant it grows with an item's own count, as if half of its engagement were hidden at random:
# no neighbour is relied on alone.
RIDGE = 30.0
HIDDEN = 1.0
# How much the loved give way to the less known.
MODESTY = 0.15
# Solving stops early: what further rounds add is fitted to chance, and finds less.
_ROUNDS = 2

Bits = int
"""A set of people, a bit each: counting those who engaged with two items is one `&`."""


def strength(liked: bool, collected: bool, commented: bool) -> float:
    """How much a person's engagement says, 0 to 1; 0 is none."""
    kinds = liked + collected + commented
    return 0.4 + 0.2 * kinds if kinds else 0.0


def likeness(together: int, one: int, other: int) -> float:
    """How much two items are alike of which `one` and `other` people engaged with each, `together` with both."""
    return together / (math.sqrt(one * other) + _DAMPING)


def nearest(together: Mapping[int, int], engaged: Sequence[int], target: int) -> list[int]:
    """The items most alike to `target` by how many engaged with both; `engaged` counts each item's people."""
    own = engaged[target]
    found = heapq.nlargest(
        MOST_NEIGHBOURS, [(likeness(count, own, engaged[item]), -item) for item, count in together.items()]
    )
    return [-item for _, item in found]


def weights(target: Bits, neighbours: Sequence[Bits]) -> list[float]:
    """How much each neighbour's engagement speaks for the target's, given the others'."""
    # Each pair is counted once; and as floats, whose products are three times as fast as those of integers.
    below = [
        list(map(float, map(int.bit_count, map(one.__and__, neighbours[: place + 1]))))
        for place, one in enumerate(neighbours)
    ]
    columns = zip_longest(*below, fillvalue=0.0)
    rows = [[*row, *column[place + 1 :]] for place, (row, column) in enumerate(zip(below, columns, strict=True))]
    for place, row in enumerate(rows):
        row[place] += RIDGE + HIDDEN * row[place]
    found = _solve(rows, [(target & one).bit_count() for one in neighbours])
    modest = max(target.bit_count(), 1) ** -MODESTY
    return [weight * modest for weight in found]


def _solve(rows: Sequence[Sequence[float]], wanted: Sequence[float]) -> list[float]:
    """Comes close to solving a symmetric, positive system: conjugate gradients, each row weighed by its diagonal."""
    scale = [1 / row[index] for index, row in enumerate(rows)]
    found = [0.0] * len(rows)
    left = list(wanted)
    direction = list(map(mul, scale, left))
    error = sum(map(mul, left, direction))
    for _ in range(_ROUNDS):
        if not error:
            break
        image = [sum(map(mul, row, direction)) for row in rows]
        step = error / sum(map(mul, direction, image))
        found = [value + step * part for value, part in zip(found, direction, strict=True)]
        left = [value - step * part for value, part in zip(left, image, strict=True)]
        steered = list(map(mul, scale, left))
        before, error = error, sum(map(mul, left, steered))
        direction = [part + error / before * old for part, old in zip(steered, direction, strict=True)]
    return found
