"""What other rooms write into the ledger, and what checks read out of it."""

from collections.abc import Sequence
from uuid import UUID

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """`minor` units that go to an account (above zero) or come from it (below).

    Accounts: "provider:NAME" (money outside, so below zero while we keep some), "in_flight:ORDER" (paid, not yet
    anybody's), "shop:SHOP", "refunds_due:ORDER", "payouts_due:SHOP", "platform", "paid_out" (money outside, too).
    """

    account: str
    minor: int
    currency: str


class Posting(msgspec.Struct, frozen=True):
    """Entries that sum to zero in each currency, for one reason: a `kind`, and the id of what it happened to."""

    kind: str
    source: UUID
    entries: Sequence[Entry]


class Imbalance(msgspec.Struct, frozen=True):
    """Something an operator must hear of: what is wrong, where, and by how much."""

    problem: str
    where: str
    minor: int
    currency: str
