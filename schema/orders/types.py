"""Types of orders."""

import datetime
import enum

import strawberry

import execution
from commerce import orders
from schema.batching import batched
from schema.catalogue.types import ProductVariant
from schema.errors import Payload, payload
from schema.ids import global_id
from schema.money import Money
from schema.node import Node
from schema.orders import fields
from schema.pagination import Connection, connection
from schema.refs import GroupBuyTeamRef, UserRef
from schema.shops.types import Shop


@strawberry.enum(
    description="PENDING_PAYMENT → AWAITING_TEAM → CONFIRMED → SHIPPED → COMPLETED; without a team, payment confirms."
    " PENDING_PAYMENT → CANCELLED. AWAITING_TEAM or CONFIRMED → REFUNDING → REFUNDED."
)
class OrderStatus(enum.Enum):
    PENDING_PAYMENT = strawberry.enum_value("PENDING_PAYMENT", description="Holds its stock until `payBy`.")
    AWAITING_TEAM = strawberry.enum_value("AWAITING_TEAM", description="Paid; its team still needs people.")
    CONFIRMED = strawberry.enum_value("CONFIRMED", description="Paid, and to be shipped.")
    SHIPPED = strawberry.enum_value("SHIPPED", description="On its way.")
    COMPLETED = strawberry.enum_value("COMPLETED", description="The buyer has it.")
    CANCELLED = strawberry.enum_value(
        "CANCELLED", description="Never paid. A payment that came after is given back, as `refunded` shows."
    )
    REFUNDING = strawberry.enum_value("REFUNDING", description="The money is on its way back.")
    REFUNDED = strawberry.enum_value("REFUNDED", description="The buyer has all their money back.")


@strawberry.enum(description="Payment providers. One that is not configured is refused with INVALID.")
class PaymentMethod(enum.Enum):
    SANDBOX = strawberry.enum_value("SANDBOX", description='Moves no money. Takes any `token` but "decline".')
    STRIPE = strawberry.enum_value(
        "STRIPE", description="Stripe, where it is configured. Takes the id of a PaymentMethod as `token`."
    )


@strawberry.enum(description="Why money goes back to a buyer. The list grows.")
class RefundReason(enum.Enum):
    LEFT_TEAM = strawberry.enum_value("LEFT_TEAM", description="The buyer left an open team.")
    TEAM_FAILED = strawberry.enum_value("TEAM_FAILED", description="The team did not succeed.")
    PAID_TOO_LATE = strawberry.enum_value("PAID_TOO_LATE", description="What was paid for could not be had any more.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="The buyer cancelled a confirmed order.")
    PRICE_TIER = strawberry.enum_value(
        "PRICE_TIER", description="The team reached a lower price than the one paid on joining: the difference."
    )
    SHOP = strawberry.enum_value("SHOP", description="The shop gave it back, and says why in `note`.")


@strawberry.enum(description="How far money is on its way back.")
class RefundStatus(enum.Enum):
    PENDING = strawberry.enum_value("PENDING", description="The payment provider is asked, until it has done it.")
    STUCK = strawberry.enum_value("STUCK", description="It failed many times: people were told, and it is tried on.")
    DONE = strawberry.enum_value("DONE", description="The provider has given it back.")


@strawberry.type(description="Money that goes back to the buyer of an order.")
class Refund:
    amount: Money = strawberry.field(description="How much.")
    reason: RefundReason = strawberry.field(description="Why.")
    note: str | None = strawberry.field(description="The shop's words, when the shop gave it back; else null.")
    status: RefundStatus = strawberry.field(description="How far it is.")
    created_at: datetime.datetime = strawberry.field(description="When it was promised.")
    done_at: datetime.datetime | None = strawberry.field(description="When the provider had given it back.")


@strawberry.type(description="Where a parcel goes.")
class ShippingAddress:
    recipient: str = strawberry.field(description="Who receives it.")
    phone: str = strawberry.field(description="How the courier reaches them.")
    province: str = strawberry.field(description="Province, or municipality.")
    city: str = strawberry.field(description="City.")
    district: str = strawberry.field(description="District or county.")
    street: str = strawberry.field(description="Street, house and door.")
    postal_code: str | None = strawberry.field(description="Where it is known.")


@strawberry.type(description="Units of one variant, as it was called and priced when it was ordered.")
class OrderLine:
    variant: ProductVariant = batched(fields.variant, description="What was bought, as it is today.")
    title: str = strawberry.field(description="The product's title when it was ordered.")
    quantity: int = strawberry.field(description="Units, 1 to 999.")
    unit_price: Money = strawberry.field(description="For one unit.")
    total: Money = strawberry.field(description="For all its units.")


@strawberry.type(description="An order of one shop in one currency. Only its buyer and the shop's owner can find it.")
class Order(Node):
    id: strawberry.ID = global_id("order")
    number: str = strawberry.field(description="What a person reads out on the phone.")
    buyer: UserRef = batched(fields.buyer, description="Who bought.")
    shop: Shop = batched(fields.shop, description="Who sells and ships.")
    status: OrderStatus = strawberry.field(description="How far it is.")
    lines: list[OrderLine] = batched(
        fields.lines, description="What was bought, 1 to 50 lines.", metadata=execution.amount(1.5, most=50)
    )
    total: Money = strawberry.field(description="The sum of its lines.")
    refunded: Money = strawberry.field(description="What the buyer has back.")
    refunds: list[Refund] = batched(
        fields.refunds,
        description="What goes back to the buyer, first to last, at most 51. Empty for all but buyer and shop.",
        metadata=execution.amount(0.2, most=51),
    )
    team: GroupBuyTeamRef | None = batched(fields.team, description="The team it buys with; null without one.")
    shipping_address: ShippingAddress | None = batched(
        fields.shipping_address, description="Seen by the buyer and by the shop that ships; null for others."
    )
    carrier: str | None = batched(fields.carrier, description="Who carries the parcel; seen as the address is.")
    tracking_number: str | None = batched(
        fields.tracking_number, description="The carrier's number for the parcel; seen as the address is."
    )
    created_at: datetime.datetime = strawberry.field(description="When it was placed.")
    pay_by: datetime.datetime | None = strawberry.field(
        description="Until when an unpaid order holds its stock; null once it is paid or cancelled. Count down by"
        " `serverNow`."
    )
    server_now: datetime.datetime = strawberry.field(
        resolver=fields.server_now, description="The server's clock, to count down to `payBy` by."
    )

    is_type_of = execution.records(orders.Order)


@connection("order", "orders")
class OrderConnection(Connection[Order]):
    pass


@payload("An order as it is now, or why nothing was done.")
class OrderPayload(Payload):
    order: Order | None
    alternatives: list[GroupBuyTeamRef] = strawberry.field(
        default_factory=list,
        description="When `payOrder` was refused with SEAT_EXPIRED or TEAM_CLOSED: teams of the same group-buy in which"
        " the same quantity can be had, those that need fewest people first, up to 5.",
        metadata=execution.amount(0.2, most=5),
    )
    can_open_team: bool = strawberry.field(
        default=False, description="Whether the viewer can open a new team instead; false unless so refused."
    )
