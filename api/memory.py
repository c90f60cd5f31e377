"""What a process made while it started is there to stay: the garbage collector need not look at it ever again."""

import gc
from typing import Final

# New objects until the collector looks at the young ones. One answer makes more than its default of 700.
_YOUNG: Final = 10_000


def settle() -> None:
    """Takes all that lives now out of the collector's sight; called once, when everything is built."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
