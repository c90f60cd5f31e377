"""Facts about follows and blocks."""

from uuid import UUID

from core.outbox import Event


class Followed(Event, frozen=True):
    follower_id: UUID
    followee_id: UUID


class Unfollowed(Event, frozen=True):
    follower_id: UUID
    followee_id: UUID


class Blocked(Event, frozen=True):
    blocker_id: UUID
    blocked_id: UUID


class Unblocked(Event, frozen=True):
    blocker_id: UUID
    blocked_id: UUID
