"""Documents that carry vectors are found by what they mean, on a real Meilisearch with a provider on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from content.notes import actions as note_actions
from core.bus import MemoryBus
from core.errors import Conflict
from core.relay import BatchLane, Relay
from search import indexer, queries, rebuild, vectors
from search.alone import alone
from search.embeddings import EmbeddingsUnavailable
from search.meaning import Meaning
from search.meilisearch import Meilisearch
from search.openai_embeddings import OpenAIEmbeddings
from tests.factories.people import person
from tests.graph import Graph
from tests.search.conftest import named
from tests.search.world import World
from tests.services import meilisearch, programs
from tests.services.embeddings import DIMENSIONS, KEY, MODEL, Replica
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def replica(served: tuple[Replica, str]) -> Replica:
    return served[0]


def meaning(url: str) -> Meaning:
    return Meaning(OpenAIEmbeddings(url, KEY, MODEL, DIMENSIONS, timeout=2))


@pytest.fixture
async def engine(
    meilisearch_server: meilisearch.Server, served: tuple[Replica, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Meilisearch]:
    """An open engine with an empty index whose documents carry vectors, and patience for a slow machine."""
    monkeypatch.setattr("search.meaning._PATIENCE", PATIENCE)
    found = Meilisearch(meilisearch_server.url, meilisearch_server.key, named(tmp_path), meaning=meaning(served[1]))
    await found.open()
    async with found.rebuilding():
        pass
    yield found
    await found.close()


async def shelf(*titles: str, body: str = "") -> tuple[World, list[str]]:
    """Notes with those titles."""
    author, filled = await person(), World()
    for title in titles:
        await filled.note(title, author, title, body)
    return filled, list(titles)


async def titles(engine: Meilisearch, text: str, **given: object) -> list[str]:
    found = await queries.search(engine, text, kinds=["NOTE"], **given)  # type: ignore[arg-type]
    return [edge.node.title for edge in found.edges]


class TestFill:
    async def test_finds_what_shares_no_word(self, replica: Replica, engine: Meilisearch) -> None:
        await shelf("林间过夜小屋", "通勤唇部彩妆")
        await rebuild.rebuild(engine)
        assert await titles(engine, "帐篷") == []
        told: list[int] = []
        assert await vectors.fill(engine, told.append) == 3 == told[-1]
        assert await titles(engine, "帐篷") == ["林间过夜小屋"]
        assert await titles(engine, "口红") == ["通勤唇部彩妆"]
        asked = len(replica.calls)
        assert await vectors.fill(engine) == 0 and len(replica.calls) == asked

    async def test_is_done_in_batches(
        self, replica: Replica, engine: Meilisearch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vectors, "_BATCH", 4)
        await shelf(*(f"林间过夜小屋 {number}" for number in range(9)))
        await rebuild.rebuild(engine)
        told: list[int] = []
        assert await vectors.fill(engine, told.append) == 10
        assert told == [4, 8, 10] and len(await titles(engine, "帐篷")) == 9

    async def test_is_done_by_one_at_a_time(self, engine: Meilisearch) -> None:
        async with alone(vectors._LOCK):
            with pytest.raises(Conflict):
                await vectors.fill(engine)
        assert await vectors.fill(engine) == 0

    async def test_takes_out_what_went_meanwhile(self, engine: Meilisearch) -> None:
        filled, _ = await shelf("林间过夜小屋")
        await rebuild.rebuild(engine)
        [note] = filled.things.values()
        await note_actions.delete((await queries.search(engine, "过夜小屋")).edges[0].node.author_id, note.id)
        await vectors.fill(engine)
        assert (await queries.search(engine, "", kinds=["NOTE"])).estimated_total == 0

    async def test_gives_the_rest_theirs_when_one_is_refused(self, replica: Replica, engine: Meilisearch) -> None:
        replica.refused = "拒绝"
        await shelf("过夜小屋 拒绝", *(f"林间过夜小屋 {number}" for number in range(12)))
        await rebuild.rebuild(engine)
        with pytest.raises(EmbeddingsUnavailable):
            await vectors.fill(engine)
        assert len(await titles(engine, "帐篷")) == 12


class TestChanges:
    async def test_of_what_is_no_text_cost_nothing(
        self,
        replica: Replica,
        engine: Meilisearch,
        served: tuple[Replica, str],
        tmp_path: Path,
        meilisearch_server: meilisearch.Server,
    ) -> None:
        filled, _ = await shelf("林间过夜小屋")
        await rebuild.rebuild(engine)
        await vectors.fill(engine)
        asked = len(replica.calls)
        # Of another process, which has nothing at hand.
        other = Meilisearch(meilisearch_server.url, meilisearch_server.key, named(tmp_path), meaning=meaning(served[1]))
        await note_actions.like(await person(), filled.things["林间过夜小屋"].id)
        await indexer.refresh(other, list(filled.things.values()))
        await rebuild.rebuild(other)
        assert len(replica.calls) == asked
        assert await titles(other, "帐篷") == ["林间过夜小屋"]
        await other.close()

    async def test_of_a_text_are_found_by_words_at_once_and_by_meaning_soon(self, engine: Meilisearch) -> None:
        filled, _ = await shelf("林间过夜小屋")
        await rebuild.rebuild(engine)
        await vectors.fill(engine)
        [note] = filled.things.values()
        author = (await queries.search(engine, "过夜小屋")).edges[0].node.author_id
        await note_actions.update(author, note.id, title="通勤唇部彩妆")
        await indexer.refresh(engine, [note])
        assert await titles(engine, "唇部彩妆") == ["通勤唇部彩妆"]
        assert await titles(engine, "帐篷") == [] == await titles(engine, "口红")
        assert await vectors.fill(engine) == 1
        assert await titles(engine, "口红") == ["通勤唇部彩妆"]

    async def test_of_the_model_make_another_index(
        self, engine: Meilisearch, served: tuple[Replica, str], meilisearch_server: meilisearch.Server, tmp_path: Path
    ) -> None:
        await rebuild.rebuild(engine)
        for space in (("another", DIMENSIONS), (MODEL, 128)):
            provider = OpenAIEmbeddings(served[1], KEY, *space)
            other = Meilisearch(
                meilisearch_server.url, meilisearch_server.key, named(tmp_path), meaning=Meaning(provider)
            )
            await other.open()
            assert other.stale
            await other.close()


class TestAway:
    @pytest.mark.parametrize("trouble", [{"status": 503}, {"delay": 5.0}, {"instead": b'{"data": []}'}])
    async def test_costs_no_write_and_no_error_and_is_made_up_for(
        self, replica: Replica, engine: Meilisearch, trouble: dict[str, object], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("search.meaning._PATIENCE", 0.3)
        monkeypatch.setattr("search.circuit._PAUSE_SECONDS", 0.05)
        monkeypatch.setattr(vectors, "_PAUSE_SECONDS", 0.05)
        monkeypatch.setattr(vectors, "_LOOK_SECONDS", 0.05)
        for name, value in trouble.items():
            setattr(replica, name, value)
        graph = Graph(replace(Graph().services, search=engine))
        job = asyncio.create_task(vectors.keep_filled(engine))
        await shelf("林间过夜小屋", "帐篷清单")
        await Relay(MemoryBus(), [BatchLane("search", indexer.EVENTS, indexer.reaction(engine))]).drain()
        for _ in range(3):
            answer = await graph('{ search(query: "帐篷", kinds: [NOTE]) { isAvailable estimatedTotal } }')
            assert answer["errors"] == []
            assert answer["data"] == {"search": {"isAvailable": True, "estimatedTotal": 1}}
        assert await titles(engine, "帐篷") == ["帐篷清单"] and not job.done()

        replica.status, replica.delay, replica.instead = 200, 0, None

        async def are_there() -> bool:
            return await titles(engine, "帐篷") == ["帐篷清单", "林间过夜小屋"]

        await until(are_there)
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job


class TestPages:
    async def test_meet_nothing_twice_and_miss_nothing(self, engine: Meilisearch) -> None:
        await shelf(*(f"林间过夜小屋 {number}" for number in range(9)), "帐篷清单", "通勤唇部彩妆", body="周末")
        await rebuild.rebuild(engine)
        await vectors.fill(engine)
        whole = await queries.search(engine, "帐篷", kinds=["NOTE"])
        assert whole.edges[0].node.title == "帐篷清单" and len(whole.edges) == 10
        assert whole.estimated_total == 10
        seen, after = [], None
        for _ in range(5):
            page = await queries.search(engine, "帐篷", kinds=["NOTE"], first=2, after=after)
            assert page.estimated_total == 10 and len(page.edges) == 2
            seen += [edge.node.id for edge in page.edges]
            after = page.page_info.end_cursor
        assert seen == [edge.node.id for edge in whole.edges] and not page.page_info.has_next_page

    async def test_go_on_after_what_went(self, engine: Meilisearch) -> None:
        filled, _ = await shelf(*(f"林间过夜小屋 {number}" for number in range(6)))
        await rebuild.rebuild(engine)
        await vectors.fill(engine)
        whole = [edge.node for edge in (await queries.search(engine, "帐篷", kinds=["NOTE"])).edges]
        first = await queries.search(engine, "帐篷", kinds=["NOTE"], first=3)
        await note_actions.delete(whole[2].author_id, whole[2].id)
        await indexer.refresh(engine, list(filled.things.values()))
        rest = await queries.search(engine, "帐篷", kinds=["NOTE"], first=3, after=first.page_info.end_cursor)
        assert [edge.node.id for edge in rest.edges] == [node.id for node in whole[3:]]

    async def test_highlight_nothing_where_no_word_is(self, engine: Meilisearch) -> None:
        await shelf("林间过夜小屋", "帐篷清单")
        await rebuild.rebuild(engine)
        await vectors.fill(engine)
        found = await queries.search(engine, "帐篷", kinds=["NOTE"])
        assert [edge.highlight for edge in found.edges] == ["<em>帐篷</em>清单", None]


class TestCommand:
    async def test_rebuilds_and_brings_vectors_or_says_why_not(
        self,
        database_url: str,
        replica: Replica,
        served: tuple[Replica, str],
        meilisearch_server: meilisearch.Server,
    ) -> None:
        await shelf("林间过夜小屋")
        environment = {
            "DATABASE_URL": database_url,
            "MEILI_URL": meilisearch_server.url,
            "MEILI_KEY": meilisearch_server.key,
            "ZHONGCAO_EMBEDDINGS_URL": served[1],
            "ZHONGCAO_EMBEDDINGS_KEY": KEY,
            "ZHONGCAO_EMBEDDINGS_MODEL": MODEL,
            "ZHONGCAO_EMBEDDINGS_DIMENSIONS": str(DIMENSIONS),
        }
        replica.status = 503
        ended = await asyncio.to_thread(programs.run, "search", "rebuild", **environment)
        assert ended.returncode == 0 and "2 documents indexed" in ended.stderr
        assert "get them from a running server or worker" in ended.stderr and "answers 503" in ended.stderr
        replica.status = 200
        ended = await asyncio.to_thread(programs.run, "search", "rebuild", **environment)
        assert ended.returncode == 0 and "vectors: 2" in ended.stderr and "lack" not in ended.stderr
        engine = Meilisearch(meilisearch_server.url, meilisearch_server.key, meaning=meaning(served[1]))
        await engine.open()
        assert not engine.stale and await titles(engine, "帐篷") == ["林间过夜小屋"]
        await engine.close()
