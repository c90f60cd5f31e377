"""`make bench-discovery`: measures search and feed, and prints what it finds as a table."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console

from bench.discovery import fanout, search, taste, traffic
from bench.figures import Figure, show

_PARTS: Final[Sequence[Callable[[], list[Figure]]]] = (search.figures, traffic.figures, taste.figures, fanout.figures)


def main() -> None:
    """Measures one part after the other, and prints."""
    console, found = Console(), list[Figure]()
    for part in _PARTS:
        with console.status(part.__module__):
            found += part()
    show("Discovery", found)


if __name__ == "__main__":
    main()
