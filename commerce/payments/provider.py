"""The port to payment networks: what every provider must be able to do, and promise."""

from datetime import datetime
from enum import Enum
from typing import Protocol

import msgspec


class Charge(msgspec.Struct, frozen=True):
    """A sum to take, in minor units; `key` names the attempt, so that asking twice takes once."""

    key: str
    minor: int
    currency: str
    token: str


class Outcome(Enum):
    """What a provider has decided about a charge. AUTHORISED is on the way to one of the others, which are final."""

    AUTHORISED = "AUTHORISED"
    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"


class Captured(msgspec.Struct, frozen=True):
    """A charge in the provider's books: what it captured, and what of it was given back, in minor units."""

    key: str
    minor: int
    currency: str
    returned_minor: int
    begun_at: datetime


class NoAnswerError(Exception):
    """The provider gave no answer. What was asked may have happened, or not: ask again under the same key."""


class NotAuthenticError(Exception):
    """A notification that the provider did not sign, or signed too long ago: a forgery, or an old one sent again."""


class Provider(Protocol):
    """A payment network. Every call may be repeated under its key, and has effect once.

    Any call may raise NoAnswerError. None is ever made inside a database transaction.
    """

    @property
    def name(self) -> str:
        """As in PaymentMethod and in the ledger's account "provider:NAME"."""
        ...

    @property
    def signature_header(self) -> str:
        """The header of a notification that holds its signature."""
        ...

    async def authorise(self, charge: Charge) -> Outcome:
        """Sets the money aside (AUTHORISED), or takes it at once where the network knows one step only (CAPTURED)."""
        ...

    async def capture(self, key: str) -> Outcome:
        """Takes the money of an authorised charge; DECLINED when it was closed before, or let lapse."""
        ...

    async def query(self, key: str) -> Outcome | None:
        """What became of a charge; None when the provider has decided nothing about it."""
        ...

    async def close(self, key: str) -> Outcome:
        """What became of a charge; one not captured by now is DECLINED for good, even should it still arrive."""
        ...

    async def refund(self, key: str, charge_key: str, minor: int, currency: str) -> None:
        """Gives back `minor` units of a captured charge; returns when that is certain."""
        ...

    async def captures(self, since: datetime, until: datetime) -> list[Captured]:
        """All charges of ours that were begun in that time, by the provider's clock, and captured."""
        ...

    def verify(self, body: bytes, signature: str) -> str | None:
        """The key of the charge that a notification is about; None when it is about none.

        Raises NotAuthenticError unless the provider signed it, and within the last minutes.
        """
        ...
