"""What a stream, its table and its chat may be."""

from datetime import datetime, timedelta

from core import validation
from core.errors import Invalid

MOST_LISTINGS = 200
MOST_TITLE = 100
MOST_MESSAGE = 500
# A phone's clock may be slow, and filling in the form takes a while.
GRACE = timedelta(minutes=5)
AHEAD = timedelta(days=366)
# A process that has not said for so long how many people watch through it is taken for dead.
PRESENCE_TTL = timedelta(seconds=30)

# A host may lay the table before the stream starts.
OPEN = ("SCHEDULED", "LIVE")


def title(value: str) -> str:
    """The cleaned title. Raises Invalid unless it has 1 to 100 characters."""
    return validation.text(value, "title", most=MOST_TITLE)


def body(value: str) -> str:
    """The cleaned chat message. Raises Invalid unless it has 1 to 500 characters."""
    return validation.text(value, "body", most=MOST_MESSAGE)


def scheduled_at(value: datetime, now: datetime) -> datetime:
    """The instant. Raises Invalid when it lies in the past (by more than 5 minutes) or more than a year ahead."""
    if value < now - GRACE:
        raise Invalid("scheduled_at", zh="开播时间不能早于现在", en="The stream can't be scheduled in the past")
    if value > now + AHEAD:
        raise Invalid("scheduled_at", zh="开播时间最多可提前一年预约", en="The stream can be at most a year ahead")
    return value
