"""Payments and refunds, by whatever provider: captured at most once an order, and given back until it is done."""

from commerce.payments.provider import Charge, Outcome, Provider
from commerce.payments.records import Asked, Payment, Refund
from commerce.payments.sandbox import Faults, SandboxProvider

__all__ = ["Asked", "Charge", "Faults", "Outcome", "Payment", "Provider", "Refund", "SandboxProvider"]
