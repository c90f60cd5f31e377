"""Types of search."""

import enum
from typing import Annotated

import strawberry

import execution
from schema.accounts.types import User
from schema.batching import batched
from schema.catalogue.types import Product
from schema.live.types import LiveStream
from schema.notes.types import Note, Topic
from schema.pagination import Connection, Edge, connection
from schema.search import fields


@strawberry.enum(description="What can be found.")
class SearchKind(enum.Enum):
    NOTE = strawberry.enum_value("NOTE", description="Notes, by title, text and topics.")
    PRODUCT = strawberry.enum_value("PRODUCT", description="Products, by title, description, variants and shop.")
    USER = strawberry.enum_value("USER", description="People, by name, handle, specialty and bio.")
    LIVE_STREAM = strawberry.enum_value("LIVE_STREAM", description="Live streams that were not cancelled, by title.")
    TOPIC = strawberry.enum_value("TOPIC", description="Topics that notes are about, by name.")


@strawberry.enum(description="In which order hits come.")
class SearchSort(enum.Enum):
    RELEVANCE = strawberry.enum_value(
        "RELEVANCE",
        description="Best match first, what is sold out last; without a query as POPULAR. Ends after the 1,000 best.",
    )
    NEWEST = strawberry.enum_value("NEWEST", description="Latest published first.")
    POPULAR = strawberry.enum_value(
        "POPULAR",
        description="Most likes, sales, followers, viewers or notes first, as its kind counts; what is sold out last.",
    )
    PRICE_ASC = strawberry.enum_value(
        "PRICE_ASC",
        description="Cheapest first, then what is sold out, then what has no price. Prices are compared within one"
        " currency: products in CNY come first, then those in each other one; `SearchFilter.currency` names one.",
    )
    PRICE_DESC = strawberry.enum_value(
        "PRICE_DESC", description="Dearest first, else as PRICE_ASC: currency by currency."
    )


SearchHit = Annotated[
    Note | Product | User | LiveStream | Topic, strawberry.union("SearchHit", description="Anything that can be found.")
]


class SearchEdge(Edge[SearchHit]):
    highlight: str | None = batched(
        fields.highlight,
        description="The best passage, its matches between <em> and </em>, all else escaped: safe to show as HTML."
        " Null when no word of the query is in it, as for a word with a slip in it.",
        metadata=execution.amount(60, most=20_000),
    )


@strawberry.type(description="How many hits have a value.")
class SearchFacetValue:
    value: str = strawberry.field(description="A SearchKind, or a topic's name.")
    count: int = strawberry.field(description="How many hits have it.")


@strawberry.type(description="How all hits, not only this page's, fall into groups.")
class SearchFacet:
    name: str = strawberry.field(description='"kind" or "topic". The list grows: skip one you do not know.')
    values: list[SearchFacetValue] = strawberry.field(
        description="The most frequent first, at most 20.", metadata=execution.amount(6, most=20)
    )


@connection(
    "hit",
    "hits",
    edge=SearchEdge,
    edges="The hits of this page; fewer than `first` when some have just been deleted.",
    edge_type="A hit.",
    node="What was found.",
)
class SearchConnection(Connection[SearchHit]):
    facets: list[SearchFacet] = strawberry.field(
        description="How all hits fall into kinds and topics.", metadata=execution.amount(2, most=10)
    )
    estimated_total: int = strawberry.field(description="How many hits there are in all, about.")
    is_available: bool = strawberry.field(
        description="False while the search engine is down or its index is being made ready: the page is empty then,"
        " which says nothing of what there is. Ask again later."
    )
    did_you_mean: list[str] = batched(
        fields.did_you_mean,
        description="On a first page with few hits or none: up to 3 queries that may have been meant, the likeliest"
        " first: with the character that sounds so or fits, without the slip in a word, or in characters what was typed"
        " as pinyin. Each finds something, if no kinds or filter are in the way. Empty otherwise. Worked out only where"
        " it is selected.",
        metadata=execution.amount(0.3, most=3),
    )
