"""Queries of search."""

from typing import Annotated, Any

import strawberry

from schema import rates
from schema.context import Info
from schema.pagination import After, First
from schema.search.inputs import SearchFilter
from schema.search.types import SearchConnection, SearchKind, SearchSort
from search import queries, suggestions
from search.engine import SearchUnavailable

_Text = Annotated[
    str,
    strawberry.argument(
        description="Words in either Chinese script, pinyin or its initials, or any other language; up to 200"
        " characters. Empty: everything."
    ),
]
_Kinds = Annotated[list[SearchKind] | None, strawberry.argument(description="Only these; null or empty: all.")]
_Filter = Annotated[SearchFilter | None, strawberry.argument(description="What hits must be.")]
_Sort = Annotated[SearchSort, strawberry.argument(description="In which order.")]
_Prefix = Annotated[str, strawberry.argument(description="What has been typed so far, up to 200 characters.")]
_Most = Annotated[int | None, strawberry.argument(description="How many at the most, 0 to 100; null is 8.")]
_Trends = Annotated[int | None, strawberry.argument(description="How many at the most, 0 to 100; null is 10.")]


@strawberry.type
class SearchQueries:
    @strawberry.field(
        description="Notes, products, people, live streams and topics in one list. What was published is found within"
        " a second. While the search engine is down: an empty page whose isAvailable is false, and the answer's"
        " `extensions.unavailable` names `search`.",
        graphql_type=SearchConnection,
    )
    async def search(
        self,
        info: Info,
        query: _Text,
        kinds: _Kinds = None,
        filter: _Filter = None,
        sort: _Sort = SearchSort.RELEVANCE,
        first: First = 20,
        after: After = None,
    ) -> Any:
        await rates.require(info.context, "search")
        try:
            found = await queries.search(
                info.context.services.search,
                query,
                kinds=[kind.name for kind in kinds or ()],
                filter=filter.parsed() if filter else None,
                sort=sort.name,
                first=first,
                after=after,
                hidden=await info.context.hidden(),
            )
        except SearchUnavailable:
            info.context.unavailable.add("search")
            return queries.UNAVAILABLE
        if info.context.viewer_id is not None and found.answered:
            info.context.services.terms.count(info.context.viewer_id, found.answered)
        return found

    @strawberry.field(
        description="How what is being typed may go on: what others search for, then titles, topics and handles, that"
        " begin so in characters, pinyin or initials. For an empty prefix, what is searched most of late, and what most"
        " is written about. While the search engine is down: what others search for, and the answer's"
        " `extensions.unavailable` names `search`."
    )
    async def search_suggestions(self, info: Info, prefix: _Prefix, first: _Most = 8) -> list[str]:
        await rates.require(info.context, "searchSuggestions")
        services = info.context.services
        found = await suggestions.suggestions(services.search, services.terms, prefix, first)
        if not found.is_available:
            info.context.unavailable.add("search")
        return found.texts

    @strawberry.field(
        description="What signed-in people search for most of late and find, the hottest first, in simplified"
        " characters and lower case. Nothing that fewer than 3 people searched who have had an account for a"
        " day or bought something; refreshed within half a minute."
    )
    def trending_searches(self, info: Info, first: _Trends = 10) -> list[str]:
        return suggestions.trending(info.context.services.terms, first)
