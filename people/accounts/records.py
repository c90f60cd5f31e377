"""What other rooms see of an account."""

from datetime import datetime
from uuid import UUID

import msgspec


class Account(msgspec.Struct, frozen=True):
    """A person's public side, with counters kept in the transactions that change what they count."""

    id: UUID
    handle: str
    display_name: str
    bio: str
    avatar_url: str | None
    is_kol: bool
    specialty: str | None
    follower_count: int
    following_count: int
    note_count: int
    created_at: datetime


class Identity(msgspec.Struct):
    """Who is behind a request: an account, by which session, and until when its token holds.

    `blocks`: whether they blocked anybody; who did not need not be asked whom. It is the one thing that changes while
    a stream is open, and so is kept current for all that know of it (`api/viewers.py`). How much they
    are trusted with follows from when they came (`since`), and how many orders of theirs arrived (`purchases`).
    """

    account_id: UUID
    session_id: UUID
    expires_at: datetime
    blocks: bool = False
    since: datetime | None = None
    purchases: int = 0


class IssuedSession(msgspec.Struct, frozen=True):
    """Fresh tokens in clear, to be shown once."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    account_id: UUID
    device_token: str
