"""Money in integer minor units, and its one way to and from decimal text."""

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation

import msgspec

# ISO 4217: digits after the point. Only what is listed can be sold in.
EXPONENTS = {"CNY": 2, "HKD": 2, "TWD": 2, "USD": 2, "EUR": 2, "GBP": 2, "SGD": 2, "JPY": 0, "KRW": 0}
# Of a price and of an order's total; what is summed up over orders has no bound.
MAX_MINOR = 10**12
# Never rounds: what it cannot hold exactly it refuses.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units (fen, cents) of a currency."""

    minor: int
    currency: str

    @property
    def amount(self) -> str:
        """The amount in major units as exact decimal text, e.g. "12.50"."""
        exponent = EXPONENTS[self.currency]
        if not exponent:
            return str(self.minor)
        if self.minor < 0:
            return "-" + Money(-self.minor, self.currency).amount
        digits = str(self.minor).zfill(exponent + 1)
        return f"{digits[:-exponent]}.{digits[-exponent:]}"


def to_minor(amount: Decimal | str, currency: str) -> int | None:
    """Minor units of a decimal amount; None when it is no number, or too fine, too large or negative for `currency`."""
    try:
        number = Decimal(amount)
        if not number.is_finite() or not 0 <= number <= MAX_MINOR:
            return None
        scaled = number.scaleb(EXPONENTS[currency], _EXACT)
    except (DecimalException, KeyError):
        return None
    return int(scaled) if scaled <= MAX_MINOR and scaled == scaled.to_integral_value() else None
