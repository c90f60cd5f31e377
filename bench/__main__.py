"""`make bench`: measures everything in one run, prints it as a table, and draws the feed page into `docs/`."""

import functools
from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console

from bench import executor, fanout, feed_page, hot, paths, plots, push, replay, startup
from bench.figures import Figure, show

_PARTS: Final[Sequence[Callable[[], list[Figure]]]] = (
    startup.figures,
    functools.partial(feed_page.figures, draw=plots.draw),
    paths.figures,
    executor.figures,
    fanout.figures,
    push.figures,
    hot.figures,
    replay.figures,
)


def main() -> None:
    """Measures and prints; a part that cannot be measured here says so, and the others go on."""
    console, found = Console(), list[Figure]()
    for part in _PARTS:
        with console.status("measuring"):
            found += part()
    show("Zhongcao", found)


if __name__ == "__main__":
    main()
