"""Inputs of group-buys' mutations."""

import datetime
import decimal
from uuid import UUID

import strawberry

from schema import ids
from schema.orders.inputs import ShippingAddressInput

_KEY = (
    "1 to 200 characters, chosen by the client, one per attempt: the same key with the same request returns the same"
    " result, however often it is sent; with another request it is refused with CONFLICT."
)
_QUANTITY = "Units, at least 1; all of the viewer's in this group-buy together at most its `perUserLimit`."


@strawberry.input(description="A lower price of larger teams.")
class PriceTierInput:
    size: int = strawberry.field(description="People a team must reach: above the size before it, at most 100.")
    price: decimal.Decimal = strawberry.field(
        description="What everybody then pays per unit, in major units: above 0 and below the price before it."
    )


@strawberry.input(description="A new group-buy on a variant of the viewer's shop.")
class CreateGroupBuyInput:
    variant_id: UUID = ids.given("variant", "A variant of the viewer's shop.")
    price: decimal.Decimal = strawberry.field(
        description="Per unit, in major units of the variant's currency: above 0 and below the variant's own price."
    )
    team_size: int = strawberry.field(description="People a team needs, 2 to 100.")
    team_ttl_seconds: int = strawberry.field(
        default=86_400, description="Seconds a team has from its opening: 5 to 604800 (7 days)."
    )
    starts_at: datetime.datetime | None = strawberry.field(
        default=None, description="From when teams can be opened. Defaults to now."
    )
    ends_at: datetime.datetime = strawberry.field(
        description="From when no team can be opened any more: after `startsAt`, and in the future."
    )
    stock: int = strawberry.field(
        description="Units to set aside from the variant: at least one for everybody whom the largest team can have, at"
        " most 10,000,000. What is not sold goes back when the group-buy and its last team are over."
    )
    per_user_limit: int = strawberry.field(default=1, description="Units one person may buy in all, 1 to 999.")
    tiers: list[PriceTierInput] | None = strawberry.field(
        default=None,
        description="Lower prices of teams larger than `teamSize`, the smallest first. A team then goes on until it has"
        " the largest tier's size or its deadline comes, and everybody pays the price that it reached.",
    )


@strawberry.input(description="A new team, and its leader's seat.")
class OpenTeamInput:
    group_buy_id: UUID = ids.given("group_buy", "A group-buy that is ACTIVE.")
    quantity: int = strawberry.field(default=1, description=_QUANTITY)
    shipping_address: ShippingAddressInput | None = strawberry.field(default=None, description="Where it shall go.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A seat in a team.")
class JoinTeamInput:
    team_id: UUID = ids.given("team", "A team that is OPEN and has an open seat.")
    quantity: int = strawberry.field(default=1, description=_QUANTITY)
    shipping_address: ShippingAddressInput | None = strawberry.field(default=None, description="Where it shall go.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A team that the shop helps.")
class FillTeamInput:
    team_id: UUID = ids.given("team", "An OPEN team of a group-buy of the viewer's shop.")
