"""Inputs of follows' mutations."""

import strawberry


@strawberry.input(description="Whom to follow, or no longer.")
class FollowUserInput:
    user_id: strawberry.ID = strawberry.field(description="The other person.")
