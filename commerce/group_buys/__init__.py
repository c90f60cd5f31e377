"""Group-buys (拼团): offers of a variant at a lower price to teams, their teams and their seats."""

from commerce.group_buys.records import (
    Alternatives,
    GroupBuy,
    Member,
    NewTier,
    NextTier,
    PriceTier,
    Seat,
    TakenSeat,
    Team,
    WholeSeat,
)

__all__ = [
    "Alternatives",
    "GroupBuy",
    "Member",
    "NewTier",
    "NextTier",
    "PriceTier",
    "Seat",
    "TakenSeat",
    "Team",
    "WholeSeat",
]
