"""Both engines, so that each test of search runs on one and then on the other."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from search.embedded import Embedded
from search.engine import Engine
from search.meilisearch import Meilisearch
from tests.services import cannot_be_had, embeddings, meilisearch
from tests.waiting import PATIENCE


@pytest.fixture(scope="session")
def meilisearch_server() -> Iterator[meilisearch.Server]:
    """A private Meilisearch. Where it can't be had its tests skip, saying why; in CI they fail."""
    try:
        meilisearch.binary()
    except meilisearch.Unavailable as reason:
        cannot_be_had(reason)
    with meilisearch.started() as server:
        yield server


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine is no outage."""
    monkeypatch.setattr("search.meilisearch._PATIENCE", PATIENCE)


@pytest.fixture
async def served() -> AsyncIterator[tuple[embeddings.Replica, str]]:
    """A provider of vectors, and its URL."""
    async with embeddings.started() as found:
        yield found


@pytest.fixture(params=["embedded", "meilisearch"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """An open engine with an empty index of this test's own."""
    found = make(request, tmp_path)
    await found.open()
    async with found.rebuilding():
        pass
    yield found
    await found.close()


@pytest.fixture(params=["embedded", "meilisearch"])
async def unopened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """An engine that has never been used."""
    found = make(request, tmp_path)
    yield found
    await found.close()


def make(request: pytest.FixtureRequest, folder: Path) -> Engine:
    if request.param == "embedded":
        return Embedded(folder / "search")
    server = request.getfixturevalue("meilisearch_server")
    return Meilisearch(server.url, server.key, named(folder))


def named(folder: Path) -> str:
    """The name of the index of a test whose folder this is."""
    return folder.name.replace("[", "-").replace("]", "-")
