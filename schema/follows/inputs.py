"""Inputs of the mutations of follows and blocks."""

from uuid import UUID

import strawberry

from schema import ids


@strawberry.input(description="Whom to block, or no longer.")
class BlockUserInput:
    user_id: UUID = ids.given("user", "The other person.")


@strawberry.input(description="Whom to follow, or no longer.")
class FollowUserInput:
    user_id: UUID = ids.given("user", "The other person.")
