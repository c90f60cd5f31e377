"""What a handle and a password may be, and how long tokens hold."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from datetime import timedelta
from uuid import UUID

from core.errors import Invalid

ACCESS_TTL = timedelta(minutes=30)
REFRESH_TTL = timedelta(days=30)
MAX_FAILED_SIGN_INS = 10
LOCK = timedelta(minutes=1)


def handle(value: str) -> str:
    """The handle in NFKC. Raises Invalid unless it has 2 to 30 letters of any script, digits and underscores."""
    cleaned = unicodedata.normalize("NFKC", value).strip()
    if not _is_handle(cleaned):
        raise Invalid(
            "handle",
            zh="账号名为 2 到 30 个文字、数字或下划线",
            en="A handle has 2 to 30 letters, digits and underscores",
        )
    return cleaned


def _is_handle(text: str) -> bool:
    return 2 <= len(text) <= 30 and all(char == "_" or unicodedata.category(char)[0] in "LMN" for char in text)


def handle_key(value: str) -> str:
    """What makes two handles the same; empty for what can be nobody's handle, and may be no text for a database."""
    cleaned = unicodedata.normalize("NFKC", value).strip()
    return cleaned.casefold() if _is_handle(cleaned) else ""


def password(value: str) -> str:
    """The password itself. Raises Invalid unless it has 8 to 128 characters, all of them encodable."""
    if not 8 <= len(value) <= 128 or any("\ud800" <= char <= "\udfff" for char in value):
        raise Invalid("password", zh="密码为 8 到 128 个字符", en="A password has 8 to 128 characters")
    return value


def new_token() -> str:
    return secrets.token_urlsafe(32)


def successor(spent: str, row: UUID, purpose: str) -> str:
    """The token that takes the place of a spent one, whenever it is asked for; `row` is what keeps the spent one.

    Nobody has it who lacks either: the database has no token in clear, and no client the id of a row.
    """
    key = spent.encode("utf-8", "surrogatepass")
    digest = hmac.digest(key, purpose.encode() + row.bytes, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def token_hash(token: str) -> bytes:
    """What is stored of a token. A fast hash is right here: tokens hold 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
