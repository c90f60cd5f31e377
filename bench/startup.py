"""How long `serve` takes to be ready, on an empty folder and on a warm one, and what the idle process weighs."""

import statistics
import time
from pathlib import Path

import msgspec

from bench.figures import Figure, show
from bench.server import scratch, serving

_RUNS = 5
_SETTLE = 3.0


class Result(msgspec.Struct):
    """Seconds to ready (medians), and MiB of the idle process."""

    cold: float
    warm: float
    idle_mib: float


def measure(folder: Path) -> Result:
    """Starts servers on new folders below `folder`, then on the same ones again."""
    folders = [folder / f"start{number}" for number in range(_RUNS)]
    cold, warm, idle = [], [], []
    for data in folders:
        with serving(data) as server:
            cold.append(server.ready_after)
    for data in folders:
        with serving(data) as server:
            warm.append(server.ready_after)
            time.sleep(_SETTLE)
            idle.append(server.resident_mib())
    return Result(statistics.median(cold), statistics.median(warm), max(idle))


def figures() -> list[Figure]:
    """Measures on folders of its own."""
    with scratch() as folder:
        result = measure(folder)
    return [
        Figure("`serve` ready on an empty data folder, median of 5", f"{result.cold:.2f} s", "< 5 s"),
        Figure("`serve` ready on a warm data folder, median of 5", f"{result.warm:.2f} s", "< 2 s"),
        Figure("memory of the idle process, most of 5", f"{result.idle_mib:.0f} MiB", "< 200 MiB"),
    ]


if __name__ == "__main__":
    show("Start", figures())
