"""The one source of time, so that tests can move it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present instant, in UTC."""
    return _source()


class MovableClock:
    """A clock that runs on from the real time by an offset that only tests set."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return _system() + self.offset

    def move(self, seconds: float) -> None:
        """Puts the clock forward by `seconds`."""
        self.offset += timedelta(seconds=seconds)


@contextmanager
def movable() -> Iterator[MovableClock]:
    """Replaces the clock of this process until the block ends."""
    global _source
    previous, clock = _source, MovableClock()
    _source = clock
    try:
        yield clock
    finally:
        _source = previous
