"""Mutations of follows."""

from uuid import UUID

import strawberry

from people.accounts import Account
from people.accounts import queries as account_queries
from people.follows import actions
from schema import ids
from schema.accounts.types import UserPayload
from schema.context import Info
from schema.errors import mutation
from schema.follows.inputs import FollowUserInput


@strawberry.type
class FollowMutations:
    @mutation("Follows a person; once more changes nothing. Refused with UNAUTHENTICATED, INVALID or NOT_FOUND.")
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


async def _person(account_id: UUID) -> Account | None:
    [account] = await account_queries.by_ids([account_id])
    return account
