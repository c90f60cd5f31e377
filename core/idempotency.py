"""What makes two requests the same: the key that a client chose for the attempt, and a fingerprint of what it asked."""

import hashlib
from typing import Final

import msgspec

from core.errors import Invalid

_MAX_KEY: Final = 200


def key(value: str, *field: str | int) -> str:
    """`value` when it has 1 to 200 characters. Raises Invalid, by default for the field `idempotency_key`."""
    if not 1 <= len(value) <= _MAX_KEY or not value.isprintable():
        at = field or ("idempotency_key",)
        raise Invalid(*at, zh="幂等键为 1 到 200 个可见字符", en="An idempotency key has 1 to 200 printable characters")
    return value


def fingerprint(*parts: object) -> str:
    """A digest of a request's parts; not to be turned back, so that it may hold secrets."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
