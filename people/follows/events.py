"""Facts about follows."""

from uuid import UUID

from core.outbox import Event


class Followed(Event, frozen=True):
    follower_id: UUID
    followee_id: UUID


class Unfollowed(Event, frozen=True):
    follower_id: UUID
    followee_id: UUID
