"""Checks of input that every domain shares; each returns the cleaned value or raises `Invalid` with its field."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeVar

from ada_url import URL

from core import texts
from core.errors import Invalid
from core.money import EXPONENTS, MAX_MINOR, Money, to_minor

_MAX_URL = 2000
# Browsers forgive missing slashes, blanks and backslashes; who is given such an address may not.
_ABSOLUTE: Final = re.compile(r"""https?://[^/\s\\"'<>`@][^\s\\"'<>`]*""", re.IGNORECASE)
# No field takes a text of more code points, however it is written.
MOST_CODE_POINTS: Final = texts.most_code_points(10_000)
Item = TypeVar("Item")


def bounded(value: object, *field: str | int) -> None:
    """Raises Invalid for a text, however deep in an input or in variables, that is longer than any field takes."""
    if isinstance(value, str):
        if len(value) > MOST_CODE_POINTS:
            raise _too_long(MOST_CODE_POINTS, field)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            bounded(item, *field, index)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            bounded(item, *field, name)
    elif dataclasses.is_dataclass(value):
        bounded(vars(value), *field)


def text(value: str, *field: str | int, least: int = 1, most: int) -> str:
    """`value` in NFC as far as it can be seen (`texts.visible`), of `least` (0 or 1) to `most` characters.

    Characters are counted as a person does. When `least` is above 0, something of it can be seen.
    """
    if len(value) > texts.most_code_points(most):
        raise _too_long(most, field)
    if texts.is_broken(value):
        raise Invalid(*field, zh="含有无法识别的字符", en="It has characters that are none")
    seen = texts.visible(value)
    if least and not texts.is_seen(seen):
        raise Invalid(*field, zh="不能为空", en="It must not be empty")
    if len(seen) > most and texts.characters(seen) > most:
        raise _too_long(most, field)
    return seen


def _too_long(most: int, field: tuple[str | int, ...]) -> Invalid:
    return Invalid(*field, zh=f"最多 {most} 个字", en=f"It may have {most} characters at the most")


def url(value: str, *field: str | int) -> str:
    """`value` when it is an absolute http(s) URL as browsers parse it, with nothing in it that ends or hides one."""
    if len(value) > _MAX_URL or not _ABSOLUTE.fullmatch(value) or not value.isprintable() or not _is_parsed(value):
        raise Invalid(*field, zh="请填写完整的网址（http 或 https）", en="Give an absolute http or https URL")
    return value


def _is_parsed(value: str) -> bool:
    try:
        found = URL(value)
    except ValueError:
        return False
    return not (found.username or found.password) and found.port != "0"


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
