"""The sandbox: a payment network without money that keeps every promise of the port, and breaks them on demand."""

from commerce.payments.sandbox.faults import Faults
from commerce.payments.sandbox.network import DECLINING_TOKEN, SandboxProvider

__all__ = ["DECLINING_TOKEN", "Faults", "SandboxProvider"]
