"""Live streams for tests."""

from datetime import timedelta
from uuid import UUID

from content.live import LiveStream, actions
from core import clock
from tests.factories.people import person


async def scheduled(host_id: UUID | None = None, *, title: str = "今晚八点，秋冬护肤专场") -> LiveStream:
    """A stream that starts in an hour."""
    host_id = host_id or await person("主播小鹿")
    return await actions.schedule(host_id, title=title, scheduled_at=clock.now() + timedelta(hours=1))


async def live(host_id: UUID | None = None, *, title: str = "今晚八点，秋冬护肤专场") -> LiveStream:
    """A stream that is on air."""
    stream = await scheduled(host_id, title=title)
    return await actions.start(stream.host_id, stream.id)


async def ended(host_id: UUID | None = None) -> LiveStream:
    """A stream that is over."""
    stream = await live(host_id)
    return await actions.end(stream.host_id, stream.id)
