"""Facts about products."""

from uuid import UUID

from core.outbox import Event


class ProductCreated(Event, frozen=True):
    product_id: UUID
    shop_id: UUID


class StockChanged(Event, frozen=True):
    """Units were set, sold or taken back, or the last free one was held or came back."""

    product_id: UUID
    variant_id: UUID
