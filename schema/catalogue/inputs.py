"""Inputs of products' mutations."""

import decimal
from uuid import UUID

import strawberry

from schema import ids
from schema.scalars import URL


@strawberry.input(description="A variant of a new product.")
class VariantInput:
    name: str = strawberry.field(description='Its options in words, e.g. "米白 / M"; 1 to 60 characters.')
    sku: str | None = strawberry.field(default=None, description="The shop's own number for it, 1 to 60 characters.")
    price: decimal.Decimal = strawberry.field(
        description="In major units, above 0, with no more decimals than the product's currency has."
    )
    stock: int = strawberry.field(description="Units to sell, 0 to 10,000,000.")


@strawberry.input(description="A new product in the viewer's shop.")
class CreateProductInput:
    title: str = strawberry.field(description="1 to 120 characters.")
    description: str = strawberry.field(default="", description="Plain text, up to 10,000 characters.")
    image_urls: list[URL] = strawberry.field(default_factory=list, description="Up to 15 absolute http(s) URLs.")
    currency: str = strawberry.field(
        default="CNY", description="ISO 4217: one of CNY, HKD, TWD, USD, EUR, GBP, SGD, JPY, KRW."
    )
    variants: list[VariantInput] = strawberry.field(description="1 to 100.")


@strawberry.input(description="How many units of a variant there are.")
class UpdateStockInput:
    variant_id: UUID = ids.given("variant", "A variant of the viewer's shop.")
    stock: int = strawberry.field(
        description="All units in the house, 0 to 10,000,000; not below those held for orders and group-buys."
    )
