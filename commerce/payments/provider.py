"""The port to payment networks: what every provider must be able to do, and promise."""

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
    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"


class NoAnswerError(Exception):
    """The provider gave no answer. What was asked may have happened, or not: ask again under the same key."""


class Provider(Protocol):
    """A payment network. Every call may be repeated under its key, and has effect once.

    Any call may raise NoAnswerError. None is ever made inside a database transaction.
    """

    @property
    def name(self) -> str:
        """As in PaymentMethod and in the ledger's account "provider:NAME"."""
        ...

    async def capture(self, charge: Charge) -> Outcome:
        """Authorises and captures in one."""
        ...

    async def query(self, key: str) -> Outcome | None:
        """What became of a charge; None when the provider never heard of it."""
        ...

    async def close(self, key: str) -> Outcome:
        """What became of a charge; one never heard of is DECLINED for good, even should it still arrive."""
        ...

    async def refund(self, key: str, charge_key: str, minor: int, currency: str) -> None:
        """Gives back `minor` units of a captured charge; returns when that is certain."""
        ...

    def verify(self, body: bytes, signature: str) -> str | None:
        """The charge key that a signed notification is about; None when it was not signed by the provider."""
        ...
