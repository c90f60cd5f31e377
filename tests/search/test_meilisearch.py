"""What only a Meilisearch can do: be away."""

from collections.abc import AsyncIterator

import pytest

from search.engine import NEWEST, Engine, SearchUnavailable
from search.meilisearch import Meilisearch
from tests.factories.search import document, query
from tests.services import meilisearch


@pytest.fixture
async def away() -> AsyncIterator[Engine]:
    """A Meilisearch at an address where there is none."""
    engine = Meilisearch("http://127.0.0.1:9", "no key")
    yield engine
    await engine.close()


class TestAway:
    async def test_does_not_keep_the_process_from_starting(self, away: Engine) -> None:
        await away.open()
        assert away.stale

    async def test_is_told_in_words(self, away: Engine) -> None:
        with pytest.raises(SearchUnavailable):
            await away.ranked(query("露营"), 0, 1)
        with pytest.raises(SearchUnavailable):
            await away.sorted(query(sort=NEWEST), None, 1)
        with pytest.raises(SearchUnavailable):
            await away.suggest("露", 1)
        with pytest.raises(SearchUnavailable):
            await away.write([document("露营")], [])
        with pytest.raises(SearchUnavailable):
            await away.check()
        with pytest.raises(SearchUnavailable):
            async with away.rebuilding():
                pass


class TestKey:
    async def test_a_wrong_one_is_told_as_unavailable(self, meilisearch_server: meilisearch.Server) -> None:
        engine = Meilisearch(meilisearch_server.url, "wrong")
        with pytest.raises(SearchUnavailable):
            await engine.check()
        await engine.close()
