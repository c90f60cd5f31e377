"""`make bench`: measures everything in one run and prints it as a table."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import push, startup

_console = Console(width=120)


@contextmanager
def _doing(what: str) -> Iterator[None]:
    with _console.status(what):
        yield
    _console.print(f"done: {what}")


def main() -> None:
    """Measures and prints."""
    table = Table("what", "measured", "aim", title="Zhongcao")
    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _start_up(table, folder)
        _push(table, folder)
    _console.print(table)


def _start_up(table: Table, folder: Path) -> None:
    with _doing("starting servers, cold and warm"):
        start = startup.measure(folder)
    table.add_row("serve ready, empty data folder (median of 5)", f"{start.cold:.2f} s", "5 s")
    table.add_row("serve ready, warm data folder (median of 5)", f"{start.warm:.2f} s", "2 s")
    table.add_row("memory of the idle process (worst of 5)", f"{start.idle_mib:.0f} MiB", "200 MiB")


def _push(table: Table, folder: Path) -> None:
    with _doing("timing pushes, bus in memory"):
        alone = push.measure(folder / "push-memory")
    _push_rows(table, "bus in memory", alone)


def _push_rows(table: Table, bus: str, result: push.Result) -> None:
    table.add_row(f"paid seat → subscriber, {bus}: median (p95) from the request", _times(result), "50 ms")


def _times(result: push.Result) -> str:
    return f"{result.median:.1f} ms ({result.p95:.1f} ms)"


if __name__ == "__main__":
    main()
