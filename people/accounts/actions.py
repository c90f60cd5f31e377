"""All writes of accounts, but for those of `sessions`."""

import asyncio
import functools
from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg
import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core import clock, db, outbox, validation
from core.ids import new_id
from core.unit_of_work import action
from people.accounts import guessing, passwords, rules, sessions
from people.accounts.errors import HandleTaken, WrongCredentials
from people.accounts.events import AccountCreated, ProfileUpdated
from people.accounts.records import IssuedSession

# OWASP's second profile for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@functools.cache
def _decoy() -> str:
    """What is verified when there is no such account, so that the answer takes as long."""
    return _hasher.hash(rules.new_token())


async def sign_up(handle: str, display_name: str, password: str) -> IssuedSession:
    """Creates an account and signs it in. Raises Invalid or HandleTaken; records AccountCreated."""
    handle = rules.handle(handle)
    display_name = validation.text(display_name, "display_name", most=40)
    password_hash = await asyncio.to_thread(_hash, password, (handle, display_name))
    return await _create_signed_in(handle, display_name, password_hash)


def _hash(password: str, own: Sequence[str]) -> str:
    return _hasher.hash(rules.password(password, own))


@action
async def _create_signed_in(handle: str, display_name: str, password_hash: str) -> IssuedSession:
    account_id = await create(handle, display_name, password_hash)
    return await sessions.begin(account_id, password_hash)


@action
async def create(
    handle: str, display_name: str, password_hash: str, *, bio: str = "", avatar_url: str | None = None
) -> UUID:
    """Creates an account. Raises HandleTaken; records AccountCreated."""
    account_id = new_id()
    try:
        await db.execute(
            "INSERT INTO accounts (id, handle, handle_key, display_name, password_hash, bio, avatar_url, created_at,"
            " is_kol, follower_count, following_count, note_count, failed_sign_ins)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, false, 0, 0, 0, 0)",
            account_id,
            handle,
            rules.handle_key(handle),
            display_name,
            password_hash,
            bio,
            avatar_url,
            clock.now(),
        )
    except asyncpg.UniqueViolationError as error:
        raise HandleTaken("handle", handle=handle) from error
    outbox.record(AccountCreated(account_id=account_id))
    return account_id


async def sign_in(
    handle: str, password: str, *, address: str | None = None, device_token: str | None = None
) -> IssuedSession:
    """Opens a session. Raises WrongCredentials, or RateLimited after too many wrong passwords (see `guessing`).

    `address`: the public one that it is asked from; `device_token`: what an earlier session was given, if any.
    """
    handle_key = rules.handle_key(handle)
    found = await db.row("SELECT id, password_hash FROM accounts WHERE handle_key = $1", handle_key)
    account_id, password_hash = found or (None, _decoy())
    device_id = None if found is None else rules.device_of(device_token, password_hash, clock.now())
    begun = await guessing.begin(handle_key, address, device_id)
    verified = await asyncio.to_thread(_verify, password_hash, password)
    if account_id is None or not verified:
        raise WrongCredentials()
    return await _sign_in_verified(account_id, password_hash, begun)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, passwords.normalized(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        # An account that nobody can sign in to keeps something else in place of a hash.
        return False


@action
async def _sign_in_verified(account_id: UUID, password_hash: str, right: guessing.Try) -> IssuedSession:
    await guessing.give_back(right)
    return await sessions.begin(account_id, password_hash)


@action
async def update_profile(
    account_id: UUID,
    *,
    display_name: str | None = None,
    bio: str | None = None,
    avatar_url: str | msgspec.UnsetType | None = msgspec.UNSET,
) -> None:
    """Changes what is given; an avatar of None takes the picture away. Raises Invalid; records ProfileUpdated."""
    changes: dict[str, object] = {}
    if display_name is not None:
        changes["display_name"] = validation.text(display_name, "display_name", most=40)
    if bio is not None:
        changes["bio"] = validation.text(bio, "bio", least=0, most=500)
    if avatar_url is not msgspec.UNSET:
        changes["avatar_url"] = None if avatar_url is None else validation.url(avatar_url, "avatar_url")
    if changes:
        await _set(account_id, changes)
        outbox.record(ProfileUpdated(account_id=account_id))


@action
async def verify_kol(account_id: UUID, specialty: str) -> None:
    """Marks an account as a key opinion leader in `specialty`; records ProfileUpdated."""
    await _set(account_id, {"is_kol": True, "specialty": validation.text(specialty, "specialty", most=40)})
    outbox.record(ProfileUpdated(account_id=account_id))


async def _set(account_id: UUID, changes: Mapping[str, object]) -> None:
    """Writes columns by their names, which are ours."""
    columns = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, start=2))
    await db.execute(f"UPDATE accounts SET {columns} WHERE id = $1", account_id, *changes.values())


@action
async def count_follow(follower_id: UUID, followee_id: UUID, change: int) -> None:
    """Adds `change` (1 or -1) to both sides' follow counters; for the room that holds follows."""
    await db.execute(
        "UPDATE accounts a SET following_count = following_count + CASE WHEN a.id = $1 THEN $3::int ELSE 0 END,"
        " follower_count = follower_count + CASE WHEN a.id = $2 THEN $3::int ELSE 0 END"
        # NO KEY: the follow's foreign keys already share a lock on both rows.
        " FROM (SELECT id FROM accounts WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE) locked"
        " WHERE a.id = locked.id",
        follower_id,
        followee_id,
        change,
    )


@action
async def count_blocks(blocker_id: UUID, change: int) -> int:
    """Adds `change` to how many a person blocked, and returns the sum; for the room that holds blocks."""
    counted = await db.value(
        "UPDATE accounts SET block_count = block_count + $2 WHERE id = $1 RETURNING block_count", blocker_id, change
    )
    return int(counted)


@action
async def count_purchase(buyer_id: UUID) -> None:
    """Counts an order that arrived, for the room that holds orders."""
    await db.execute("UPDATE accounts SET purchase_count = purchase_count + 1 WHERE id = $1", buyer_id)


@action
async def lock(ids: Sequence[UUID]) -> None:
    """Has whoever counts anything of these accounts wait until the transaction ends."""
    await db.execute("SELECT FROM accounts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids)


@action
async def count_notes(author_id: UUID, change: int) -> None:
    """Adds `change` to an author's count of notes; for the room that holds notes."""
    await db.execute("UPDATE accounts SET note_count = note_count + $2 WHERE id = $1", author_id, change)
