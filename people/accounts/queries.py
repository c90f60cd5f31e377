"""All reads of accounts, batch first."""

from collections.abc import Sequence
from uuid import UUID

from core import clock, db
from people.accounts import rules
from people.accounts.records import Account, Identity

_ACCOUNT = db.columns(Account)


async def by_ids(ids: Sequence[UUID]) -> list[Account | None]:
    """The accounts with `ids`, in their order."""
    found = await db.records(Account, f"SELECT {_ACCOUNT} FROM accounts WHERE id = ANY($1)", list(set(ids)))
    return db.in_order(ids, {account.id: account for account in found})


async def ids_after(last: UUID | None, limit: int) -> list[UUID]:
    """The ids of up to `limit` accounts that follow `last` (None: the first of all), oldest first."""
    return await db.ids_after("accounts", last, limit)


async def by_handle(handle: str) -> Account | None:
    """The account with a handle, in whatever case it is written."""
    found = await db.records(
        Account, f"SELECT {_ACCOUNT} FROM accounts WHERE handle_key = $1", rules.handle_key(handle)
    )
    return found[0] if found else None


async def identity(access_token: str) -> Identity | None:
    """Who holds an access token; None when it is unknown, expired or revoked."""
    found = await db.row(
        "SELECT account_id, id, access_expires_at FROM sessions"
        " WHERE access_hash = $1 AND revoked_at IS NULL AND access_expires_at > $2",
        rules.token_hash(access_token),
        clock.now(),
    )
    return Identity(*found) if found else None
