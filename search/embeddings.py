"""The port to a model that turns texts into vectors, near to each other where texts mean much the same."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

Vector: TypeAlias = Sequence[float]

# DashScope takes no more texts at a time.
MOST_TEXTS: Final = 10


class EmbeddingsUnavailable(Exception):
    """The provider gave no vectors: it is away, refuses, or answered something else."""


class Embeddings(Protocol):
    """A provider of vectors. `name` is that of its model: another name or size is another space."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of up to MOST_TEXTS texts, in their order. Raises EmbeddingsUnavailable."""

    async def close(self) -> None: ...
