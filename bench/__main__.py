"""`make bench`: measures everything in one run, prints it as a table, and draws the feed page into `docs/`."""

import functools
from collections.abc import Callable, Mapping
from typing import Final

from rich.console import Console

from bench import executor, fanout, feed_page, hot, paths, plots, push, replay, startup
from bench.figures import Figure, show

_PARTS: Final[Mapping[str, Callable[[], list[Figure]]]] = {
    "start-up": startup.figures,
    "feed page": functools.partial(feed_page.figures, draw=plots.draw),
    "main paths": paths.figures,
    "executors": executor.figures,
    "fan-out": fanout.figures,
    "push": push.figures,
    "hot offer": hot.figures,
    "replay": replay.figures,
}


def main() -> None:
    """Measures and prints; a part that cannot be measured here says so, and the others go on."""
    console, found = Console(), list[Figure]()
    for name, part in _PARTS.items():
        with console.status(name):
            found += part()
    show("Zhongcao", found)


if __name__ == "__main__":
    main()
