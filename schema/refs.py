"""Every type of the graph by name, resolved late: the graph has cycles that Python's imports must not have."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.accounts.types import User, UserConnection
    from schema.catalogue.types import Product, ProductConnection, ProductVariant
    from schema.group_buys.types import GroupBuy, GroupBuyTeam, GroupBuyTeamConnection, Seat
    from schema.live.types import LiveStream, LiveStreamConnection
    from schema.notes.types import Comment, Note, NoteConnection, Topic
    from schema.orders.types import Order, OrderConnection
    from schema.payouts.types import PayoutConnection
    from schema.shops.types import Shop

UserRef = Annotated["User", strawberry.lazy("schema.accounts.types")]
UserConnectionRef = Annotated["UserConnection", strawberry.lazy("schema.accounts.types")]
NoteRef = Annotated["Note", strawberry.lazy("schema.notes.types")]
NoteConnectionRef = Annotated["NoteConnection", strawberry.lazy("schema.notes.types")]
CommentRef = Annotated["Comment", strawberry.lazy("schema.notes.types")]
TopicRef = Annotated["Topic", strawberry.lazy("schema.notes.types")]
ShopRef = Annotated["Shop", strawberry.lazy("schema.shops.types")]
ProductRef = Annotated["Product", strawberry.lazy("schema.catalogue.types")]
ProductConnectionRef = Annotated["ProductConnection", strawberry.lazy("schema.catalogue.types")]
ProductVariantRef = Annotated["ProductVariant", strawberry.lazy("schema.catalogue.types")]
OrderRef = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderConnectionRef = Annotated["OrderConnection", strawberry.lazy("schema.orders.types")]
GroupBuyRef = Annotated["GroupBuy", strawberry.lazy("schema.group_buys.types")]
GroupBuyTeamRef = Annotated["GroupBuyTeam", strawberry.lazy("schema.group_buys.types")]
GroupBuyTeamConnectionRef = Annotated["GroupBuyTeamConnection", strawberry.lazy("schema.group_buys.types")]
SeatRef = Annotated["Seat", strawberry.lazy("schema.group_buys.types")]
LiveStreamRef = Annotated["LiveStream", strawberry.lazy("schema.live.types")]
LiveStreamConnectionRef = Annotated["LiveStreamConnection", strawberry.lazy("schema.live.types")]
PayoutConnectionRef = Annotated["PayoutConnection", strawberry.lazy("schema.payouts.types")]
