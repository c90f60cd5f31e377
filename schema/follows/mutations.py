"""Mutations of follows and blocks."""

from uuid import UUID

import strawberry

from people.accounts import Account
from people.accounts import queries as account_queries
from people.follows import actions
from schema import ids
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
    async def follow_user(self, info: Info, input: FollowUserInput) -> UserPayload:
        viewer_id = info.context.require_viewer()
        other_id = ids.decode("user", input.user_id, "user_id")
        await actions.follow(viewer_id, other_id)
        return UserPayload.of(user=await _person(other_id))

    @mutation("Undoes `followUser`; once more changes nothing. Refused with UNAUTHENTICATED, INVALID or NOT_FOUND.")
    async def unfollow_user(self, info: Info, input: FollowUserInput) -> UserPayload:
        viewer_id = info.context.require_viewer()
        other_id = ids.decode("user", input.user_id, "user_id")
        await actions.unfollow(viewer_id, other_id)
        return UserPayload.of(user=await _person(other_id))

    @mutation(
        "Blocks a person; once more changes nothing. Neither follows the other any more, nor can follow, or like,"
        " collect or comment on what the other posts, or chat in their live streams: that is refused with FORBIDDEN,"
        " which says to neither who blocked whom. You see nothing of the person in feeds, search, suggestions and"
        " comments. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, or LIMIT_EXCEEDED after 1,000 people."
    )
    async def block_user(self, info: Info, input: BlockUserInput) -> UserPayload:
        viewer_id = info.context.require_viewer()
        other_id = ids.decode("user", input.user_id, "user_id")
        await actions.block(viewer_id, other_id)
        return UserPayload.of(user=await _person(other_id))

    @mutation(
        "Undoes `blockUser`, but for who followed whom; once more changes nothing. Refused with UNAUTHENTICATED,"
        " INVALID or NOT_FOUND."
    )
    async def unblock_user(self, info: Info, input: BlockUserInput) -> UserPayload:
        viewer_id = info.context.require_viewer()
        other_id = ids.decode("user", input.user_id, "user_id")
        await actions.unblock(viewer_id, other_id)
        return UserPayload.of(user=await _person(other_id))


async def _person(account_id: UUID) -> Account | None:
    [account] = await account_queries.by_ids([account_id])
    return account
