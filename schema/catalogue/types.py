"""Types of products and their variants."""

import strawberry

import commerce.catalogue
import execution
from schema.batching import batched
from schema.catalogue import fields
from schema.errors import Payload, payload
from schema.ids import global_id
from schema.money import Money
from schema.node import Node
from schema.pagination import Connection, connection
from schema.refs import GroupBuyRef, LiveStreamRef, NoteConnectionRef, ShopRef
from schema.scalars import URL


@strawberry.type(description="Something that a shop sells, in one or more variants.")
class Product(Node):
    id: strawberry.ID = global_id("product")
    shop: ShopRef = batched(fields.shop, description="Who sells it.")
    title: str = strawberry.field(description="1 to 120 characters.")
    description: str = strawberry.field(
        description="Plain text, up to 10,000 characters.", metadata=execution.amount(200, most=10_000)
    )
    image_urls: list[URL] = strawberry.field(
        description="Up to 15 pictures, the first being its face.", metadata=execution.amount(3, most=15)
    )
    variants: list["ProductVariant"] = batched(
        fields.variants, description="What can be bought of it, 1 to 100.", metadata=execution.amount(3, most=100)
    )
    min_price: Money = strawberry.field(description="The price of its cheapest variant.")
    sold_count: int = strawberry.field(description="Units sold, less those given back.")
    group_buys: list[GroupBuyRef] = batched(
        fields.group_buys, description="Group-buys running on it now.", metadata=execution.amount(1, most=20)
    )
    notes: NoteConnectionRef = batched(fields.notes, description="Notes that feature it, newest first.")
    bought_together: "ProductConnection" = batched(
        fields.bought_together,
        description="Products that people who bought this one bought too, the most telling first; learned from paid"
        " orders, so empty for a product that few bought.",
    )
    live_now: list[LiveStreamRef] = batched(
        fields.live_now, description="Streams that are live now and list it.", metadata=execution.amount(0.2, most=50)
    )

    is_type_of = execution.records(commerce.catalogue.Product)


@connection("product", "products")
class ProductConnection(Connection[Product]):
    pass


@strawberry.type(description="One way in which a product can be bought: its colour, size or pack.")
class ProductVariant(Node):
    id: strawberry.ID = global_id("variant")
    product: Product = batched(fields.product, description="What it is a variant of.")
    name: str = strawberry.field(description='Its options in words, e.g. "米白 / M"; 1 to 60 characters.')
    sku: str | None = strawberry.field(description="The shop's own number for it.")
    price: Money = strawberry.field(description="For one unit, bought without a team.")
    available: int = strawberry.field(
        description="Units that can be bought now: stock less what is held for unpaid orders and set aside for"
        " group-buys."
    )

    is_type_of = execution.records(commerce.catalogue.Variant)


@payload("A product just created, or why there is none.")
class ProductPayload(Payload):
    product: Product | None


@payload("A variant just changed, or why it was not.")
class ProductVariantPayload(Payload):
    variant: ProductVariant | None
