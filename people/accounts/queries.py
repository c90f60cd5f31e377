"""All reads of accounts, batch first."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core import clock, db
from core.gathering import gathered
from core.group_commit import GroupCommit
from people.accounts import rules
from people.accounts.records import Account, Identity

_ACCOUNT = db.columns(Account)


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, Account]:
    """The accounts with `ids`, in their order."""
    found = await db.records(Account, f"SELECT {_ACCOUNT} FROM accounts WHERE id = ANY($1)", ids)
    return {account.id: account for account in found}


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
    """Who holds an access token; None when it is unknown, expired or revoked.

    Asked for many requests at a time: what comes while one statement is under way shares the next.
    """
    return await _IDENTITIES.ask("sessions", rules.token_hash(access_token))


async def _identities(_: str, hashes: Sequence[bytes]) -> list[Identity | None]:
    found = await db.rows(
        "SELECT s.access_hash, s.account_id, s.id, s.access_expires_at, a.block_count > 0, a.created_at,"
        " a.purchase_count FROM sessions s"
        " JOIN accounts a ON a.id = s.account_id"
        " WHERE s.access_hash = ANY($1) AND s.revoked_at IS NULL AND s.access_expires_at > $2",
        list(set(hashes)),
        clock.now(),
    )
    return db.in_order(hashes, {access_hash: Identity(*values) for access_hash, *values in found})


async def lasting(session_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Those of the sessions that have not ended, and whether their people blocked anybody."""
    found = await db.rows(
        "SELECT s.id, a.block_count > 0 FROM sessions s JOIN accounts a ON a.id = s.account_id"
        " WHERE s.id = ANY($1) AND s.revoked_at IS NULL",
        session_ids,
    )
    return dict(found)


_IDENTITIES: Final[GroupCommit[str, bytes, Identity | None]] = GroupCommit(_identities)
