"""One topic, 10,000 subscribers, one process: deliveries and memory beside a bare broadcast and stock Strawberry.

Each server runs in its own process, and so do its subscribers; all stand at the same time, and take turns.
"""

import contextlib
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from bench.fanout_client import Counted
from bench.figures import Figure, show
from bench.server import free_port, resident_mib

_SUBSCRIBERS: Final = 10_000
_ROUNDS: Final = 3
_SETTLE: Final = 2.0
# Open files of a process beside its connections.
_FILES: Final = 500
# Events of one round at once, and as many one after another with seconds between: what a server can, and how it feels.
_OURS: Final = "zhongcao"
_TURNS: Final = {_OURS: (20, 4, 0.5), "bare": (20, 4, 0.5), "strawberry": (2, 1, 4.0)}
_AIMS: Final = {_OURS: "none lost", "bare": "0.7 times", "strawberry": "8 times"}


class Leg:
    """A server and its subscribers."""

    def __init__(self, name: str, subscribers: int) -> None:
        port = free_port()
        self.name = name
        self.subscribers = subscribers
        self.bursts: list[float] = []
        self.paced: list[Counted] = []
        self.lost = 0
        self.kib_each = 0.0
        self._server = _python("bench.fanout_servers", name, port)
        self._crowd = _python("bench.fanout_client", port, subscribers)

    def subscribe(self) -> None:
        """Connects everybody, and weighs them when all are quiet."""
        operation = self._server.stdout.readline()
        before = resident_mib(self._server.pid)
        _tell(self._crowd, operation.strip())
        if not self._crowd.stdout.readline():
            raise RuntimeError(f"not everybody could subscribe to {self.name}")
        time.sleep(_SETTLE)
        self.kib_each = (resident_mib(self._server.pid) - before) * 1024 / self.subscribers

    def turn(self) -> None:
        """One round of events."""
        at_once, paced, seconds = _TURNS[self.name]
        burst = self._events(at_once, 0)
        self.bursts.append(burst.deliveries / burst.seconds)
        self.paced.append(self._events(paced, seconds))

    def _events(self, count: int, seconds: float) -> Counted:
        _tell(self._server, f"{count} {seconds}")
        _tell(self._crowd, str(count))
        counted = msgspec.json.decode(self._crowd.stdout.readline(), type=Counted)
        self.lost += count * self.subscribers - counted.deliveries
        return counted

    @property
    def rate(self) -> float:
        return statistics.median(self.bursts)

    def stop(self) -> None:
        for process in (self._crowd, self._server):
            process.stdin.close()
            process.wait(60)


def _python(module: str, *arguments: object) -> Any:
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _tell(process: Any, line: str) -> None:
    process.stdin.write(line + "\n")
    process.stdin.flush()


@contextlib.contextmanager
def _legs(subscribers: int) -> Iterator[list[Leg]]:
    legs: list[Leg] = []
    try:
        for name in _TURNS:
            legs.append(Leg(name, subscribers))
            legs[-1].subscribe()
        yield legs
    finally:
        for leg in legs:
            leg.stop()


def measure(subscribers: int = _SUBSCRIBERS) -> list[Leg]:
    """All servers, round after round. Fewer subscribers, if this machine allows a process fewer open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, subscribers + _FILES)), hard))
    subscribers = min(subscribers, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _FILES)
    with _legs(subscribers) as legs:
        for _ in range(_ROUNDS):
            for leg in legs:
                leg.turn()
    return legs


def figures(subscribers: int = _SUBSCRIBERS) -> list[Figure]:
    """Deliveries of one event to all subscribers, and what an idle one weighs."""
    legs = measure(subscribers)
    ours = legs[0]
    return [*(_speed(leg, ours) for leg in legs), *(_weight(leg) for leg in legs)]


def _speed(leg: Leg, ours: Leg) -> Figure:
    p50, p99 = (statistics.median(getattr(one, of) for one in leg.paced) for of in ("p50", "p99"))
    ratio = "" if leg is ours else f" (here {ours.rate / leg.rate:.2f} times that)"
    return Figure(
        f"one topic, {leg.subscribers:,} subscribers, {leg.name}: deliveries/s; lost; median, p99 to a subscriber",
        f"{leg.rate:,.0f}{ratio}; {leg.lost}; {p50:.0f} ms, {p99:.0f} ms",
        _AIMS.get(leg.name, ""),
    )


def _weight(leg: Leg) -> Figure:
    aim = "< 20 KiB" if leg.name == _OURS else ""
    return Figure(f"memory of an idle subscribed connection, {leg.name}", f"{leg.kib_each:.1f} KiB", aim)


if __name__ == "__main__":
    show("Fan-out", figures(int(sys.argv[1]) if len(sys.argv) > 1 else _SUBSCRIBERS))
