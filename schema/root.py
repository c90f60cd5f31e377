"""The whole graph: every domain's queries, mutations and subscriptions under one root."""

import datetime
from typing import Annotated, Any

import strawberry
from strawberry.schema.config import StrawberryConfig

import execution
from core import clock
from core.errors import Invalid
from schema import ids, node
from schema.accounts.mutations import AccountMutations
from schema.accounts.queries import AccountQueries
from schema.catalogue.mutations import ProductMutations
from schema.context import Info
from schema.feed.queries import FeedQueries
from schema.finders import FINDERS
from schema.follows.mutations import FollowMutations
from schema.group_buys.mutations import GroupBuyMutations
from schema.group_buys.queries import GroupBuyQueries
from schema.group_buys.subscriptions import GroupBuySubscriptions
from schema.live.mutations import LiveMutations
from schema.live.queries import LiveQueries
from schema.live.subscriptions import LiveSubscriptions
from schema.names import RememberedNames
from schema.node import Node
from schema.notes.mutations import NoteMutations
from schema.notes.queries import NoteQueries
from schema.orders.mutations import OrderMutations
from schema.payouts.mutations import PayoutMutations
from schema.scalars import SCALARS
from schema.search.queries import SearchQueries
from schema.shops.mutations import ShopMutations

_MOST_NODES = 100


@strawberry.type(description="Everything that can be read. Public unless a field says otherwise.")
class Query(AccountQueries, NoteQueries, FeedQueries, LiveQueries, GroupBuyQueries, SearchQueries):
    @strawberry.field(
        description="Anything by its id; null when it is unknown, malformed or not for the viewer.",
        graphql_type=Node | None,
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
    ) -> Any:
        [found] = await node.find([ids.split(id)], FINDERS, info.context)
        return found

    @strawberry.field(
        description="Many things by their ids, in that order, at most 100; null for each that `node` would not find.",
        graphql_type=list[Node | None],
    )
    async def nodes(
        self,
        info: Info,
        ids_: Annotated[list[strawberry.ID], strawberry.argument(name="ids", description="Global ids.")],
    ) -> list[Any]:
        if len(ids_) > _MOST_NODES:
            raise Invalid("ids", zh=f"一次最多 {_MOST_NODES} 个", en=f"At most {_MOST_NODES} at once")
        return await node.find([ids.split(global_id) for global_id in ids_], FINDERS, info.context)

    @strawberry.field(description="The server's clock. Count down by this one, not by the device's.")
    def server_now(self) -> datetime.datetime:
        return clock.now()


@strawberry.type(
    description="Everything that can be changed. Each takes one `input` and returns a payload: what was changed, or"
    " null and the `userErrors` that say why not."
)
class Mutation(
    AccountMutations,
    FollowMutations,
    NoteMutations,
    ShopMutations,
    ProductMutations,
    GroupBuyMutations,
    OrderMutations,
    PayoutMutations,
    LiveMutations,
):
    pass


@strawberry.type(
    description="What is pushed. Each starts with the whole truth, then tells every change under a strictly growing"
    " `sequence`; `afterSequence` goes on where a lost connection ended."
)
class Subscription(GroupBuySubscriptions, LiveSubscriptions):
    pass


def build(*, suggestions: bool = True, executor: bool = True) -> strawberry.Schema:
    """The schema; `suggestions` lets validation errors propose field names; without `executor`, graphql-core runs."""
    return strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        execution_context_class=execution.executor_class() if executor else None,
        config=StrawberryConfig(
            scalar_map=SCALARS, name_converter=RememberedNames(), disable_field_suggestions=not suggestions
        ),
    )
