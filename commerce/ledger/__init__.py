"""The ledger: every movement of money, twice, for good."""

from commerce.ledger.records import Entry, Imbalance, Posting

__all__ = ["Entry", "Imbalance", "Posting"]
