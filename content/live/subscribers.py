"""What live streams make of events from below."""

from commerce.group_buys.events import GroupBuyChanged
from content.live import actions


async def on_group_buy_changed(event: GroupBuyChanged) -> None:
    """Shows a group-buy's progress in the live streams that list it."""
    await actions.tell_group_buy(event.group_buy, event.team)
