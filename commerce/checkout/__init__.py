"""The checkout: paying and cancelling, over orders with and without a team."""

from commerce.checkout.records import PayOutcome

__all__ = ["PayOutcome"]
