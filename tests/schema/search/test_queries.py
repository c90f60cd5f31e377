"""Search as the graph shows it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from people.follows import actions as follow_actions
from schema import ids
from search import rebuild
from search.embedded import Embedded
from tests.factories.people import person
from tests.graph import Graph, built
from tests.search import world
from tests.search.terms.searched import settled
from tests.search.world import World

SEARCH = """
query (
  $query: String!, $kinds: [SearchKind!], $filter: SearchFilter, $sort: SearchSort! = RELEVANCE
  $first: Int, $after: String
) {
  search(query: $query, kinds: $kinds, filter: $filter, sort: $sort, first: $first, after: $after) {
    edges { cursor highlight node { __typename ... on Node { id }
      ... on Note { title } ... on Product { title } ... on User { handle } ... on LiveStream { title }
      ... on Topic { name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets { name values { value count } }
    estimatedTotal isAvailable
  }
}
"""
MEANT = "query ($query: String!, $sort: SearchSort! = RELEVANCE) { search(query: $query, sort: $sort) { didYouMean } }"
TRENDING = "query ($first: Int) { trendingSearches(first: $first) }"
SUGGEST = "query ($prefix: String!, $first: Int) { searchSuggestions(prefix: $prefix, first: $first) }"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Embedded]:
    """An open embedded engine."""
    found = Embedded(tmp_path / "search")
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def graph(engine: Embedded) -> Graph:
    """The graph with that engine."""
    return Graph(replace(Graph().services, search=engine))


async def trending(graph: Graph, **given: Any) -> Any:
    """What the graph's process tells after it has written and read."""
    await graph.services.terms.flush()
    await graph.services.terms.reload()
    return (await graph(TRENDING, **given))["data"]["trendingSearches"]


@pytest.mark.usefixtures("database")
class TestTrendingSearches:
    async def test_tells_what_several_people_searched_and_found(self, engine: Embedded, graph: Graph) -> None:
        await world.indexed(engine)
        people = await settled(3)
        for one in people:
            for query in ("露營", "露营帐篷", "量子力学", "iphnoe"):
                await graph(SEARCH, query=query, as_=one)
        for one in people[:2]:
            await graph(SEARCH, query="口红", as_=one)
        await graph(SEARCH, query="露营", as_=(await settled())[0])
        assert await trending(graph) == ["露营", "露营帐篷"]
        assert await trending(graph, first=1) == ["露营"]
        assert (await graph(SUGGEST, prefix="ly"))["data"]["searchSuggestions"][:2] == ["露营", "露营帐篷"]

    async def test_counts_neither_nobody_nor_later_pages(self, engine: Embedded, graph: Graph) -> None:
        await world.indexed(engine)
        for one in [None, None, None, *await settled(2)]:
            page = (await graph(SEARCH, query="露营", first=1, as_=one))["data"]["search"]
        after = page["pageInfo"]["endCursor"]
        await graph(SEARCH, query="露营", first=1, after=after, as_=(await settled())[0])
        assert await trending(graph) == []
        await graph(SEARCH, query="露营", first=1, as_=(await settled())[0])
        assert await trending(graph) == ["露营"]


@pytest.mark.usefixtures("database")
class TestSearch:
    async def test_answers_with_all_five_kinds(self, engine: Embedded, graph: Graph) -> None:
        filled = await world.indexed(engine)
        answer = await graph(SEARCH, query="露營")
        assert answer["errors"] == []
        found = answer["data"]["search"]
        kinds = {edge["node"]["__typename"] for edge in found["edges"]}
        assert kinds == {"Note", "Product", "User", "LiveStream", "Topic"}
        note = next(edge for edge in found["edges"] if edge["node"]["__typename"] == "Note")
        assert note["highlight"] == "秋天<em>露營</em>裝備清單"
        assert note["node"]["id"] == ids.encode("note", filled.things["note"].id)
        assert found["estimatedTotal"] == 6
        assert [facet["name"] for facet in found["facets"]] == ["kind", "topic"]
        assert found["facets"][0]["values"][0] == {"value": "PRODUCT", "count": 2}

    async def test_shows_nothing_of_whom_the_viewer_blocked(self, engine: Embedded, graph: Graph) -> None:
        filled, me = await world.indexed(engine), await person()
        before = (await graph(SEARCH, as_=me, query="露營"))["data"]["search"]
        await follow_actions.block(me, filled.things["person"].id)
        after = (await Graph(graph.services, blocks=True)(SEARCH, as_=me, query="露營"))["data"]["search"]
        seen, left = ([edge["node"] for edge in page["edges"]] for page in (before, after))
        gone = [node for node in seen if node not in left]
        assert {node["__typename"] for node in gone} == {"Note", "User", "LiveStream"}
        assert left == [node for node in seen if node["__typename"] in ("Product", "Topic")] != []
        assert after["pageInfo"] == before["pageInfo"]

    async def test_filters_sorts_and_pages(self, engine: Embedded, graph: Graph) -> None:
        await world.indexed(engine)
        given: dict[str, Any] = {"query": "", "kinds": ["PRODUCT"], "sort": "PRICE_ASC", "first": 2}
        first = (await graph(SEARCH, **given))["data"]["search"]
        assert [edge["node"]["title"] for edge in first["edges"]] == ["iPhone 手机壳", "露营帐篷 三季"]
        rest = (await graph(SEARCH, **given, after=first["pageInfo"]["endCursor"]))["data"]["search"]
        assert [edge["node"]["title"] for edge in rest["edges"]] == ["露营折叠椅"]
        assert rest["pageInfo"]["hasPreviousPage"] and not rest["pageInfo"]["hasNextPage"]
        narrow = {"minPrice": "50", "maxPrice": "100.00", "inStock": None, "topics": None}
        answer = await graph(SEARCH, query="", filter=narrow)
        assert [edge["node"]["title"] for edge in answer["data"]["search"]["edges"]] == ["露营折叠椅"]
        answer = await graph(SEARCH, query="", filter={"publishedAfter": "2999-01-01T00:00:00Z", "hasGroupBuy": True})
        assert answer["data"]["search"]["edges"] == []
        answer = await graph(SEARCH, query="", filter={"liveNow": True})
        assert [edge["node"]["title"] for edge in answer["data"]["search"]["edges"]] == ["露营好物专场"]

    @pytest.mark.parametrize(
        "given",
        [
            {"query": "露" * 201},
            {"query": "", "first": 101},
            {"query": "", "after": "nonsense"},
            {"query": "", "filter": {"topics": ["a"] * 21}},
            {"query": "", "filter": {"closingWithin": -1}},
        ],
    )
    async def test_refuses_what_is_malformed(self, engine: Embedded, graph: Graph, given: dict[str, Any]) -> None:
        await world.indexed(engine)
        answer = await graph(SEARCH, **given)
        assert answer["data"] is None
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"

    async def test_says_that_search_is_being_made_ready(self) -> None:
        answer = await Graph()(SEARCH, query="露营")
        assert answer["errors"] == []
        assert answer["data"]["search"]["edges"] == [] and not answer["data"]["search"]["isAvailable"]
        assert await Graph()(SUGGEST, prefix="露") == {"data": {"searchSuggestions": []}, "errors": []}

    @pytest.mark.parametrize(("document", "given"), [(SEARCH, {"query": "露营"}), (SUGGEST, {"prefix": "露"})])
    async def test_says_beside_the_data_that_search_did_not_answer(self, document: str, given: dict[str, Any]) -> None:
        context = Graph().context()
        await built().execute(document, variable_values=given, context_value=context)
        assert context.unavailable == {"search"}

    async def test_asks_whether_something_else_was_meant(self, engine: Embedded, graph: Graph) -> None:
        await world.indexed(engine)
        for query, meant in (("路营帐逢", ["露营帐篷"]), ("iphnoe", ["iphone"]), ("露营", []), ("", [])):
            answer = await graph(MEANT, query=query)
            assert answer["errors"] == []
            assert answer["data"]["search"]["didYouMean"] == meant

    async def test_suggests(self, engine: Embedded, graph: Graph) -> None:
        await world.indexed(engine)
        answer = await graph(SUGGEST, prefix="luyingz")
        assert set(answer["data"]["searchSuggestions"]) == {"露营帐篷 三季", "露营折叠椅"}
        assert len((await graph(SUGGEST, prefix="露", first=1))["data"]["searchSuggestions"]) == 1


class TestStatements:
    async def test_are_one_a_kind_however_many_hits(
        self, statements: list[str], engine: Embedded, graph: Graph
    ) -> None:
        filled: World = await world.indexed(engine)
        statements.clear()
        await graph(SEARCH, query="露营")
        assert len(statements) == 5
        for number in range(20):
            await filled.note(str(number), filled.things["person"].id, f"露营 {number}")
        await rebuild.rebuild(engine)
        statements.clear()
        answer = await graph(SEARCH, query="露营", first=50)
        assert len(answer["data"]["search"]["edges"]) == 26
        assert len(statements) == 5
        statements.clear()
        await graph(SEARCH, query="露营帐逢")
        kinds = len(statements)
        assert (await graph(MEANT, query="露营帐逢"))["data"]["search"]["didYouMean"] == ["露营帐篷"]
        assert len(statements) == 2 * kinds
        statements.clear()
        await graph(SUGGEST, prefix="露营", as_=filled.things["person"].id)
        await graph(TRENDING, as_=filled.things["person"].id)
        assert statements == []
