"""What this room reads of its table."""

from uuid import UUID

import msgspec


class Follow(msgspec.Struct, frozen=True):
    """One person's following another; later ones have greater ids."""

    id: UUID
    follower_id: UUID
    followee_id: UUID
