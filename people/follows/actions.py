"""All writes of follows."""

from uuid import UUID

from core import db, outbox
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.unit_of_work import action
from people.accounts import actions as account_actions
from people.accounts import queries as account_queries
from people.follows.events import Followed, Unfollowed


@action
async def follow(follower_id: UUID, followee_id: UUID) -> None:
    """Has one person follow another; once more changes nothing. Raises Invalid or NotFound; records Followed."""
    await _require_other(follower_id, followee_id)
    changed = await db.execute(
        "INSERT INTO follows (id, follower_id, followee_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        new_id(),
        follower_id,
        followee_id,
    )
    if changed:
        await account_actions.count_follow(follower_id, followee_id, 1)
        outbox.record(Followed(follower_id=follower_id, followee_id=followee_id))


@action
async def unfollow(follower_id: UUID, followee_id: UUID) -> None:
    """Undoes `follow`; once more changes nothing. Raises Invalid or NotFound; records Unfollowed."""
    await _require_other(follower_id, followee_id)
    changed = await db.execute(
        "DELETE FROM follows WHERE follower_id = $1 AND followee_id = $2", follower_id, followee_id
    )
    if changed:
        await account_actions.count_follow(follower_id, followee_id, -1)
        outbox.record(Unfollowed(follower_id=follower_id, followee_id=followee_id))


async def _require_other(follower_id: UUID, followee_id: UUID) -> None:
    if follower_id == followee_id:
        raise Invalid("user_id", zh="不能关注自己", en="Nobody can follow themselves")
    if await account_queries.by_ids([followee_id]) == [None]:
        raise NotFound("user_id")
