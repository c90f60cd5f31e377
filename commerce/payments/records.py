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


class Refund(msgspec.Struct, frozen=True):
    """Money on its way back: PENDING, then DONE; STUCK when it failed so often that a person should look."""

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
