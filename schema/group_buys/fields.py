"""Batched fields of group-buys."""

from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue import Product, Variant
from commerce.catalogue import queries as product_queries
from commerce.group_buys import GroupBuy, Member, NextTier, Seat, Team, WholeSeat, queries
from commerce.orders import Order
from commerce.orders import queries as order_queries
from core.money import Money
from core.pagination import Page, page_request
from people.accounts import Account
from people.accounts import queries as account_queries
from schema.context import Context
from schema.pagination import After, First


async def find(ids: Sequence[UUID], context: Context) -> list[GroupBuy | None]:
    """Offers by id, for `node`."""
    return await queries.by_ids(ids)


async def find_teams(ids: Sequence[UUID], context: Context) -> list[Team | None]:
    """Teams by id, for `node`; one that never opened is only its leader's."""
    return await queries.teams_by_ids(context.viewer_id, ids)


async def find_seats(ids: Sequence[UUID], context: Context) -> list[Seat | None]:
    """Seats by id, for `node`; only the viewer's own."""
    return await queries.seats_by_ids(context.viewer_id, ids)


async def product(group_buys: list[GroupBuy], context: Context) -> list[Product | None]:
    return await product_queries.by_ids([group_buy.product_id for group_buy in group_buys])


async def variant(group_buys: list[GroupBuy], context: Context) -> list[Variant | None]:
    return await product_queries.variants_by_ids([group_buy.variant_id for group_buy in group_buys])


async def open_teams(
    group_buys: list[GroupBuy], context: Context, first: First = 10, after: After = None
) -> list[Page[Team]]:
    request = page_request("GroupBuy.openTeams", 10 if first is None else first, after, queries.OpenTeamKey)
    return await queries.open_teams([group_buy.id for group_buy in group_buys], request)


async def group_buy(teams: list[Team], context: Context) -> list[GroupBuy | None]:
    return await queries.by_ids([team.group_buy_id for team in teams])


async def team_price(teams: list[Team], context: Context) -> list[Money | None]:
    offers = await group_buy(teams, context)
    return [
        None if offer is None else offer.price_for(team.joined_count) for offer, team in zip(offers, teams, strict=True)
    ]


async def next_tier(teams: list[Team], context: Context) -> list[NextTier | None]:
    offers = await group_buy(teams, context)
    return [None if offer is None else team.next_tier(offer) for offer, team in zip(offers, teams, strict=True)]


async def leader(teams: list[Team], context: Context) -> list[Account | None]:
    return await account_queries.by_ids([team.leader_id for team in teams])


async def members(teams: list[Team], context: Context) -> list[list[Member]]:
    return await queries.members(teams)


async def viewer_seat(teams: list[Team], context: Context) -> list[Seat | None]:
    return await queries.seats_of_viewer(context.viewer_id, teams)


async def member_user(members: list[Member], context: Context) -> list[Account | None]:
    return await account_queries.by_ids([member.user_id for member in members])


async def seat_team(seats: list[Seat], context: Context) -> list[Team | None]:
    """Shown to the holder alone, who may see the team even before it opens."""
    known: list[Team | None] = [seat.team for seat in seats if isinstance(seat, WholeSeat)]
    if len(known) == len(seats):
        return known
    return await queries.teams_by_ids(context.viewer_id, [seat.team_id for seat in seats])


async def seat_order(seats: list[Seat], context: Context) -> list[Order | None]:
    known: list[Order | None] = [seat.order for seat in seats if isinstance(seat, WholeSeat)]
    if len(known) == len(seats):
        return known
    return await order_queries.by_ids([seat.order_id for seat in seats])
