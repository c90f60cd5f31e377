"""All writes of sessions: how they begin, are refreshed, and end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from core import clock, db, outbox
from core.ids import new_id
from core.unit_of_work import action
from people.accounts import rules
from people.accounts.errors import InvalidRefreshToken
from people.accounts.events import VIEWERS, SessionEnded
from people.accounts.records import IssuedSession


@action
async def begin(account_id: UUID, password_hash: str) -> IssuedSession:
    """Opens a session of somebody who proved who they are; its device is known by the session's id from now on."""
    session_id, now = new_id(), clock.now()
    issued = IssuedSession(
        rules.new_token(),
        rules.new_token(),
        now + rules.ACCESS_TTL,
        account_id,
        rules.device_token(session_id, password_hash, now),
    )
    await db.execute(
        "INSERT INTO sessions (id, account_id, access_hash, access_expires_at, created_at) VALUES ($1, $2, $3, $4, $5)",
        session_id,
        account_id,
        rules.token_hash(issued.access_token),
        issued.expires_at,
        now,
    )
    await _keep(session_id, issued.refresh_token, now)
    return issued


async def _keep(session_id: UUID, refresh_token: str, now: datetime) -> None:
    await db.execute(
        "INSERT INTO refresh_tokens (id, session_id, token_hash, expires_at) VALUES ($1, $2, $3, $4)",
        new_id(),
        session_id,
        rules.token_hash(refresh_token),
        now + rules.REFRESH_TTL,
    )


async def refresh(refresh_token: str, grace: timedelta) -> IssuedSession:
    """New tokens for old; for a token spent less than `grace` ago, the same once more.

    Raises InvalidRefreshToken; a token that was spent before that also ends its session.
    """
    issued = await _rotate(refresh_token, grace)
    if issued is None:
        raise InvalidRefreshToken("refresh_token")
    return issued


@action
async def _rotate(refresh_token: str, grace: timedelta) -> IssuedSession | None:
    """The new tokens, or None. It returns, not raises, so that the end of the session commits."""
    now = clock.now()
    token = await db.row(
        "SELECT t.id, t.session_id, t.expires_at, s.account_id, a.password_hash FROM refresh_tokens t"
        " JOIN sessions s ON s.id = t.session_id JOIN accounts a ON a.id = s.account_id"
        " WHERE t.token_hash = $1 AND s.revoked_at IS NULL FOR UPDATE OF s",
        rules.token_hash(refresh_token),
    )
    if token is None or token["expires_at"] <= now:
        return None
    spent = await db.execute(
        "UPDATE refresh_tokens SET used_at = $2 WHERE id = $1 AND used_at IS NULL", token["id"], now
    )
    # Asked for now that the session is locked: another refresh may have been under way.
    spent_at = now if spent else await db.value("SELECT used_at FROM refresh_tokens WHERE id = $1", token["id"])
    issued = IssuedSession(
        rules.successor(refresh_token, token["id"], "access"),
        rules.successor(refresh_token, token["id"], "refresh"),
        spent_at + rules.ACCESS_TTL,
        token["account_id"],
        rules.device_token(token["session_id"], token["password_hash"], spent_at),
    )
    if spent:
        await db.execute(
            "UPDATE sessions SET access_hash = $2, access_expires_at = $3 WHERE id = $1",
            token["session_id"],
            rules.token_hash(issued.access_token),
            issued.expires_at,
        )
        await _keep(token["session_id"], issued.refresh_token, now)
    elif now >= spent_at + grace:
        await end(token["account_id"], only=[token["session_id"]])
        return None
    return issued


@action
async def end(account_id: UUID, *, only: Sequence[UUID] | None = None, but: UUID | None = None) -> int:
    """Ends a person's sessions: none of their tokens is worth anything from now on, and what is open in them is closed.

    Whatever ends a session comes here. `only` these, or all `but` one. Returns how many; records SessionEnded for each.
    """
    chosen, given = ("id IS DISTINCT FROM $3", but) if only is None else ("id = ANY($3)", only)
    ended = await db.rows(
        f"UPDATE sessions SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL AND {chosen} RETURNING id",
        account_id,
        clock.now(),
        given,
    )
    for (session_id,) in ended:
        outbox.record(SessionEnded(session_id=session_id, account_id=account_id), topic=VIEWERS)
    return len(ended)
