"""Vectors are asked for with patience for documents, with little for somebody who waits, and once a text."""

from array import array
from collections.abc import AsyncIterator
from functools import partial

import pytest

from search import meaning
from search.embeddings import EmbeddingsUnavailable
from search.meaning import Meaning, said
from search.openai_embeddings import OpenAIEmbeddings
from search.relevance import Texts
from tests.services import embeddings
from tests.services.embeddings import DIMENSIONS, KEY, MODEL, Replica
from tests.waiting import PATIENCE, until


@pytest.fixture
async def asked(served: tuple[Replica, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Replica, Meaning]]:
    """A provider, and its vectors, with patience for a slow machine."""
    monkeypatch.setattr(meaning, "_PATIENCE", PATIENCE)
    replica, url = served
    found = Meaning(OpenAIEmbeddings(url, KEY, MODEL, DIMENSIONS))
    yield replica, found
    await found.close()


SOON = meaning._PATIENCE


class TestSaid:
    def test_is_title_names_and_the_beginning_of_the_text(self) -> None:
        assert (
            said(Texts("露营", names="小店\n户外", text="周末", also="野营", sounds=" luying"))
            == "露营\n小店\n户外\n周末"
        )
        assert said(Texts("露营")) == "露营"
        assert len(said(Texts("露营", names="色" * 9_000))) == 1_000


class TestOfQuery:
    async def test_is_asked_for_once(self, asked: tuple[Replica, Meaning]) -> None:
        replica, means = asked
        for _ in range(3):
            assert await means.of_query("帐篷") == array("f", embeddings.vector("帐篷"))
        assert replica.calls == [["帐篷"]]

    async def test_of_a_slow_provider_is_waited_for_once(
        self, asked: tuple[Replica, Meaning], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("search.circuit._PAUSE_SECONDS", 3600)
        monkeypatch.setattr(meaning, "_PATIENCE", SOON)
        replica, means = asked
        replica.delay = 2
        for number in range(50):
            assert await means.of_query(f"帐篷{number}") is None
        assert replica.calls == [["帐篷0"]]

    @pytest.mark.parametrize("trouble", [{"delay": 2.0}, {"status": 503}, {"instead": b"{}"}])
    async def test_comes_back_by_itself(
        self, asked: tuple[Replica, Meaning], trouble: dict[str, object], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("search.circuit._PAUSE_SECONDS", 0.05)
        monkeypatch.setattr(meaning, "_PATIENCE", SOON)
        replica, means = asked
        for name, value in trouble.items():
            setattr(replica, name, value)
        assert await means.of_query("帐篷") is None
        replica.delay, replica.status, replica.instead = 0, 200, None
        await until(partial(means.of_query, "帐篷"))

    async def test_of_one_that_stays_slow_is_not_asked_for_again(
        self, asked: tuple[Replica, Meaning], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("search.circuit._PAUSE_SECONDS", 0.05)
        monkeypatch.setattr(meaning, "_PATIENCE", SOON)
        replica, means = asked
        replica.delay = 2
        assert await means.of_query("帐篷") is None
        await until(lambda: len(replica.calls) >= 3)
        assert await means.of_query("口红") is None
        assert "口红" not in replica.texts


class TestLearn:
    async def test_asks_in_batches_and_once_for_each(self, asked: tuple[Replica, Meaning]) -> None:
        replica, means = asked
        texts = [f"帐篷 {number}" for number in range(25)]
        await means.learn([*texts, *texts])
        await means.learn(texts)
        assert sorted(map(len, replica.calls)) == [5, 10, 10] and sorted(replica.texts) == sorted(texts)
        assert [means.known(text) for text in texts] == [array("f", embeddings.vector(text)) for text in texts]

    async def test_keeps_what_it_got_and_tells_when_that_is_nothing(self, asked: tuple[Replica, Meaning]) -> None:
        replica, means = asked
        texts = [f"帐篷 {number}" for number in range(40)]
        replica.refused = "帐篷 7"
        await means.learn(texts)
        assert [text for text in texts if means.known(text) is None] == ["帐篷 7"]
        with pytest.raises(EmbeddingsUnavailable, match="400"):
            await means.learn(["帐篷 7"])
        replica.status = 500
        with pytest.raises(EmbeddingsUnavailable, match="500"):
            await means.learn([f"口红 {number}" for number in range(40)])

    async def test_a_text_that_is_refused_does_not_keep_others_waiting_for_ever(
        self, asked: tuple[Replica, Meaning]
    ) -> None:
        replica, means = asked
        replica.refused = "帐篷 7"
        texts = [f"帐篷 {number}" for number in range(7, 47)]
        with pytest.raises(EmbeddingsUnavailable):
            for _ in range(20):
                await means.learn(texts)
        assert [text for text in texts if means.known(text) is None] == ["帐篷 7"]

    async def test_forgets_the_oldest(self, asked: tuple[Replica, Meaning], monkeypatch: pytest.MonkeyPatch) -> None:
        _, means = asked
        monkeypatch.setattr(means, "_most_kept", 3)
        for text in ("一", "二", "三"):
            await means.of_query(text)
        assert means.known("一") is not None
        await means.of_query("四")
        assert [text for text in "一二三四" if means.known(text) is None] == ["二"]


class TestDigest:
    async def test_is_of_model_and_size(self) -> None:
        spaces = [(MODEL, 64), (MODEL, 128), ("another", 64), (MODEL, 64)]
        digests = [Meaning(OpenAIEmbeddings("http://127.0.0.1:9", KEY, *space)).digest for space in spaces]
        assert len(set(digests)) == 3 and digests[0] == digests[3]
