"""Tables on the command line: nothing in them is cut, however narrow the terminal is, and in a pipe."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

_WIDEST = 10_000


def show(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """Prints a table on standard output; a terminal that is too narrow breaks its lines."""
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*row)
    console = Console(markup=False)
    whole = console.measure(table, options=console.options.update(max_width=_WIDEST)).maximum
    console.width = max(console.width, whole)
    console.print(table)
