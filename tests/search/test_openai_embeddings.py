"""How a provider of vectors is spoken to, and what is made of whatever it answers."""

from array import array
from collections.abc import AsyncIterator

import orjson
import pytest

from search.embeddings import EmbeddingsUnavailable
from search.openai_embeddings import OpenAIEmbeddings
from tests.services import embeddings
from tests.services.embeddings import DIMENSIONS, KEY, MODEL, Replica


@pytest.fixture
async def provider(served: tuple[Replica, str]) -> AsyncIterator[OpenAIEmbeddings]:
    found = OpenAIEmbeddings(f"{served[1]}/", KEY, MODEL, DIMENSIONS)
    yield found
    await found.close()


def answer(*vectors: list[float], begin: int = 0) -> bytes:
    return orjson.dumps({"data": [{"index": n, "embedding": each} for n, each in enumerate(vectors, begin)]})


ONE = [1.0] * DIMENSIONS


class TestEmbed:
    async def test_gives_vectors_in_the_order_of_the_texts(self, provider: OpenAIEmbeddings) -> None:
        found = await provider.embed(["帐篷", "口红", "露营"])
        assert found == [array("f", embeddings.vector(text)) for text in ("帐篷", "口红", "露营")]

    @pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
    async def test_a_refusal_is_told(
        self, served: tuple[Replica, str], provider: OpenAIEmbeddings, status: int
    ) -> None:
        served[0].status = status
        with pytest.raises(EmbeddingsUnavailable, match=str(status)):
            await provider.embed(["帐篷"])

    @pytest.mark.parametrize(
        ("instead", "told"),
        [
            (b"<html>Bad Gateway</html>", "malformed"),
            (b"", "truncated"),
            (b"[]", "object"),
            (b'{"data": [{"embedding": [1]}]}', "index"),
            (b'{"data": [{"index": 0, "embedding": "AAAA"}]}', "array"),
            (b'{"data": []}', "0 vectors for 1"),
            (answer(ONE, ONE), "2 vectors for 1"),
            (answer(ONE, begin=1), "1 vectors for 1"),
            (answer(ONE[1:]), "63 dimensions, and 64 are set"),
            (answer([*ONE, 1.0]), "65 dimensions, and 64 are set"),
            (answer([0.0] * DIMENSIONS), "points nowhere"),
            (answer([1e300, *ONE[1:]]), "points nowhere"),
        ],
    )
    async def test_what_is_no_answer_is_told(
        self, served: tuple[Replica, str], provider: OpenAIEmbeddings, instead: bytes, told: str
    ) -> None:
        served[0].instead = instead
        with pytest.raises(EmbeddingsUnavailable, match=told):
            await provider.embed(["帐篷"])

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "http://[/v1", "http:///v1"])
    async def test_one_that_is_not_there_is_told(self, url: str) -> None:
        nowhere = OpenAIEmbeddings(url, KEY, MODEL, DIMENSIONS)
        with pytest.raises(EmbeddingsUnavailable):
            await nowhere.embed(["帐篷"])
        await nowhere.close()

    async def test_a_wrong_key_is_told(self, served: tuple[Replica, str]) -> None:
        stranger = OpenAIEmbeddings(served[1], "wrong", MODEL, DIMENSIONS)
        with pytest.raises(EmbeddingsUnavailable, match="401"):
            await stranger.embed(["帐篷"])
        await stranger.close()
