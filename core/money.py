"""Money in integer minor units, and its one way to and from decimal text."""

from decimal import Decimal, InvalidOperation

import msgspec

# ISO 4217: digits after the point. Only what is listed can be sold in.
EXPONENTS = {"CNY": 2, "HKD": 2, "TWD": 2, "USD": 2, "EUR": 2, "GBP": 2, "SGD": 2, "JPY": 0, "KRW": 0}
MAX_MINOR = 10**12


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units (fen, cents) of a currency."""

    minor: int
    currency: str

    @property
    def amount(self) -> str:
        """The amount in major units as exact decimal text, e.g. "12.50"."""
        exponent = EXPONENTS[self.currency]
        return f"{Decimal(self.minor).scaleb(-exponent):.{exponent}f}"


def to_minor(amount: Decimal | str, currency: str) -> int | None:
    """Minor units of a decimal amount; None when it is no number, or too fine, too large or negative for `currency`."""
    try:
        scaled = Decimal(amount).scaleb(EXPONENTS[currency])
        if not scaled.is_finite() or scaled < 0 or scaled > MAX_MINOR or scaled != scaled.to_integral_value():
            return None
    except (InvalidOperation, KeyError):
        return None
    return int(scaled)
