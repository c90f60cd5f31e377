"""All writes of follows."""

from typing import Final
from uuid import UUID

from core import db, outbox
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.unit_of_work import action
from people.accounts import Account
from people.accounts import actions as account_actions
from people.accounts import queries as account_queries
from people.follows.events import Followed, Unfollowed
from people.follows.rules import CROWD

_RAISE_VERSION: Final = (
    "INSERT INTO follow_versions (follower_id, version) SELECT follower_id, 1 FROM changed"
    " ON CONFLICT (follower_id) DO UPDATE SET version = follow_versions.version + 1"
)


@action
async def follow(follower_id: UUID, followee_id: UUID) -> None:
    """Has one person follow another; once more changes nothing. Raises Invalid or NotFound; records Followed."""
    followee = await _other(follower_id, followee_id)
    changed = await db.execute(
        "WITH changed AS (INSERT INTO follows (id, follower_id, followee_id) VALUES ($1, $2, $3)"
        f" ON CONFLICT DO NOTHING RETURNING follower_id) {_RAISE_VERSION}",
        new_id(),
        follower_id,
        followee_id,
    )
    if changed:
        await account_actions.count_follow(follower_id, followee_id, 1)
        if followee.follower_count >= CROWD:
            await db.execute("INSERT INTO follow_crowds (author_id) VALUES ($1) ON CONFLICT DO NOTHING", followee_id)
        outbox.record(Followed(follower_id=follower_id, followee_id=followee_id))


@action
async def unfollow(follower_id: UUID, followee_id: UUID) -> None:
    """Undoes `follow`; once more changes nothing. Raises Invalid or NotFound; records Unfollowed."""
    await _other(follower_id, followee_id)
    changed = await db.execute(
        "WITH changed AS (DELETE FROM follows WHERE follower_id = $1 AND followee_id = $2 RETURNING follower_id)"
        f" {_RAISE_VERSION}",
        follower_id,
        followee_id,
    )
    if changed:
        await account_actions.count_follow(follower_id, followee_id, -1)
        outbox.record(Unfollowed(follower_id=follower_id, followee_id=followee_id))


async def _other(follower_id: UUID, followee_id: UUID) -> Account:
    if follower_id == followee_id:
        raise Invalid("user_id", zh="不能关注自己", en="Nobody can follow themselves")
    [followee] = await account_queries.by_ids([followee_id])
    if followee is None:
        raise NotFound("user_id")
    return followee
