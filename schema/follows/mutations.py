"""Mutations of follows and blocks."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from people.accounts import queries as account_queries
from people.follows import actions
from schema.accounts.types import UserPayload
from schema.context import Info
from schema.errors import mutation
from schema.follows.inputs import BlockUserInput, FollowUserInput


@strawberry.type
class FollowMutations:
    @mutation(
        "Follows a person; once more changes nothing. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, or FORBIDDEN"
        " where one blocked the other."
    )
    async def follow_user(self, viewer_id: UUID, input: FollowUserInput) -> UserPayload:
        return await _done(actions.follow, viewer_id, input.user_id)

    @mutation("Undoes `followUser`; once more changes nothing. Refused with UNAUTHENTICATED, INVALID or NOT_FOUND.")
    async def unfollow_user(self, viewer_id: UUID, input: FollowUserInput) -> UserPayload:
        return await _done(actions.unfollow, viewer_id, input.user_id)

    @mutation(
        "Blocks a person; once more changes nothing. Neither follows the other any more, nor can follow, or like,"
        " collect or comment on what the other posts, or chat in their live streams: that is refused with FORBIDDEN,"
        " which says to neither who blocked whom. You see nothing of the person in feeds, search, suggestions and"
        " comments. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, or LIMIT_EXCEEDED after 1,000 people."
    )
    async def block_user(self, viewer_id: UUID, input: BlockUserInput) -> UserPayload:
        return await _done(actions.block, viewer_id, input.user_id)

    @mutation(
        "Undoes `blockUser`, but for who followed whom; once more changes nothing. Refused with UNAUTHENTICATED,"
        " INVALID or NOT_FOUND."
    )
    async def unblock_user(self, viewer_id: UUID, info: Info, input: BlockUserInput) -> UserPayload:
        return await _done(actions.unblock, viewer_id, input.user_id)


async def _done(action: Callable[[UUID, UUID], Awaitable[None]], viewer_id: UUID, user_id: UUID) -> UserPayload:
    """Has the viewer do something that is between them and another person; shows that person."""
    await action(viewer_id, user_id)
    [other] = await account_queries.by_ids([user_id])
    return UserPayload.of(user=other)
