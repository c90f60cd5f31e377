"""Checks of input that every domain shares; each returns the cleaned value or raises `Invalid` with its field."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

from core.errors import Invalid
from core.money import EXPONENTS, MAX_MINOR, Money, to_minor

_MAX_URL = 2000
# White space and what only steers its neighbours: of these alone, a text would be blank.
_UNSEEN = ("Cc", "Cf", "Cn", "Zs", "Zl", "Zp")
Item = TypeVar("Item")


def text(value: str, *field: str | int, least: int = 1, most: int) -> str:
    """`value` in NFC without outer white space, of `least` to `most` characters, and free of control characters.

    Lines end in LF, whatever the client's system ends them in. When `least` is above 0, something of it can be seen.
    """
    cleaned = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in cleaned):
        raise Invalid(*field, zh="不能包含控制字符", en="Must not contain control characters")
    if len(cleaned) < least or (least and all(unicodedata.category(char) in _UNSEEN for char in cleaned)):
        raise Invalid(*field, zh=f"至少 {least} 个字", en=f"At least {least} characters")
    if len(cleaned) > most:
        raise Invalid(*field, zh=f"最多 {most} 个字", en=f"At most {most} characters")
    return cleaned


def url(value: str, *field: str | int) -> str:
    """`value` when it is an absolute http(s) URL."""
    try:
        parts = urlsplit(value)
        # Asking for the port raises when it is none.
        right = (
            parts.scheme in ("http", "https") and parts.port != 0 and bool(parts.hostname) and len(value) <= _MAX_URL
        )
    except ValueError:
        right = False
    if not right or any(char.isspace() or not char.isprintable() for char in value):
        raise Invalid(*field, zh="请填写完整的网址（http 或 https）", en="Give an absolute http or https URL")
    return value


def between(value: int, *field: str | int, least: int, most: int) -> int:
    """`value` when it lies in `least`..`most`."""
    if not least <= value <= most:
        raise Invalid(*field, zh=f"必须在 {least} 到 {most} 之间", en=f"Must be between {least} and {most}")
    return value


def at_most(values: Sequence[Item], most: int, *field: str | int) -> Sequence[Item]:
    """`values` when there are no more than `most` of them."""
    if len(values) > most:
        raise Invalid(*field, zh=f"最多 {most} 项", en=f"At most {most} items")
    return values


def currency(value: str, *field: str | int) -> str:
    """`value` when it is an ISO 4217 code that can be sold in."""
    if value not in EXPONENTS:
        raise Invalid(*field, zh="不支持的货币", en="This currency is not supported")
    return value


def price(value: Decimal, code: str, *field: str | int) -> int:
    """Minor units of a price in currency `code`, above zero."""
    minor = to_minor(value, code)
    if not minor:
        digits = EXPONENTS[code]
        raise Invalid(
            *field,
            zh=f"价格必须大于 0，最多 {digits} 位小数",
            en=f"A price is above 0 with at most {digits} decimals",
        )
    return minor


def total(minor: int, code: str, *field: str | int) -> int:
    """`minor` when a sum to be paid at once is no more than what one price may be."""
    if minor > MAX_MINOR:
        most = f"{Money(MAX_MINOR, code).amount} {code}"
        raise Invalid(*field, zh=f"总额最多 {most}", en=f"At most {most} in all")
    return minor
