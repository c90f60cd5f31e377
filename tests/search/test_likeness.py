"""How hits that are alike stand beside those that have the words, and what an engine without vectors asks."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from search import chinese, queries
from search import meilisearch_shape as shape
from search.engine import NEWEST, NOTE, PRODUCT, USER, Document
from search.meaning import Meaning
from search.meilisearch import Meilisearch
from search.openai_embeddings import OpenAIEmbeddings
from search.synonyms import own
from tests.factories.search import document, query
from tests.search.conftest import named
from tests.services import meilisearch
from tests.services.embeddings import DIMENSIONS, KEY, MODEL, Replica
from tests.waiting import PATIENCE


@pytest.fixture
async def shelf(
    meilisearch_server: meilisearch.Server,
    served: tuple[Replica, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator["Shelf"]:
    """An empty index whose documents carry vectors, and patience for a slow machine."""
    monkeypatch.setattr("search.meaning._PATIENCE", PATIENCE)
    provider = OpenAIEmbeddings(served[1], KEY, MODEL, DIMENSIONS)
    engine = Meilisearch(meilisearch_server.url, meilisearch_server.key, named(tmp_path), meaning=Meaning(provider))
    async with engine.rebuilding():
        pass
    yield Shelf(engine)
    await engine.close()


class Shelf:
    """An engine whose documents have their vectors, asked by text and answering with titles."""

    def __init__(self, engine: Meilisearch) -> None:
        self.engine = engine
        self.titles: dict[object, str] = {}

    async def put(self, *documents: Document) -> None:
        self.titles |= {each.thing: each.title for each in documents}
        await self.engine.write(documents, [])
        learnt = await self.engine.learn(100)
        await self.engine.write([each for each in documents if each.thing in learnt], [])

    async def find(self, text: str, **given: object) -> list[str]:
        answer = await self.engine.ranked(query(text, **given), 0, 20)
        return [self.titles[hit.thing] for hit in answer.hits]


class TestOrder:
    async def test_words_come_before_meaning(self, shelf: Shelf) -> None:
        await shelf.put(
            document("过夜小屋", popular=900_000),
            document("帐篷清单"),
            document("周末出门", text="带上帐篷"),
        )
        assert await shelf.find("帐篷") == ["帐篷清单", "周末出门", "过夜小屋"]

    async def test_meaning_counts_among_those_with_the_words(self, shelf: Shelf) -> None:
        await shelf.put(document("latte杯子"), *(document("green杯子", popular=100) for _ in range(3)))
        assert await shelf.find("杯子") == ["green杯子", "green杯子", "green杯子", "latte杯子"]
        assert (await shelf.find("咖啡杯子", loose=True))[0] == "latte杯子"

    async def test_what_is_sold_out_comes_last(self, shelf: Shelf) -> None:
        await shelf.put(
            document("过夜小屋", PRODUCT, price=100, popular=900_000),
            document("过夜小屋 口红", PRODUCT, price=100, in_stock=True),
        )
        assert await shelf.find("帐篷") == ["过夜小屋 口红", "过夜小屋"]

    async def test_what_is_too_far_is_not_found(self, shelf: Shelf) -> None:
        await shelf.put(document("过夜小屋"), document("口红"))
        assert await shelf.find("帐篷") == ["过夜小屋"]
        assert shelf.engine._meaning is not None
        shelf.engine._meaning.floor = 0.99
        assert await shelf.find("帐篷") == []

    async def test_the_rank_is_of_query_and_document_alone(self, shelf: Shelf) -> None:
        one = document("林间过夜小屋")
        await shelf.put(one, document("帐篷清单"))

        async def rank() -> float:
            hits = (await shelf.engine.ranked(query("帐篷"), 0, 99)).hits
            return next(hit.position.rank for hit in hits if hit.thing == one.thing)

        before = await rank()
        await shelf.put(*(document(f"过夜小屋 {number}", text="帐篷") for number in range(30)))
        assert 0 < await rank() == before

    async def test_sorted_lists_are_by_words(self, shelf: Shelf) -> None:
        await shelf.put(document("过夜小屋", published=2), document("帐篷", published=1))
        answer = await shelf.engine.sorted(query("帐篷", sort=NEWEST), None, 9)
        assert [shelf.titles[hit.thing] for hit in answer.hits] == ["帐篷"] and answer.total == 1


class TestCounts:
    async def test_filters_hold(self, shelf: Shelf) -> None:
        await shelf.put(
            document("过夜小屋", topics=["露营"]), document("过夜小屋 大", PRODUCT, price=900, in_stock=True)
        )
        assert await shelf.find("帐篷", kinds=[PRODUCT]) == ["过夜小屋 大"]
        assert await shelf.find("帐篷", topics=["露营"]) == ["过夜小屋"]
        assert await shelf.find("帐篷", max_price=899) == [] == await shelf.find("帐篷", kinds=[USER])

    async def test_facets_and_the_total_count_them(self, shelf: Shelf) -> None:
        await shelf.put(
            document("帐篷", topics=["露营"]),
            document("过夜小屋", topics=["露营", "周末"]),
            document("过夜小屋 大", PRODUCT),
            document("口红", topics=["美妆"]),
        )
        answer = await shelf.engine.ranked(query("帐篷"), 0, 1)
        assert (answer.total, answer.alike, answer.worded) == (3, 2, 1)
        assert answer.facets == {"kind": {NOTE: 2, PRODUCT: 1}, "topic": {"露营": 2, "周末": 1}}

    async def test_they_do_not_keep_a_list_from_going_on_loosely(self, shelf: Shelf) -> None:
        await shelf.put(*(document(f"过夜小屋 {number}") for number in range(12)), document("帐篷外面放的椅子"))
        text = chinese.folded("帐篷地钉")
        asked, answer = await queries.begun(shelf.engine, queries.asked(text), 20)
        assert asked.loose and queries._few(asked, answer)
        assert shelf.titles[answer.hits[0].thing] == "帐篷外面放的椅子"
        assert len(answer.hits) == 13 == answer.total

    async def test_they_are_not_enough_to_doubt_nothing(self, shelf: Shelf) -> None:
        await shelf.put(*(document(f"过夜小屋 {number}") for number in range(12)))
        asked, answer = await queries.begun(shelf.engine, queries.asked("帐篷"), 20)
        assert answer.total == 12 and queries._few(asked, answer)


class TestOff:
    """Without a provider the engine asks what it always asked, of the index it always had."""

    async def asked(self, server: meilisearch.Server, name: str) -> list[tuple[str, Any]]:
        engine = Meilisearch(server.url, server.key, name)
        sent: list[tuple[str, Any]] = []

        async def note(request: httpx2.Request) -> None:
            if request.method != "GET":
                sent.append((request.url.path, json.loads(request.content or b"null")))

        engine._client.http_client.event_hooks = {"request": [note], "response": []}
        async with engine.rebuilding() as sink:
            await sink.add([document("露营")])
        await engine.write([document("帐篷")], [])
        assert await engine.learn(100) == []
        await engine.ranked(query("露营"), 0, 1)
        await engine.close()
        return sent

    async def test_asks_for_nothing_more(self, meilisearch_server: meilisearch.Server, tmp_path: Path) -> None:
        name = named(tmp_path)
        uid = f"{name}-{shape.VERSION}-{own().digest}"
        sent = await self.asked(meilisearch_server, name)
        paths = [path.replace(f"{uid}-building", "NEW").replace(uid, "INDEX") for path, _ in sent]
        assert paths == [
            *("/indexes/NEW", "/indexes", "/indexes/NEW/settings", "/indexes/NEW/documents"),
            *("/swap-indexes", "/indexes/INDEX/documents", "/multi-search"),
        ]
        assert not any(word in json.dumps(body) for _, body in sent for word in ("vector_of", "_vectors", 'embedder"'))
        assert sent[2][1].get("embedders") is None
        searches = sent[-1][1]["queries"]
        assert [search["q"] for search in searches] == [wanted["q"] for wanted in shape.wanted(query("露营"))[0]]
        assert len(searches) == 1
        assert all(search["vector"] is None and search["hybrid"] is None for search in searches)
