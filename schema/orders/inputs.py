"""Inputs of orders' mutations."""

import decimal
from uuid import UUID

import strawberry

from commerce.orders import Address
from schema import ids
from schema.orders.types import PaymentMethod

_KEY = (
    "1 to 200 characters, chosen by the client, one per attempt: the same key with the same request returns the same"
    " result, however often it is sent; with another request it is refused with CONFLICT."
)


@strawberry.input(description="Where a parcel shall go.")
class ShippingAddressInput:
    recipient: str = strawberry.field(description="1 to 40 characters.")
    phone: str = strawberry.field(description="5 to 20 digits, spaces, and + - ( ).")
    province: str = strawberry.field(description="1 to 40 characters.")
    city: str = strawberry.field(description="1 to 40 characters.")
    district: str = strawberry.field(description="1 to 40 characters.")
    street: str = strawberry.field(description="1 to 200 characters.")
    postal_code: str | None = strawberry.field(default=None, description="1 to 12 characters.")

    def as_address(self) -> Address:
        """The address as the orders' room takes and checks it."""
        return Address(
            self.recipient, self.phone, self.province, self.city, self.district, self.street, self.postal_code
        )


@strawberry.input(description="Units of one variant. The price is the shop's.")
class OrderLineInput:
    variant_id: UUID = ids.given("variant", "What to buy.")
    quantity: int = strawberry.field(description="Units, 1 to 999.")


@strawberry.input(description="What to buy without a team.")
class PlaceOrderInput:
    lines: list[OrderLineInput] = strawberry.field(
        description="1 to 50, of one shop and one currency, each variant once."
    )
    shipping_address: ShippingAddressInput | None = strawberry.field(default=None, description="Where it shall go.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="How to pay an order.")
class PayOrderInput:
    order_id: UUID = ids.given("order", "The viewer's own order, PENDING_PAYMENT.")
    method: PaymentMethod = strawberry.field(
        default=PaymentMethod.SANDBOX, description="Names a configured payment provider."
    )
    token: str | None = strawberry.field(
        default=None, description='What the provider gave the client to pay with. SANDBOX takes any but "decline".'
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="Names an order.")
class OrderRefInput:
    order_id: UUID = ids.given("order", "The order.")


@strawberry.input(description="The parcel in which an order left.")
class ShipOrderInput:
    order_id: UUID = ids.given("order", "A CONFIRMED order of the viewer's shop.")
    carrier: str = strawberry.field(description="1 to 40 characters.")
    tracking_number: str = strawberry.field(description="The carrier's number, 1 to 60 characters.")


@strawberry.input(description="What the shop gives back of an order.")
class RefundOrderInput:
    order_id: UUID = ids.given("order", "An order of the viewer's shop: CONFIRMED, SHIPPED or COMPLETED.")
    amount: decimal.Decimal = strawberry.field(
        description="In major units of the order's currency: above 0, at most `total` less all that goes back already."
    )
    note: str = strawberry.field(description="What to tell the buyer, 1 to 200 characters.")
    idempotency_key: str = strawberry.field(description=_KEY)
