"""The names of the ledger's accounts."""

from uuid import UUID


def provider(name: str) -> str:
    """Money at a payment provider: below zero by what it collected for us and did not give back."""
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
