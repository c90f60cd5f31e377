"""The names of the ledger's accounts."""

from typing import Final
from uuid import UUID

# What the platform has earned.
PLATFORM: Final = "platform"
# What has left to the shops' banks.
PAID_OUT: Final = "paid_out"


def provider(name: str) -> str:
    """The clearing of a payment provider: below zero by what it collected for us and did not give back."""
    return f"provider:{name}"


def in_flight(order_id: UUID) -> str:
    """Paid, and neither earned by the shop nor on its way back."""
    return f"in_flight:{order_id}"


def shop(shop_id: UUID) -> str:
    """Earned by a shop."""
    return f"shop:{shop_id}"


def refunds_due(order_id: UUID) -> str:
    """On its way back to the buyer."""
    return f"refunds_due:{order_id}"


def payouts_due(shop_id: UUID) -> str:
    """On its way to a shop's bank."""
    return f"payouts_due:{shop_id}"
