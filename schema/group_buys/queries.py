"""Queries of group-buys."""

import enum
from typing import Annotated, Any

import strawberry

from commerce.group_buys import queries
from core.pagination import page_request
from schema.context import Info
from schema.group_buys.types import GroupBuyConnection
from schema.pagination import After, First


@strawberry.enum(description="In which order group-buys are listed.")
class GroupBuySort(enum.Enum):
    ENDING_SOON = strawberry.enum_value("ENDING_SOON", description="Those that end first in front.")
    NEWEST = strawberry.enum_value("NEWEST", description="The latest made in front.")
    POPULAR = strawberry.enum_value("POPULAR", description="Those that most people have joined in front.")


@strawberry.type
class GroupBuyQueries:
    @strawberry.field(
        description="Group-buys that run or will run; none that has ended. A cursor is good for the sort that gave it.",
        graphql_type=GroupBuyConnection,
    )
    async def group_buys(
        self,
        info: Info,
        sort: Annotated[GroupBuySort, strawberry.argument(description="The order.")] = GroupBuySort.ENDING_SOON,
        first: First = 20,
        after: After = None,
    ) -> Any:
        match sort:
            case GroupBuySort.ENDING_SOON:
                return await queries.ending_soon(
                    page_request("groupBuys.ENDING_SOON", first, after, queries.EndingSoonKey)
                )
            case GroupBuySort.NEWEST:
                return await queries.newest(page_request("groupBuys.NEWEST", first, after, queries.NewestKey))
            case GroupBuySort.POPULAR:
                return await queries.popular(page_request("groupBuys.POPULAR", first, after, queries.PopularKey))
