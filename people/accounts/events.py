"""Facts about accounts."""

from typing import Final
from uuid import UUID

from core.outbox import Event

# The topic on which every process hears what changes about those who listen to it.
VIEWERS: Final = "viewers"


class AccountCreated(Event, frozen=True):
    account_id: UUID


class ProfileUpdated(Event, frozen=True):
    account_id: UUID


class SessionEnded(Event, frozen=True):
    session_id: UUID
    account_id: UUID
