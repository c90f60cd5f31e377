"""`make bench`: measures everything in one run and prints it as a table."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console

from bench import executor, feed_page, hot, paths, push, replay, startup
from bench.figures import Figure, show

_PARTS: Final[Sequence[Callable[[], list[Figure]]]] = (
    startup.figures,
    feed_page.figures,
    paths.figures,
    executor.figures,
    push.figures,
    hot.figures,
    replay.figures,
)


def main() -> None:
    """Measures and prints; a part that cannot be measured here says so, and the others go on."""
    console, found = Console(), list[Figure]()
    for part in _PARTS:
        with console.status(part.__module__):
            found += part()
    show("Zhongcao", found)


if __name__ == "__main__":
    main()
