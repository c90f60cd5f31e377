"""The platform's share of a payout."""

from typing import Final

_WHOLE: Final = 10_000


def commission(minor: int, basis_points: int) -> int:
    """Hundredths of a percent of a sum in minor units, rounded down: in doubt for the shop."""
    return minor * basis_points // _WHOLE
