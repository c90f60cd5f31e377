"""`make bench`: measures everything in one run and prints it as a table."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import push, replay, startup
from tests.services import redis

_TEAMS = 20_000

_console = Console(width=120)


def main() -> None:
    """Measures and prints."""
    table = Table("what", "measured", "aim", title="Zhongcao")
    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _start_up(table, folder)
        _push(table, "bus in memory", folder / "alone")
        with redis.started() as bus:
            _push(table, "bus by Redis", folder / "redis", {"REDIS_URL": bus.url})
    if replay.DATA.exists():
        _replay(table)
    else:
        _console.print(f"left out: the replay of real teams, which needs {replay.DATA}")
    _console.print(table)


def _start_up(table: Table, folder: Path) -> None:
    with _console.status("starting servers, cold and warm"):
        start = startup.measure(folder)
    table.add_row("`serve` ready on an empty data folder, median of 5", f"{start.cold:.2f} s", "< 5 s")
    table.add_row("`serve` ready on a warm data folder, median of 5", f"{start.warm:.2f} s", "< 2 s")
    table.add_row("memory of the idle process, most of 5", f"{start.idle_mib:.0f} MiB", "< 200 MiB")


def _push(table: Table, bus: str, data: Path, environment: Mapping[str, str] | None = None) -> None:
    with _console.status(f"timing pushes, {bus}"):
        result = push.measure(data, environment)
    times = f"{result.median:.1f} ms, {result.p95:.1f} ms"
    table.add_row(f"payOrder sent → seat seen by a subscriber, {bus}: median, p95", times, "< 50 ms")


def _replay(table: Table) -> None:
    with Progress(console=_console) as bar:
        task = bar.add_task("replaying real teams", total=_TEAMS)
        result = asyncio.run(replay.measured(None, lambda done: bar.update(task, completed=done)))
    pace = f"{result.teams / result.seconds:.0f} teams/s, {result.seats / result.seconds:.0f} seats/s"
    table.add_row(f"{result.teams:,} real teams: opened, joined, paid, expired", pace, "")
    table.add_row("… ended otherwise than recorded", str(len(result.astray)), "0")
    table.add_row("… rows against an invariant", str(len(result.violations)), "0")


if __name__ == "__main__":
    main()
