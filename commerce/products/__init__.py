"""Products: shops, what they sell, and how many units of it there are."""

from commerce.products.records import NewVariant, Product, Sellable, Shop, Variant

__all__ = ["NewVariant", "Product", "Sellable", "Shop", "Variant"]
