"""All writes of follows and blocks.

Whoever follows or blocks holds the rows of both people from then on: of a follow and a block that come at once, the
later one sees the other.
"""

from typing import Final
from uuid import UUID

from core import db, outbox
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.unit_of_work import action
from people.accounts import Account
from people.accounts import actions as account_actions
from people.accounts import queries as account_queries
from people.accounts.events import VIEWERS
from people.follows import queries
from people.follows.errors import TooManyBlocked
from people.follows.events import Blocked, Followed, Unblocked, Unfollowed
from people.follows.rules import CROWD, MOST_BLOCKED

_RAISE_VERSION: Final = (
    "INSERT INTO follow_versions (follower_id, version) SELECT follower_id, 1 FROM changed"
    " ON CONFLICT (follower_id) DO UPDATE SET version = follow_versions.version + 1"
)


@action
async def follow(follower_id: UUID, followee_id: UUID) -> None:
    """Has one person follow another; once more changes nothing.

    Raises Invalid, NotFound, or KeptApart where one blocked the other; records Followed.
    """
    followee = await _other(follower_id, followee_id, zh="不能关注自己", en="Nobody can follow themselves")
    changed = await db.execute(
        "WITH changed AS (INSERT INTO follows (id, follower_id, followee_id) VALUES ($1, $2, $3)"
        f" ON CONFLICT DO NOTHING RETURNING follower_id) {_RAISE_VERSION}",
        new_id(),
        follower_id,
        followee_id,
    )
    if changed:
        await account_actions.count_follow(follower_id, followee_id, 1)
        await queries.require_together(follower_id, [followee_id], "user_id")
        if followee.follower_count >= CROWD:
            await db.execute("INSERT INTO follow_crowds (author_id) VALUES ($1) ON CONFLICT DO NOTHING", followee_id)
        outbox.record(Followed(follower_id=follower_id, followee_id=followee_id))


@action
async def unfollow(follower_id: UUID, followee_id: UUID) -> None:
    """Undoes `follow`; once more changes nothing. Raises Invalid or NotFound; records Unfollowed."""
    await _other(follower_id, followee_id, zh="不能关注自己", en="Nobody can follow themselves")
    await _unfollow(follower_id, followee_id)


async def _unfollow(follower_id: UUID, followee_id: UUID) -> None:
    changed = await db.execute(
        "WITH changed AS (DELETE FROM follows WHERE follower_id = $1 AND followee_id = $2 RETURNING follower_id)"
        f" {_RAISE_VERSION}",
        follower_id,
        followee_id,
    )
    if changed:
        await account_actions.count_follow(follower_id, followee_id, -1)
        outbox.record(Unfollowed(follower_id=follower_id, followee_id=followee_id))


@action
async def block(blocker_id: UUID, blocked_id: UUID) -> None:
    """Has one person have nothing to do with another; once more changes nothing. Neither follows the other any more.

    Raises Invalid, NotFound or TooManyBlocked; records Blocked, and Unfollowed for each follow that ends.
    """
    await _other(blocker_id, blocked_id, zh="不能拉黑自己", en="Nobody can block themselves")
    await account_actions.lock([blocker_id, blocked_id])
    changed = await db.execute(
        "INSERT INTO blocks (id, blocker_id, blocked_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        new_id(),
        blocker_id,
        blocked_id,
    )
    if not changed:
        return
    if await account_actions.count_blocks(blocker_id, 1) > MOST_BLOCKED:
        raise TooManyBlocked("user_id", most=MOST_BLOCKED)
    outbox.record(Blocked(blocker_id=blocker_id, blocked_id=blocked_id), topic=VIEWERS)
    await _unfollow(blocker_id, blocked_id)
    await _unfollow(blocked_id, blocker_id)


@action
async def unblock(blocker_id: UUID, blocked_id: UUID) -> None:
    """Undoes `block`, but for the follows; once more changes nothing. Raises Invalid or NotFound; records Unblocked."""
    await _other(blocker_id, blocked_id, zh="不能拉黑自己", en="Nobody can block themselves")
    changed = await db.execute("DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = $2", blocker_id, blocked_id)
    if changed:
        await account_actions.count_blocks(blocker_id, -1)
        outbox.record(Unblocked(blocker_id=blocker_id, blocked_id=blocked_id))


async def _other(one_id: UUID, other_id: UUID, *, zh: str, en: str) -> Account:
    """The other person. Raises NotFound, or Invalid with these words where both are one."""
    if one_id == other_id:
        raise Invalid("user_id", zh=zh, en=en)
    [other] = await account_queries.by_ids([other_id])
    if other is None:
        raise NotFound("user_id")
    return other
