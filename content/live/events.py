"""Facts about live streams: each is a step of its stream's topic, with values as of then."""

from uuid import UUID

from commerce.group_buys import GroupBuy, Team
from content.live.records import LiveListing, LiveMessage, LiveStream
from core.outbox import Event


class LiveStatusChanged(Event, frozen=True):
    """The stream was scheduled (its first step), started, ended or cancelled."""

    live_stream: LiveStream


class LiveListingsChanged(Event, frozen=True):
    """Something was put on the table, taken from it or pinned: all listings of that moment, by position."""

    live_stream_id: UUID
    listings: list[LiveListing]

    @property
    def pinned_listing(self) -> LiveListing | None:
        return next((listing for listing in self.listings if listing.is_pinned), None)


class LiveMessagePosted(Event, frozen=True):
    message: LiveMessage


class LiveViewersChanged(Event, frozen=True):
    live_stream_id: UUID
    viewer_count: int


class LiveGroupBuyChanged(Event, frozen=True):
    """A group-buy on the table changed; `team` is the team that did it, if one did."""

    live_stream_id: UUID
    group_buy: GroupBuy
    team: Team | None


def topic(live_stream_id: UUID) -> str:
    """The topic whose steps are a stream's."""
    return f"live:{live_stream_id.hex}"
