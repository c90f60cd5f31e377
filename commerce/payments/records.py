"""What other rooms see of payments and refunds."""

from datetime import datetime
from uuid import UUID

import msgspec

from core.money import Money


class Payment(msgspec.Struct, frozen=True):
    """One attempt to pay an order: PENDING while its provider is asked, then CAPTURED or DECLINED."""

    id: UUID
    order_id: UUID
    payer_id: UUID
    provider: str
    status: str
    minor: int
    currency: str
    refunding_minor: int
    created_at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class Asked(msgspec.Struct, frozen=True):
    """What a shop said when it gave money back, and what makes saying it twice the same."""

    note: str
    key: str
    fingerprint: str


class Refund(msgspec.Struct, frozen=True):
    """Money on its way back: PENDING, then DONE; STUCK when it failed so often that a person should look.

    `reason` is LEFT_TEAM, TEAM_FAILED, PAID_TOO_LATE, CANCELLED, PRICE_TIER or, with the shop's `note`, SHOP.
    """

    id: UUID
    payment_id: UUID
    order_id: UUID
    provider: str
    minor: int
    currency: str
    reason: str
    status: str
    attempts: int
    due_at: datetime
    created_at: datetime
    done_at: datetime | None
    note: str | None

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class Left(msgspec.Struct, frozen=True):
    """What of an order's payment was not given back yet, in minor units, and in how many parts the rest was."""

    minor: int
    parts: int
