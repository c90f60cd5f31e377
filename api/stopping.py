"""Stopping in good order whenever a signal comes, also while the program is still being loaded."""

import asyncio
import signal
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_heard = False


def listen() -> None:
    """From now on a signal ends nothing by itself; it is kept for who can stop in good order."""
    for one in _SIGNALS:
        signal.signal(one, _keep)


def _keep(*_: object) -> None:
    global _heard
    _heard = True


def hear(stop: asyncio.Event) -> None:
    """Sets `stop` at the next signal, or now if there was one."""
    loop = asyncio.get_running_loop()
    for one in _SIGNALS:
        loop.add_signal_handler(one, stop.set)
    if _heard:
        stop.set()


def heard() -> bool:
    """Whether there was a signal while nobody could stop."""
    return _heard
