"""The model's records: what there is of offers, teams, orders and money, as a person would note it on paper.

Time is in whole seconds since the beginning, money in minor units. Things are known by their numbers.
"""

from dataclasses import dataclass, field
from typing import Literal

LIVE = ("HELD", "PAID", "CONFIRMED")
Charge = Literal["AUTHORISED", "CAPTURED", "DECLINED"]


@dataclass
class Variant:
    price: int
    stock: int


@dataclass
class Offer:
    variant: int
    price: int
    size: int
    # (people, price) of larger teams.
    ladder: list[tuple[int, int]]
    ttl: int
    starts: int
    ends: int
    stock: int
    limit: int
    phase: str

    @property
    def largest(self) -> int:
        return self.ladder[-1][0] if self.ladder else self.size

    def price_for(self, people: int) -> int:
        return min([self.price, *(price for size, price in self.ladder if size <= people)])


@dataclass
class Team:
    offer: int
    leader: int
    status: str = "PENDING"
    expires: int | None = None
    # The orders of those who have paid, in their order; whoever leaves is struck off.
    members: list[int] = field(default_factory=list)
    # Whether the shop filled what it lacked.
    filled: bool = False


@dataclass
class Seat:
    team: int
    quantity: int
    status: str = "HELD"


@dataclass
class Order:
    buyer: int
    total: int
    pay_by: int | None
    lines: list[tuple[int, int]]
    # None without a team.
    seat: Seat | None
    status: str = "PENDING_PAYMENT"
    refunded: int = 0


@dataclass
class Payment:
    order: int
    key: str
    minor: int
    begun: int
    ask_at: int
    status: str = "PENDING"
    # What the network knows of it; None before it has heard of it.
    charge: Charge | None = None


@dataclass
class Refund:
    order: int
    payment: int
    minor: int
    reason: str
    due: int
    status: str = "PENDING"
    attempts: int = 0
    # What the network gave back.
    given: bool = False
