"""All writes of group-buys. Each locks in one order: the offer, its team, seats and orders, the variant."""

from commerce.group_buys.actions.expiring import expire_teams, release_overdue_seats
from commerce.group_buys.actions.filling import fill_team
from commerce.group_buys.actions.leaving import leave, release_seat
from commerce.group_buys.actions.offering import create, end_offers, start_offers
from commerce.group_buys.actions.settling import settle_payment
from commerce.group_buys.actions.taking import join_team, open_team

__all__ = [
    "create",
    "end_offers",
    "expire_teams",
    "fill_team",
    "join_team",
    "leave",
    "open_team",
    "release_overdue_seats",
    "release_seat",
    "settle_payment",
    "start_offers",
]
