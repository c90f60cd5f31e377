"""What other rooms see of a group-buy, its teams and their seats."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from commerce.orders import Order
from core import clock
from core.money import Money


class PriceTier(msgspec.Struct, frozen=True):
    """What everybody pays per unit in a team that reaches `size` people."""

    size: int
    price: Money


class NextTier(msgspec.Struct, frozen=True):
    """The next lower price that a team can reach, and how many people are missing."""

    size: int
    price: Money
    missing_count: int


class GroupBuy(msgspec.Struct, frozen=True):
    """An offer. `held` units belong to seats that are held or paid, `sold` ones to confirmed seats.

    `phase` is what has been told to the world (SCHEDULED, RUNNING, ENDED, CLOSED); `status` asks the clock. `ladder`
    holds its tiers above `team_size` as [size, price in minor units], sizes growing and prices falling. `open_seats`
    are the places that its unfinished teams can still give: a unit is kept for each.
    """

    id: UUID
    shop_id: UUID
    product_id: UUID
    variant_id: UUID
    title: str
    price_minor: int
    currency: str
    team_size: int
    team_ttl_seconds: int
    starts_at: datetime
    ends_at: datetime
    stock: int
    held: int
    sold: int
    per_user_limit: int
    joined_count: int
    phase: str
    sequence: int
    ladder: list[list[int]] = msgspec.field(default_factory=list)
    open_seats: int = 0

    @property
    def price(self) -> Money:
        """Per unit: what everybody pays when joining."""
        return Money(self.price_minor, self.currency)

    @property
    def tiers(self) -> list[PriceTier]:
        """Lower prices of larger teams, the smallest first."""
        return [PriceTier(size, Money(minor, self.currency)) for size, minor in self.ladder]

    @property
    def largest_team(self) -> int:
        """People a team can have."""
        return self.ladder[-1][0] if self.ladder else self.team_size

    def price_for(self, people: int) -> Money:
        """Per unit, when a team closes with so many."""
        reached = [minor for size, minor in self.ladder if size <= people]
        return Money(reached[-1] if reached else self.price_minor, self.currency)

    @property
    def closed(self) -> bool:
        """Whether it ended, its last team too, and what was not sold went back to the variant."""
        return self.phase == "CLOSED"

    @property
    def available(self) -> int:
        """Units still to be had."""
        return 0 if self.closed else self.stock - self.held - self.sold

    @property
    def free(self) -> int:
        """Units that no open seat of a team waits for."""
        return self.available - self.open_seats

    @property
    def status(self) -> str:
        """SCHEDULED, ACTIVE, SOLD_OUT or ENDED as of now."""
        now = clock.now()
        if now >= self.ends_at:
            return "ENDED"
        if now < self.starts_at:
            return "SCHEDULED"
        return "ACTIVE" if self.available > 0 else "SOLD_OUT"


class Team(msgspec.Struct, frozen=True):
    """A team as of its `sequence`. It has no deadline until its leader has paid.

    `size` are the people it can have; the last `spare_size` of them only lower the price. `merchant_filled_count` are
    places that the shop filled, by which it needed fewer people: nobody stands behind them, and `size` is without them.
    """

    id: UUID
    group_buy_id: UUID
    leader_id: UUID
    size: int
    joined_count: int
    held_count: int
    status: str
    opened_at: datetime | None
    expires_at: datetime | None
    closed_at: datetime | None
    sequence: int
    spare_size: int = 0
    merchant_filled_count: int = 0

    @property
    def minimum_size(self) -> int:
        """People with whom it succeeds, at its deadline if it can have more."""
        return self.size - self.spare_size

    def next_tier(self, group_buy: GroupBuy) -> NextTier | None:
        """The next lower price that `group_buy`, its offer, has for it; None at the lowest and when it is closed."""
        if self.closed_at is not None:
            return None
        return next(
            (
                NextTier(tier.size, tier.price, tier.size - self.joined_count)
                for tier in group_buy.tiers
                if tier.size > self.joined_count
            ),
            None,
        )

    @property
    def untaken(self) -> int:
        """Places that nobody holds or has paid for, while it is not over: its offer keeps a unit for each."""
        return self.size - self.joined_count - self.held_count if self.closed_at is None else 0

    @property
    def remaining_count(self) -> int:
        """People who may still come."""
        return self.size - self.joined_count

    @property
    def open_seat_count(self) -> int:
        """Places that can be taken now."""
        running = self.status == "OPEN" and self.expires_at is not None and clock.now() < self.expires_at
        return self.untaken if running else 0


class Seat(msgspec.Struct, frozen=True):
    """A place in a team. Its holder is a member from the team's `joined_sequence` until `left_sequence`."""

    id: UUID
    team_id: UUID
    group_buy_id: UUID
    user_id: UUID
    order_id: UUID
    quantity: int
    status: str
    held_until: datetime | None
    paid_at: datetime | None
    joined_sequence: int | None
    left_sequence: int | None


class Member(msgspec.Struct, frozen=True):
    """Somebody who has paid for a seat in a team."""

    user_id: UUID
    joined_at: datetime
    is_leader: bool


class NewTier(msgspec.Struct, frozen=True):
    """A lower price, in major units, for teams of at least `size` people."""

    size: int
    price: Decimal


class Alternatives(msgspec.Struct, frozen=True):
    """What somebody can have who came too late for a team: others of its offer, or a new one."""

    teams: list[Team]
    can_open: bool


class WholeSeat(Seat, frozen=True):
    """A seat that comes with its team and its order, so that nobody need read them again."""

    team: Team
    order: Order


class TakenSeat(msgspec.Struct, frozen=True):
    """A seat just taken, with its team and the order to pay."""

    seat: Seat
    team: Team
    order: Order

    @property
    def whole(self) -> WholeSeat:
        return WholeSeat(**msgspec.structs.asdict(self.seat), team=self.team, order=self.order)
