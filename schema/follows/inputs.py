"""Inputs of the mutations of follows and blocks."""

import strawberry


@strawberry.input(description="Whom to block, or no longer.")
class BlockUserInput:
    user_id: strawberry.ID = strawberry.field(description="The other person.")


@strawberry.input(description="Whom to follow, or no longer.")
class FollowUserInput:
    user_id: strawberry.ID = strawberry.field(description="The other person.")
