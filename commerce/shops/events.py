"""Facts about shops."""

from uuid import UUID

from core.outbox import Event


class ShopOpened(Event, frozen=True):
    shop_id: UUID
    owner_id: UUID
