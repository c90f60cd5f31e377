"""Queries of notes."""

from typing import Annotated, Any

import strawberry

from content.notes import queries
from schema.context import Info
from schema.notes.types import Topic


@strawberry.type
class NoteQueries:
    @strawberry.field(
        description="The topic of a name; null when no note was ever about it.", graphql_type=Topic | None
    )
    async def topic(
        self, info: Info, name: Annotated[str, strawberry.argument(description="With or without #, in whatever case.")]
    ) -> Any:
        return await queries.topic_by_name(name)
