"""The one source of time, so that tests can move it and demo data can have a past."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system
_moment: ContextVar[datetime | None] = ContextVar("clock_moment", default=None)


def now() -> datetime:
    """The present instant, in UTC."""
    moment = _moment.get()
    return _source() if moment is None else moment


def stands_still() -> bool:
    """Whether what runs now has a present of its own, set by `at`."""
    return _moment.get() is not None


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Makes `instant` the present of what runs inside the block, and of nothing else in this process.

    For writing things that happened earlier; not for measuring, as this time stands still.
    """
    token = _moment.set(instant)
    try:
        yield
    finally:
        _moment.reset(token)


class MovableClock:
    """A clock that only tests have: it runs on from the real time, or stands still, and is put forward."""

    def __init__(self, still: datetime | None = None) -> None:
        self._still = still
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return (self._still or _system()) + self.offset

    def move(self, seconds: float) -> None:
        """Puts the clock forward by `seconds`."""
        self.offset += timedelta(seconds=seconds)


@contextmanager
def movable(still: datetime | None = None) -> Iterator[MovableClock]:
    """Replaces the clock of this process until the block ends; by one that stands at `still`, if that is given."""
    global _source
    previous, clock = _source, MovableClock(still)
    _source = clock
    try:
        yield clock
    finally:
        _source = previous
