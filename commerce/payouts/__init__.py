"""Payouts: what a shop has earned leaves the platform, less the platform's share, and never more than it has."""

from commerce.payouts.records import Payout

__all__ = ["Payout"]
