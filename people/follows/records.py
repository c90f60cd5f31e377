"""What this room reads of its tables."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec


class Follow(msgspec.Struct, frozen=True):
    """One person's following another; later ones have greater ids."""

    id: UUID
    follower_id: UUID
    followee_id: UUID


class Standing(msgspec.Struct, frozen=True):
    """Whom a person follows, as far as was asked, at one instant.

    `version` is raised by each follow and unfollow, `crowds` are all followed authors who have a crowd.
    """

    version: int
    crowds: Sequence[UUID]
    followed: Collection[UUID]
