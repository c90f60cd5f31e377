"""What other rooms see of payouts."""

from datetime import datetime
from uuid import UUID

import msgspec

from core.money import Money


class Payout(msgspec.Struct, frozen=True):
    """Money on its way from a shop's balance to its bank: REQUESTED, then PAID by a person who sent it.

    `minor` units leave the balance; `commission_minor` of them are the platform's.
    """

    id: UUID
    shop_id: UUID
    minor: int
    commission_minor: int
    currency: str
    status: str
    created_at: datetime
    paid_at: datetime | None

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.commission_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.minor - self.commission_minor, self.currency)
