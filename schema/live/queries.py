"""Queries of live streams."""

from typing import Annotated, Any

import strawberry

from content.live import queries
from core.pagination import page_request
from schema.context import Info
from schema.live.types import LiveStreamConnection, LiveStreamStatus
from schema.pagination import After, First


@strawberry.type
class LiveQueries:
    @strawberry.field(description="Live streams, newest first.", graphql_type=LiveStreamConnection)
    async def live_streams(
        self,
        info: Info,
        status: Annotated[
            list[LiveStreamStatus] | None, strawberry.argument(description="In one of these states; null for any.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Any:
        statuses = None if status is None else [wanted.name for wanted in status]
        request = page_request("liveStreams", first, after)
        return await queries.page_by_status(statuses, request, await info.context.hidden())
