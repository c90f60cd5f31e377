"""What a handle and a password may be, and how long tokens hold."""

import base64
import hashlib
import hmac
import secrets
import struct
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from core import texts
from core.errors import Invalid
from core.rates import Rate
from people.accounts import passwords

ACCESS_TTL = timedelta(minutes=30)
REFRESH_TTL = timedelta(days=30)
DEVICE_TTL = timedelta(days=365)
# Wrong passwords: by one device or of one address, at one handle; by one address, at any; at one handle, by strangers.
GUESSES_OF_ONE = Rate(10, 600)
GUESSES_OF_ADDRESS = Rate(50, 600)
GUESSES_OF_HANDLE = Rate(100, 3600)
_DEVICE_TOKEN = struct.Struct(">16sQ24s")


def handle(value: str) -> str:
    """The handle in NFKC. Raises Invalid unless it has 2 to 30 letters of one script, digits and underscores.

    All can be seen, and Latin beside Chinese, Japanese or Korean is one script (`texts.is_of_one_script`).
    """
    cleaned = _written(value)
    if not _is_handle(cleaned) or texts.visible(cleaned) != cleaned:
        raise Invalid(
            "handle",
            zh="账号名为 2 到 30 个文字、数字或下划线",
            en="A handle has 2 to 30 letters, digits and underscores",
        )
    if not texts.is_of_one_script(cleaned):
        raise Invalid("handle", zh="账号名不能混用不同的文字", en="A handle must not mix scripts that look alike")
    return cleaned


def _written(value: str) -> str:
    """The value in NFKC; empty for what is too long to be a handle, however it is written."""
    return "" if len(value) > texts.most_code_points(30) else unicodedata.normalize("NFKC", value).strip()


def _is_handle(text: str) -> bool:
    return 2 <= len(text) <= 30 and all(char == "_" or unicodedata.category(char)[0] in "LMN" for char in text)


def handle_key(value: str) -> str:
    """What makes two handles the same; empty for what can be nobody's handle, and may be no text for a database."""
    cleaned = _written(value)
    return cleaned.casefold() if _is_handle(cleaned) else ""


def password(value: str, own: Sequence[str]) -> str:
    """The password in NFKC. Raises Invalid unless it has 8 to 128 characters, all of them encodable, and is not guessed
    at once: a common one, or one of the owner's `own` names."""
    cleaned = passwords.normalized(value)
    if len(cleaned) < passwords.LEAST or any("\ud800" <= char <= "\udfff" for char in cleaned):
        raise Invalid("password", zh="密码为 8 到 128 个字符", en="A password has 8 to 128 characters")
    if passwords.is_guessable(cleaned, own):
        raise Invalid(
            "password",
            zh="这个密码太容易被猜到，请换一个：不要用常见密码、连续按键、生日或自己的名字",
            en="This password is guessed too easily: choose no common one, row of keys, date or name of yours",
        )
    return cleaned


def new_token() -> str:
    return secrets.token_urlsafe(32)


def successor(spent: str, row: UUID, purpose: str) -> str:
    """The token that takes the place of a spent one, whenever it is asked for; `row` is what keeps the spent one.

    Nobody has it who lacks either: the database has no token in clear, and no client the id of a row.
    """
    key = spent.encode("utf-8", "surrogatepass")
    digest = hmac.digest(key, purpose.encode() + row.bytes, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def device_token(device_id: UUID, password_hash: str, now: datetime) -> str:
    """What a device proves by that it has signed in to the account with this password, for a year.

    Signed with what only the account has and nobody is shown: it needs no table, and ends when the password changes.
    """
    until = int((now + DEVICE_TTL).timestamp())
    mac = _mac(device_id, until, password_hash)
    return base64.urlsafe_b64encode(_DEVICE_TOKEN.pack(device_id.bytes, until, mac)).decode()


def device_of(token: str | None, password_hash: str, now: datetime) -> UUID | None:
    """The id of the device that a token proves to be known; None when it proves nothing."""
    try:
        identity, until, mac = _DEVICE_TOKEN.unpack(base64.b64decode(token or "", b"-_", validate=True))
    except (ValueError, struct.error):
        return None
    device_id = UUID(bytes=identity)
    right = hmac.compare_digest(mac, _mac(device_id, until, password_hash))
    return device_id if right and now.timestamp() < until else None


def _mac(device_id: UUID, until: int, password_hash: str) -> bytes:
    message = b"device" + _DEVICE_TOKEN.pack(device_id.bytes, until, b"")
    return hmac.digest(password_hash.encode(), message, "sha256")[:24]


def token_hash(token: str) -> bytes:
    """What is stored of a token. A fast hash is right here: tokens hold 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
