"""Vectors by `/embeddings` of OpenAI's API, which DashScope (Qwen), Ollama, vLLM and servers of BGE speak as well."""

import math
from array import array
from collections.abc import Sequence
from typing import Final

import msgspec
from httpx2 import AsyncClient, HTTPError, InvalidURL

from search.embeddings import EmbeddingsUnavailable, Vector

TIMEOUT: Final = 30.0
# So much of a refusal goes to the log.
_TOLD: Final = 200


class _Item(msgspec.Struct):
    index: int
    embedding: list[float]


class _Answer(msgspec.Struct):
    data: list[_Item]


class OpenAIEmbeddings:
    """The API below `url`, e.g. https://api.openai.com/v1. `timeout` is in seconds."""

    def __init__(self, url: str, key: str, model: str, dimensions: int, timeout: float = TIMEOUT) -> None:
        self.name = model
        self.dimensions = dimensions
        self._address = f"{url.rstrip('/')}/embeddings"
        self._client = AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=timeout)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """As the port says."""
        # Without `dimensions`, which many a server refuses: a model's own number is the one to set.
        wanted = {"model": self.name, "input": list(texts), "encoding_format": "float"}
        try:
            answer = await self._client.post(self._address, json=wanted)
        except (HTTPError, InvalidURL) as error:
            raise EmbeddingsUnavailable(f"{self._address}: {type(error).__name__} {error}") from error
        if not answer.is_success:
            raise EmbeddingsUnavailable(f"{self._address} answers {answer.status_code}: {answer.text[:_TOLD]!r}")
        try:
            items = msgspec.json.decode(answer.content, type=_Answer).data
        except msgspec.MsgspecError as error:
            raise EmbeddingsUnavailable(f"{self._address} answers something else: {error}") from error
        items.sort(key=lambda item: item.index)
        if [item.index for item in items] != list(range(len(texts))):
            raise EmbeddingsUnavailable(f"{self._address} gave {len(items)} vectors for {len(texts)} texts")
        return [self._checked(array("f", item.embedding)) for item in items]

    def _checked(self, vector: Vector) -> Vector:
        if len(vector) != self.dimensions:
            raise EmbeddingsUnavailable(f"{self.name} gives {len(vector)} dimensions, and {self.dimensions} are set")
        if not any(vector) or not all(map(math.isfinite, vector)):
            raise EmbeddingsUnavailable(f"{self.name} gave a vector that points nowhere")
        return vector

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()
