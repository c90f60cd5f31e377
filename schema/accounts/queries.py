"""Queries of people."""

from typing import Annotated, Any

import strawberry

from people.accounts import queries
from schema.accounts.types import User, Viewer
from schema.context import Info


@strawberry.type
class AccountQueries:
    @strawberry.field(description="The signed-in person; null for nobody.", graphql_type=Viewer | None)
    def viewer(self, info: Info) -> Any:
        return info.context.viewer

    @strawberry.field(description="The person with a handle, in whatever case it is written.", graphql_type=User | None)
    async def user(
        self, info: Info, handle: Annotated[str, strawberry.argument(description="With or without capitals.")]
    ) -> Any:
        return await queries.by_handle(handle)
