"""What other rooms see of products and their variants."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from core.money import Money


class Product(msgspec.Struct, frozen=True):
    """Something a shop sells, in one currency. `min_price_minor` and `sold_count` are derived, and kept with it."""

    id: UUID
    shop_id: UUID
    title: str
    description: str
    image_urls: list[str]
    currency: str
    min_price_minor: int
    sold_count: int
    created_at: datetime

    @property
    def min_price(self) -> Money:
        """The price of its cheapest variant."""
        return Money(self.min_price_minor, self.currency)


class Variant(msgspec.Struct, frozen=True):
    """What can be bought of a product. `held` of its `stock` units are promised to orders and offers."""

    id: UUID
    product_id: UUID
    shop_id: UUID
    name: str
    sku: str | None
    price_minor: int
    currency: str
    stock: int
    held: int

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def available(self) -> int:
        """Units that can be bought now."""
        return self.stock - self.held


class Sellable(msgspec.Struct, frozen=True):
    """What an order needs to know of a variant: whose it is, and the title and price that its line will keep."""

    variant_id: UUID
    product_id: UUID
    shop_id: UUID
    title: str
    price_minor: int
    currency: str


class NewVariant(msgspec.Struct, frozen=True):
    """A variant to be created; `price` in major units of its product's currency."""

    name: str
    price: Decimal
    stock: int
    sku: str | None = None
