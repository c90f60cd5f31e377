"""What products may look like."""

from collections.abc import Sequence
from typing import Final

import msgspec

from commerce.catalogue.records import NewVariant
from core import validation

MAX_STOCK: Final = 10_000_000
MAX_IMAGES: Final = 15
MAX_VARIANTS: Final = 100


class CleanVariant(msgspec.Struct, frozen=True):
    """A new variant after all checks; its price in minor units."""

    name: str
    sku: str | None
    price_minor: int
    stock: int


def title(value: str) -> str:
    """Raises Invalid unless it has 1 to 120 characters."""
    return validation.text(value, "title", most=120)


def description(value: str) -> str:
    """Raises Invalid when it has more than 10,000 characters."""
    return validation.text(value, "description", least=0, most=10_000)


def image_urls(values: Sequence[str]) -> list[str]:
    """Raises Invalid unless they are at most 15 absolute URLs."""
    validation.at_most(values, MAX_IMAGES, "image_urls")
    return [validation.url(value, "image_urls", index) for index, value in enumerate(values)]


def stock(value: int, *field: str | int) -> int:
    """Raises Invalid unless it lies in 0 to 10,000,000."""
    return validation.between(value, *field, least=0, most=MAX_STOCK)


def variants(values: Sequence[NewVariant], currency: str) -> list[CleanVariant]:
    """Raises Invalid unless they are 1 to 100, each with a name, a price above 0 and a possible stock."""
    validation.between(len(values), "variants", least=1, most=MAX_VARIANTS)
    return [_variant(value, currency, index) for index, value in enumerate(values)]


def _variant(value: NewVariant, currency: str, index: int) -> CleanVariant:
    at = ("variants", index)
    return CleanVariant(
        validation.text(value.name, *at, "name", most=60),
        None if value.sku is None else validation.text(value.sku, *at, "sku", most=60),
        validation.price(value.price, currency, *at, "price"),
        stock(value.stock, *at, "stock"),
    )
