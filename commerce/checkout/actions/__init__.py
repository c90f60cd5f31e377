"""All writes of the checkout."""

from commerce.checkout.actions.cancelling import cancel
from commerce.checkout.actions.paying import pay
from commerce.checkout.actions.settling import settle

__all__ = ["cancel", "pay", "settle"]
