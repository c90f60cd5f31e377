"""Types of payouts."""

import datetime
import enum

import strawberry

from commerce import payouts
from schema.context import Info
from schema.errors import Payload, payload
from schema.ids import global_id
from schema.money import Money
from schema.node import Node
from schema.pagination import Connection, connection


@strawberry.enum(description="REQUESTED → PAID.")
class PayoutStatus(enum.Enum):
    REQUESTED = strawberry.enum_value("REQUESTED", description="Off the balance, and not sent yet.")
    PAID = strawberry.enum_value("PAID", description="Sent to the shop's bank.")


@strawberry.type(description="Money on its way from a shop's balance to its bank. Only the shop's owner can find it.")
class Payout(Node):
    id: strawberry.ID = global_id("payout")
    amount: Money = strawberry.field(description="What left the balance.")
    commission: Money = strawberry.field(description="The platform's share of it.")
    net: Money = strawberry.field(description="What the shop receives.")
    status: PayoutStatus = strawberry.field(description="How far it is.")
    created_at: datetime.datetime = strawberry.field(description="When it was requested.")
    paid_at: datetime.datetime | None = strawberry.field(description="When it was sent.")

    @classmethod
    def is_type_of(cls, value: object, info: Info) -> bool:
        return isinstance(value, payouts.Payout)


@connection("payout", "payouts")
class PayoutConnection(Connection[Payout]):
    pass


@payload("A payout just requested, or why there is none.")
class PayoutPayload(Payload):
    payout: Payout | None
