"""What a benchmark tells: one figure a line, for the table of `make bench` and for who runs one part alone."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

_WIDTH = 140


class Figure(msgspec.Struct, frozen=True):
    """`what` was measured, as a person reads it; the `aim` is empty where there is none."""

    what: str
    measured: str
    aim: str = ""


def show(title: str, figures: Sequence[Figure]) -> None:
    """Prints a table."""
    table = Table("what", "measured", "aim", title=title)
    for figure in figures:
        table.add_row(figure.what, figure.measured, figure.aim)
    Console(width=_WIDTH).print(table)
