"""The one table that knows everyone: which events reach whom, and what runs when its time comes."""

from collections.abc import Sequence

from commerce.group_buys.events import GroupBuyChanged
from content.live import actions as live_actions
from content.live import subscribers as live_subscribers
from core import outbox
from core.relay import BatchLane, Lane
from core.settings import Settings
from core.timers import Timer
from schema.context import Services


@asynccontextmanager
async def services(settings: Settings, bus: Bus) -> AsyncIterator[Services]:
    """Builds what resolvers, lanes and timers work with, and holds it open. The database is connected already."""
    yield Services(settings=settings, bus=bus)


def per_process(services: Services) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    """What every process that serves clients runs beside them, until it is cancelled."""
    return {}


def checks(services: Services) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """How to ask further parts whether they are well: each raises when it is not."""
    return {}


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
