"""The one table that knows everyone: which events reach whom, and what runs when its time comes."""

from collections.abc import Sequence

from commerce.group_buys.events import GroupBuyChanged
from content.live import actions as live_actions
from content.live import subscribers as live_subscribers
from core import outbox
from core.relay import BatchLane, Lane
from core.timers import Timer
from schema.context import Services


def lanes(services: Services) -> Sequence[Lane | BatchLane]:
    """Who hears of which event. A lane is a queue of its own: what one does slowly delays no other."""
    return [
        Lane("live", {GroupBuyChanged: live_subscribers.on_group_buy_changed}),
    ]


def timers(services: Services) -> Sequence[Timer]:
    """What looks, and how often (in seconds), whether its time has come."""
    return [
        Timer("outbox.trim", 60, outbox.trim),
        Timer("live.viewers", 2, live_actions.count_viewers),
    ]
