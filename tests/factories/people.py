"""People for tests."""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from core import clock, db
from core.ids import new_id
from people.accounts import actions, rules

_numbers = itertools.count(1)


async def person(name: str = "小鹿") -> UUID:
    """A new account that nobody can sign in to."""
    return await actions.create(f"person_{next(_numbers)}", name, "no password")


async def tokens(people: Sequence[UUID]) -> list[str]:
    """A day's access token for each: as if they had signed in, without the time that passwords take."""
    issued = [rules.new_token() for _ in people]
    now = clock.now()
    await db.execute(
        "INSERT INTO sessions (id, account_id, access_hash, access_expires_at, created_at)"
        " SELECT s.*, $4, $5 FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS s",
        [new_id() for _ in people],
        list(people),
        [rules.token_hash(token) for token in issued],
        now + timedelta(days=1),
        now,
    )
    return issued
