"""Types of group-buys."""

import datetime
import enum

import strawberry

import execution
from commerce import group_buys
from schema.batching import batched
from schema.errors import Payload, payload
from schema.group_buys import fields
from schema.ids import global_id
from schema.money import Money
from schema.node import Node
from schema.pagination import Connection, connection
from schema.refs import (
    GroupBuyRef,
    GroupBuyTeamConnectionRef,
    GroupBuyTeamRef,
    OrderRef,
    ProductRef,
    ProductVariantRef,
    SeatRef,
    UserRef,
)


@strawberry.enum(description="Where a group-buy stands now, by the server's clock.")
class GroupBuyStatus(enum.Enum):
    SCHEDULED = strawberry.enum_value("SCHEDULED", description="It has not started: no team can be opened yet.")
    ACTIVE = strawberry.enum_value("ACTIVE", description="Teams can be opened and joined.")
    ENDED = strawberry.enum_value(
        "ENDED", description="No team can be opened any more; open teams live to their own deadline."
    )
    SOLD_OUT = strawberry.enum_value(
        "SOLD_OUT", description="Every unit is sold or held now. Units held for unpaid seats may come back."
    )


@strawberry.enum(description="PENDING → OPEN → SUCCEEDED or FAILED; PENDING → FAILED when its leader never pays.")
class TeamStatus(enum.Enum):
    PENDING = strawberry.enum_value(
        "PENDING", description="Its leader has not paid yet: nobody else sees it or can join it."
    )
    OPEN = strawberry.enum_value("OPEN", description="Its clock runs; places can be taken.")
    SUCCEEDED = strawberry.enum_value("SUCCEEDED", description="Everybody it needs has paid: all orders are confirmed.")
    FAILED = strawberry.enum_value(
        "FAILED", description="Its deadline passed, or everybody left: whoever paid is refunded in full."
    )


@strawberry.enum(description="HELD → PAID → CONFIRMED; HELD → RELEASED; PAID → REFUNDING → REFUNDED.")
class SeatStatus(enum.Enum):
    HELD = strawberry.enum_value("HELD", description="Kept until `heldUntil` while its order is paid.")
    PAID = strawberry.enum_value("PAID", description="Paid; the team still needs people.")
    CONFIRMED = strawberry.enum_value("CONFIRMED", description="The team succeeded.")
    RELEASED = strawberry.enum_value("RELEASED", description="Not paid in time, or cancelled before payment.")
    REFUNDING = strawberry.enum_value("REFUNDING", description="Left, or its team failed: the refund is on its way.")
    REFUNDED = strawberry.enum_value("REFUNDED", description="Refunded in full.")


@strawberry.type(description="A lower price of larger teams.")
class PriceTier:
    size: int = strawberry.field(description="People a team must reach, up to 100.")
    price: Money = strawberry.field(description="What everybody then pays per unit.")


@strawberry.type(description="The next lower price that a team can reach.")
class NextPriceTier:
    size: int = strawberry.field(description="People the team must reach.")
    price: Money = strawberry.field(description="What everybody then pays per unit.")
    missing_count: int = strawberry.field(description="People still missing: size less joinedCount, at least 1.")


@strawberry.type(description="A group-buy (拼团): an offer of one variant at a lower price to teams of a given size.")
class GroupBuy(Node):
    id: strawberry.ID = global_id("group_buy")
    product: ProductRef = batched(fields.product, description="What it offers.")
    variant: ProductVariantRef = batched(fields.variant, description="Which variant of the product.")
    price: Money = strawberry.field(
        description="Price per unit when the team succeeds: paid on joining. When the team closes with a lower price of"
        " `tiers`, the difference is refunded by itself."
    )
    team_size: int = strawberry.field(description="People a team needs, 2 to 100.")
    tiers: list[PriceTier] = strawberry.field(
        description="Lower prices of teams larger than `teamSize`: sizes grow, prices fall. Empty for one price. With"
        " tiers a team goes on past `teamSize` until it is full or its deadline comes.",
        metadata=execution.amount(0.5, most=98),
    )
    team_ttl_seconds: int = strawberry.field(description="Seconds a team has from its opening: 5 to 604800 (7 days).")
    starts_at: datetime.datetime = strawberry.field(description="From when teams can be opened.")
    ends_at: datetime.datetime = strawberry.field(
        description="From when no team can be opened any more. Teams open by then live to their own deadline."
    )
    status: GroupBuyStatus = strawberry.field(description="Where it stands now.")
    stock: int = strawberry.field(description="Units set aside for this offer.")
    available: int = strawberry.field(
        description="Units still to be had: stock less those held, paid and sold. One is kept for each open seat of a"
        " team: who wants more, or a new team, may be refused with OUT_OF_STOCK while some are left."
    )
    per_user_limit: int = strawberry.field(
        description="Units one person may buy in all, over all teams of the offer but failed ones."
    )
    joined_count: int = strawberry.field(description="People who hold a paid or confirmed seat in it.")
    open_teams: GroupBuyTeamConnectionRef = batched(
        fields.open_teams, description="Open teams, those that need fewest people first, then the oldest."
    )

    is_type_of = execution.records(group_buys.GroupBuy)


@connection("group-buy", "group-buys")
class GroupBuyConnection(Connection[GroupBuy]):
    pass


@strawberry.type(description="Somebody who has paid for a seat in a team.")
class TeamMember:
    user: UserRef = batched(fields.member_user, description="Who it is: always somebody who exists.")
    joined_at: datetime.datetime = strawberry.field(description="When the seat was paid.")
    is_leader: bool = strawberry.field(description="Whether this is the team's leader.")


@strawberry.type(
    description="One team of a group-buy. It opens when its leader has paid, and succeeds when `size` people have. In a"
    " group-buy with price tiers it also succeeds at its deadline, if at least `minimumSize` people have."
)
class GroupBuyTeam(Node):
    id: strawberry.ID = global_id("team")
    group_buy: GroupBuyRef = batched(fields.group_buy, description="The offer it is a team of.")
    leader: UserRef = batched(
        fields.leader,
        description="Who opened it; when the leader leaves, the earliest paid member becomes leader.",
    )
    members: list[TeamMember] = batched(
        fields.members,
        description="Those who have paid, in the order in which they did.",
        metadata=execution.amount(2.5, most=100),
    )
    size: int = strawberry.field(
        description="People it needs; in a group-buy with price tiers, people it can have, those of the largest tier."
    )
    minimum_size: int = strawberry.field(
        description="People with whom it succeeds: `size`, or with price tiers the group-buy's `teamSize`. Reached when"
        " joinedCount is no less."
    )
    merchant_filled_count: int = strawberry.field(
        description="Places that the shop filled at its own cost, so that the team succeeded with fewer people than"
        " the group-buy's `teamSize`: `size` is then the number of those who have paid. No person stands behind these"
        " places, and `members` lists none for them. Label them as the shop's when you show them."
    )
    joined_count: int = strawberry.field(description="People who have paid.")
    remaining_count: int = strawberry.field(
        description="People still needed to fill it: size less joinedCount. It may close with some missing once it has"
        " `minimumSize`."
    )
    price: Money = batched(
        fields.team_price,
        description="What everybody pays per unit if it closes with those who have joined: the group-buy's `price`, or"
        " the lowest of its tiers that joinedCount reaches. What was paid above it is refunded when the team succeeds.",
    )
    next_tier: NextPriceTier | None = batched(
        fields.next_tier, description="The next lower price; null at the lowest, and once the team is closed."
    )
    open_seat_count: int = strawberry.field(description="Places that can be taken now: those neither paid nor held.")
    status: TeamStatus = strawberry.field(description="Where it stands.")
    opened_at: datetime.datetime | None = strawberry.field(description="When the leader's payment was captured.")
    expires_at: datetime.datetime | None = strawberry.field(
        description="When it succeeds if it has `minimumSize` people, and else fails. Count down by `serverNow`. Null"
        " until it opens."
    )
    closed_at: datetime.datetime | None = strawberry.field(description="When it succeeded or failed.")
    viewer_seat: SeatRef | None = batched(
        fields.viewer_seat, description="The viewer's latest seat in it; null for nobody and for who never took one."
    )

    is_type_of = execution.records(group_buys.Team)


@connection("team", "teams")
class GroupBuyTeamConnection(Connection[GroupBuyTeam]):
    pass


@strawberry.type(
    description="A place in a team: held while its buyer pays, and never sold twice. Only its holder sees it."
)
class Seat(Node):
    id: strawberry.ID = global_id("seat")
    team: GroupBuyTeamRef = batched(fields.seat_team, description="The team it is in.")
    status: SeatStatus = strawberry.field(description="Where it stands.")
    held_until: datetime.datetime | None = strawberry.field(
        description="Until when it is held for payment: ten minutes, and never past the team's deadline."
        " Count down by `serverNow`. Null unless it is HELD."
    )
    order: OrderRef = batched(fields.seat_order, description="The order that pays for it.")

    is_type_of = execution.records(group_buys.Seat)


@strawberry.enum(
    description="JOINED: somebody's seat was paid; the last one brings SUCCEEDED alone. Holding a seat is no event."
)
class TeamEvent(enum.Enum):
    SNAPSHOT = strawberry.enum_value("SNAPSHOT", description="The whole truth, on subscribing or after a gap.")
    OPENED = strawberry.enum_value("OPENED", description="The leader has paid, and the clock runs.")
    JOINED = strawberry.enum_value("JOINED", description="Somebody's seat was paid.")
    LEFT = strawberry.enum_value("LEFT", description="A member left; the leader may be another one now.")
    SUCCEEDED = strawberry.enum_value(
        "SUCCEEDED",
        description="The last seat was paid, the deadline found people enough, or the shop filled what was missing: all"
        " orders are confirmed.",
    )
    FAILED = strawberry.enum_value("FAILED", description="The deadline passed, or everybody left.")


@strawberry.type(description="A step in the life of a team.")
class TeamProgress:
    sequence: int = strawberry.field(description="Strictly growing: give the last one as `afterSequence` to resume.")
    event: TeamEvent = strawberry.field(description="What happened.")
    team: GroupBuyTeam = strawberry.field(description="The team as of this step.")
    server_now: datetime.datetime = strawberry.field(description="The server's clock, to count down by.")


@strawberry.type(description="A step in the life of a group-buy.")
class GroupBuyProgress:
    sequence: int = strawberry.field(description="Strictly growing: give the last one as `afterSequence` to resume.")
    group_buy: GroupBuy = strawberry.field(description="The group-buy as of this step.")
    team: GroupBuyTeam | None = strawberry.field(
        description="The team that changed; null in the snapshot, and when the offer itself started or ended."
    )
    server_now: datetime.datetime = strawberry.field(description="The server's clock, to count down by.")


@payload("A group-buy just made, or why there is none.")
class GroupBuyPayload(Payload):
    group_buy: GroupBuy | None


@payload("A seat just taken with the order to pay, or why not.")
class SeatPayload(Payload):
    seat: Seat | None = strawberry.field(default=None, description="The seat; null when it was refused.")
    team: GroupBuyTeam | None = strawberry.field(default=None, description="Its team; null when it was refused.")
    order: OrderRef | None = strawberry.field(
        default=None, description="The order to pay with `payOrder` while the seat is held; null when it was refused."
    )
    alternatives: list[GroupBuyTeam] = strawberry.field(
        default_factory=list,
        description="When `joinTeam` was refused with TEAM_FULL or TEAM_CLOSED: teams of the same group-buy in which"
        " the same quantity can be had, those that need fewest people first, up to 5. Never one the viewer is in.",
        metadata=execution.amount(0.2, most=5),
    )
    can_open_team: bool = strawberry.field(
        default=False, description="Whether the viewer could have opened a new team instead; false unless so refused."
    )


@payload("A team as it is now, or why nothing was done.")
class GroupBuyTeamPayload(Payload):
    team: GroupBuyTeam | None
