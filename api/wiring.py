"""The one table that knows everyone: which events reach whom, and what runs when its time comes."""

from collections.abc import Sequence

from core import outbox
from core.relay import BatchLane, Lane
from core.timers import Timer
from schema.context import Services


def lanes(services: Services) -> Sequence[Lane | BatchLane]:
    """Who hears of which event. A lane is a queue of its own: what one does slowly delays no other."""
    return []


def timers(services: Services) -> Sequence[Timer]:
    """What looks, and how often (in seconds), whether its time has come."""
    return [Timer("outbox.trim", 60, outbox.trim)]
