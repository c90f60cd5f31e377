"""Types of shops."""

import strawberry

import commerce.shops
import execution
from schema.batching import batched
from schema.errors import Payload, payload
from schema.ids import global_id
from schema.money import Money
from schema.node import Node
from schema.payouts import fields as payout_fields
from schema.refs import OrderConnectionRef, PayoutConnectionRef, ProductConnectionRef, UserRef
from schema.shops import fields


@strawberry.type(description="A person's shop. Everybody has one at the most.")
class Shop(Node):
    id: strawberry.ID = global_id("shop")
    name: str = strawberry.field(description="1 to 40 characters.")
    owner: UserRef = batched(fields.owner, description="Who sells and ships.")
    products: ProductConnectionRef = batched(fields.products, description="What it sells, newest first.")
    orders: OrderConnectionRef | None = batched(
        fields.orders, description="What it sold, newest first. Null for all but its owner."
    )
    balances: list[Money] | None = batched(
        payout_fields.balances,
        description="What it has earned and not been paid out, one a currency; below zero when it gave back more than"
        " was left. Null for all but its owner.",
        metadata=execution.amount(1, most=9),
    )
    payouts: PayoutConnectionRef | None = batched(
        payout_fields.payouts, description="What it was paid out, newest first. Null for all but its owner."
    )

    is_type_of = execution.records(commerce.shops.Shop)


@payload("A shop just opened, or why there is none.")
class ShopPayload(Payload):
    shop: Shop | None
