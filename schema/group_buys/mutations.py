"""Mutations of group-buys."""

from uuid import UUID

import strawberry

from commerce.group_buys import NewTier, actions, queries
from commerce.group_buys.errors import TeamClosed, TeamFull
from schema import rates
from schema.context import Info
from schema.errors import mutation
from schema.group_buys.inputs import CreateGroupBuyInput, FillTeamInput, JoinTeamInput, OpenTeamInput
from schema.group_buys.types import GroupBuyPayload, GroupBuyTeamPayload, SeatPayload


@strawberry.type
class GroupBuyMutations:
    @mutation(
        "Offers a variant to teams at a lower price, and sets the units aside for it. Refused with UNAUTHENTICATED,"
        " INVALID, NOT_FOUND, FORBIDDEN for all but the shop's owner, or OUT_OF_STOCK when the variant has fewer units."
    )
    async def create_group_buy(self, viewer_id: UUID, input: CreateGroupBuyInput) -> GroupBuyPayload:
        group_buy = await actions.create(
            viewer_id,
            input.variant_id,
            price=input.price,
            team_size=input.team_size,
            team_ttl_seconds=input.team_ttl_seconds,
            starts_at=input.starts_at,
            ends_at=input.ends_at,
            stock=input.stock,
            per_user_limit=input.per_user_limit,
            tiers=[NewTier(tier.size, tier.price) for tier in input.tiers or ()],
        )
        return GroupBuyPayload.of(group_buy=group_buy)

    @mutation(
        "Takes the leader's seat of a new team and holds it, ten minutes at the most, while its order is paid. The team"
        " opens, and its clock starts, when the order is paid; until then only the leader sees it. Refused with"
        " UNAUTHENTICATED, INVALID, NOT_FOUND, NOT_STARTED, ENDED, LIMIT_EXCEEDED (also 5 unpaid orders, or 50 unpaid"
        " units; more with trust), OUT_OF_STOCK, or CONFLICT for a reused key."
    )
    async def open_team(self, viewer_id: UUID, info: Info, input: OpenTeamInput) -> SeatPayload:
        taken = await actions.open_team(
            viewer_id,
            input.group_buy_id,
            input.quantity,
            input.shipping_address.as_address() if input.shipping_address else None,
            input.idempotency_key,
            allowance=rates.allowance(info.context),
        )
        return SeatPayload.of(seat=taken.whole, team=taken.team, order=taken.order)

    @mutation(
        "Takes a seat in an open team and holds it while its order is paid: ten minutes at the most, never past the"
        " team's deadline. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, TEAM_CLOSED, ALREADY_IN_TEAM, TEAM_FULL,"
        " LIMIT_EXCEEDED (also 5 unpaid orders, or 50 unpaid units; more with trust), OUT_OF_STOCK, or CONFLICT for a"
        " reused key. When it is full or closed, `alternatives` and"
        " `canOpenTeam` say what can be had instead."
    )
    async def join_team(self, viewer_id: UUID, info: Info, input: JoinTeamInput) -> SeatPayload:
        address = input.shipping_address.as_address() if input.shipping_address else None
        allowed = rates.allowance(info.context)
        try:
            taken = await actions.join_team(
                viewer_id, input.team_id, input.quantity, address, input.idempotency_key, allowance=allowed
            )
        except (TeamFull, TeamClosed) as refusal:
            instead = await queries.alternatives(input.team_id, viewer_id, input.quantity)
            return SeatPayload.refused(
                refusal, info.context.language, alternatives=instead.teams, can_open_team=instead.can_open
            )
        return SeatPayload.of(seat=taken.whole, team=taken.team, order=taken.order)

    @mutation(
        "The shop fills what an open team lacks, at its own cost: the team succeeds at once with those who have paid,"
        " and needs `merchantFilledCount` people less. No member is made up for it, no unit is sold, and seats that are"
        " held unpaid are released. Sent twice, it has effect once. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND,"
        " FORBIDDEN for all but the shop's owner, TEAM_CLOSED, or WRONG_STATE when the team has people enough already."
    )
    async def fill_team(self, viewer_id: UUID, input: FillTeamInput) -> GroupBuyTeamPayload:
        return GroupBuyTeamPayload.of(team=await actions.fill_team(viewer_id, input.team_id))
