"""Facts about accounts."""

from uuid import UUID

from core.outbox import Event


class AccountCreated(Event, frozen=True):
    account_id: UUID


class ProfileUpdated(Event, frozen=True):
    account_id: UUID
