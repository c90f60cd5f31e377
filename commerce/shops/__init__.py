"""Shops: who sells. What they sell is the catalogue's."""

from commerce.shops.records import Shop

__all__ = ["Shop"]
