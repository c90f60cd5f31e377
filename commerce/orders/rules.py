"""What an order may ask for, how long it may stay unpaid, and how it is called."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from commerce.orders.errors import MoreThanIsLeft, TooManyRefunds
from commerce.orders.records import Address, Line, Order
from core import validation
from core.errors import Invalid, WrongState
from core.money import Money

PAY_WITHIN: Final = timedelta(minutes=15)
MAX_LINES: Final = 50
MAX_QUANTITY: Final = 999
MAX_REFUNDS: Final = 50
MAX_NOTE: Final = 200
# Paid, and the shop's: it may give a part back.
EARNED: Final = ("CONFIRMED", "SHIPPED", "COMPLETED")
_PHONE: Final = set("0123456789+-() ")


def lines(values: Sequence[Line]) -> None:
    """Raises Invalid unless they are 1 to 50, of 1 to 999 units each, and no variant comes twice."""
    validation.between(len(values), "lines", least=1, most=MAX_LINES)
    seen = set()
    for index, line in enumerate(values):
        validation.between(line.quantity, "lines", index, "quantity", least=1, most=MAX_QUANTITY)
        if line.variant_id in seen:
            raise Invalid("lines", index, "variant_id", zh="同一款式请合并为一行", en="Put each variant on one line")
        seen.add(line.variant_id)


def address(value: Address) -> Address:
    """Raises Invalid for the first field that cannot be right."""
    return Address(
        _address_text(value.recipient, "recipient", 40),
        phone(value.phone),
        _address_text(value.province, "province", 40),
        _address_text(value.city, "city", 40),
        _address_text(value.district, "district", 40),
        _address_text(value.street, "street", 200),
        None if value.postal_code is None else _address_text(value.postal_code, "postal_code", 12),
    )


def _address_text(value: str, name: str, most: int) -> str:
    return validation.text(value, "shipping_address", name, most=most)


def phone(value: str) -> str:
    """Raises Invalid unless it has 5 to 20 characters such as stand in phone numbers."""
    cleaned = value.strip()
    if not 5 <= len(cleaned) <= 20 or not set(cleaned) <= _PHONE or not any(char.isdigit() for char in cleaned):
        raise Invalid(
            "shipping_address", "phone", zh="请填写 5 到 20 位的电话号码", en="A phone number has 5 to 20 digits"
        )
    return cleaned


def check_refund(order: Order, minor: int, left: int, parts: int) -> None:
    """Raises WrongState, MoreThanIsLeft or TooManyRefunds unless the shop may give `minor` units of the order back."""
    if order.status not in EARNED:
        raise WrongState("order_id", state=order.status)
    if minor > left:
        raise MoreThanIsLeft("amount", left=Money(left, order.currency).amount)
    if parts >= MAX_REFUNDS:
        raise TooManyRefunds("order_id", most=MAX_REFUNDS)


def new_number(day: datetime) -> str:
    """The date and twelve random digits: short enough to be read out, and telling nobody how much is sold."""
    digits = f"{secrets.randbelow(10**12):012d}"
    return f"{day:%y%m%d}-{digits[:4]}-{digits[4:8]}-{digits[8:]}"
