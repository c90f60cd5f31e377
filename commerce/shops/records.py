"""What other rooms see of shops."""

from datetime import datetime
from uuid import UUID

import msgspec


class Shop(msgspec.Struct, frozen=True):
    """A person's shop; everybody has one at the most."""

    id: UUID
    owner_id: UUID
    name: str
    created_at: datetime
