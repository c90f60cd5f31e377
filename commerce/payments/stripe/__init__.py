"""Stripe behind the port, by Stripe's own library. Loaded only where it is configured: the library is large."""

from commerce.payments.stripe.network import StripeProvider

__all__ = ["StripeProvider"]
