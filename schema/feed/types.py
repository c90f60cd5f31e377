"""Types of feeds."""

import enum

import strawberry

from schema.notes.types import Note
from schema.pagination import Connection, Edge, connection


@strawberry.enum(description="Which feed.")
class FeedKind(enum.Enum):
    FOLLOWING = strawberry.enum_value(
        "FOLLOWING",
        description="What the viewer follows, newest first; for nobody, an error with extensions.code UNAUTHENTICATED.",
    )
    DISCOVER = strawberry.enum_value("DISCOVER", description="Ranked for the viewer; for nobody, what is loved now.")


@strawberry.enum(description="Why an item is in the feed. The list grows: treat one you do not know as POPULAR.")
class FeedReason(enum.Enum):
    FOLLOWED_AUTHOR = strawberry.enum_value("FOLLOWED_AUTHOR", description="You follow its author.")
    FOLLOWED_TOPIC = strawberry.enum_value("FOLLOWED_TOPIC", description="It is about what you often read about.")
    SIMILAR_TASTE = strawberry.enum_value("SIMILAR_TASTE", description="People who like what you like, like it.")
    POPULAR = strawberry.enum_value("POPULAR", description="Many people love it now.")
    FRESH = strawberry.enum_value("FRESH", description="It is new.")


class FeedEdge(Edge[Note]):
    reason: FeedReason = strawberry.field(description="Why it is in the feed.")


@connection("note", "notes", edge=FeedEdge, page="A page of a feed.", edge_type="A note in a feed.")
class FeedConnection(Connection[Note]):
    pass
