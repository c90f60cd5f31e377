"""Queries of feeds."""

from typing import Annotated, Any

import strawberry

from content.feed import queries
from core.pagination import page_request
from schema.context import Info
from schema.effort import RANKING, effort
from schema.feed.types import FeedConnection, FeedKind
from schema.pagination import After, First

_Kind = Annotated[FeedKind, strawberry.argument(description="Which feed.")]


@strawberry.type
class FeedQueries:
    @strawberry.field(
        description="Notes for the viewer, and why each is among them.",
        graphql_type=FeedConnection,
        metadata=effort(RANKING),
    )
    async def feed(self, info: Info, kind: _Kind = FeedKind.DISCOVER, first: First = 20, after: After = None) -> Any:
        viewer_id = info.context.viewer_id
        if kind is FeedKind.FOLLOWING:
            return await queries.following(
                viewer_id, page_request("feed.FOLLOWING", first, after), info.context.services.timelines
            )
        request = page_request("feed.DISCOVER", first, after, queries.Place)
        hidden = await info.context.hidden()
        return await queries.discover(viewer_id, request, info.context.services.feed_sessions, hidden)
