"""Batched fields of people."""

from collections.abc import Sequence
from uuid import UUID

from people import accounts
from people.accounts import Account, queries
from schema.context import Context


async def find(ids: Sequence[UUID], context: Context) -> list[Account | None]:
    """Accounts by id, for `node`."""
    return await queries.by_ids(ids)


async def session_user(sessions: list[accounts.IssuedSession], context: Context) -> list[Account | None]:
    return await queries.by_ids([session.account_id for session in sessions])


async def viewer_user(viewers: list[accounts.Identity], context: Context) -> list[Account | None]:
    return await queries.by_ids([viewer.account_id for viewer in viewers])
