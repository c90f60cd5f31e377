"""What other rooms see of orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from core.money import Money


class Address(msgspec.Struct, frozen=True):
    """Where a parcel goes."""

    recipient: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    postal_code: str | None = None


class Order(msgspec.Struct, frozen=True):
    """An order of one shop in one currency. `pay_by` is None once it is paid or cancelled."""

    id: UUID
    number: str
    buyer_id: UUID
    shop_id: UUID
    kind: str
    status: str
    currency: str
    total_minor: int
    refunded_minor: int
    pay_by: datetime | None
    created_at: datetime
    address: dict[str, Any] | None
    carrier: str | None
    tracking_number: str | None

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def ships_to(self) -> Address | None:
        """Not for everybody's eyes: the graph shows it to the buyer and to the shop."""
        return None if self.address is None else msgspec.convert(self.address, Address)


class OrderLine(msgspec.Struct, frozen=True):
    """Units of one variant, as it was called and priced when it was ordered."""

    order_id: UUID
    variant_id: UUID
    title: str
    quantity: int
    unit_price_minor: int
    currency: str

    @property
    def unit_price(self) -> Money:
        return Money(self.unit_price_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.unit_price_minor * self.quantity, self.currency)


class Line(msgspec.Struct, frozen=True):
    """What a buyer asks for."""

    variant_id: UUID
    quantity: int


class NewLine(msgspec.Struct, frozen=True):
    """A line to be written, priced by us; minor units."""

    variant_id: UUID
    title: str
    quantity: int
    unit_price_minor: int


class Allowance(msgspec.Struct, frozen=True):
    """How many orders a buyer may have unpaid at once, and how many units they may hold together."""

    orders: int
    units: int


class DraftOrder(msgspec.Struct, frozen=True):
    """An order to be written, with what makes asking for it twice the same, and what its buyer is allowed."""

    order: Order
    lines: Sequence[NewLine]
    idempotency_key: str
    fingerprint: str
    allowance: Allowance | None = None
