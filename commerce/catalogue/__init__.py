"""The catalogue: what shops sell, and how many units of it there are."""

from commerce.catalogue.records import NewVariant, Product, Sellable, Variant

__all__ = ["NewVariant", "Product", "Sellable", "Variant"]
