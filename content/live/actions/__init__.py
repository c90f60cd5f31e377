"""All writes of live streams. Whatever changes a stream takes its row's lock and the next number of its sequence."""

from content.live.actions.chat import send_message
from content.live.actions.offers import tell_group_buy
from content.live.actions.status import end, schedule, start
from content.live.actions.table import add_listing, pin_listing, remove_listing
from content.live.actions.watching import count_viewers, note_presence

__all__ = [
    "add_listing",
    "count_viewers",
    "end",
    "note_presence",
    "pin_listing",
    "remove_listing",
    "schedule",
    "send_message",
    "start",
    "tell_group_buy",
]
