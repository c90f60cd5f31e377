"""Vectors in a Meilisearch index: the embedder that it has for them, what entries carry, and how likeness is asked for.

An entry says of which text its vector is (`vector_of`), so that what only became more popular keeps it. Meilisearch
wants a vector or its absence from every entry.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from meilisearch_python_sdk import AsyncIndex
from meilisearch_python_sdk.errors import MeilisearchApiError
from meilisearch_python_sdk.models.search import Hybrid
from meilisearch_python_sdk.models.settings import MeilisearchSettings, UserProvidedEmbedder

from search.embeddings import Vector
from search.engine import Found
from search.meaning import Meaning, said
from search.meilisearch_shape import SETTINGS
from search.relevance import WINDOW, Texts

_EMBEDDER: Final = "meaning"
# What the server says of an index that it does not have.
UNKNOWN: Final = "index_not_found"


def settings(dimensions: int) -> MeilisearchSettings:
    """The settings of an index whose documents carry vectors."""
    return SETTINGS.model_copy(
        update={
            "filterable_attributes": [*(SETTINGS.filterable_attributes or []), "vector_of"],
            "displayed_attributes": [*(SETTINGS.displayed_attributes or []), "topic"],
            "embedders": {_EMBEDDER: UserProvidedEmbedder(dimensions=dimensions)},
        }
    )


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _said(entry: dict[str, Any]) -> str:
    return said(msgspec.convert(entry["texts"], Texts))


async def carry(entries: Sequence[dict[str, Any]], meaning: Meaning, served: AsyncIndex) -> None:
    """Gives entries the vectors that are at hand, or that the served index has of the same texts."""
    texts = {entry["id"]: _said(entry) for entry in entries}
    found = {key: vector for key, text in texts.items() if (vector := meaning.known(text)) is not None}
    stored = await _stored(served, [key for key in texts if key not in found])
    for entry in entries:
        key, mark = entry["id"], _mark(texts[entry["id"]])
        carried = list(found[key]) if key in found else stored.get((key, mark))
        entry["vector_of"] = None if carried is None else mark
        entry["_vectors"] = {_EMBEDDER: carried}


async def _stored(index: AsyncIndex, keys: list[str]) -> dict[tuple[str, str], list[float]]:
    """The vectors that an index has, by a document and the mark of its text."""
    if not keys:
        return {}
    try:
        answer = await index.get_documents(
            ids=keys, limit=len(keys), fields=["id", "vector_of", "_vectors"], retrieve_vectors=True
        )
    except MeilisearchApiError as error:
        if error.code == UNKNOWN:
            return {}
        raise
    return {
        (each["id"], each["vector_of"]): each["_vectors"][_EMBEDDER]["embeddings"][0]
        for each in answer.results
        if each["vector_of"] is not None
    }


async def lacking(index: AsyncIndex, most: int) -> dict[str, str]:
    """The keys of documents without a vector, and the text of each."""
    answer = await index.get_documents(filter="vector_of IS NULL", limit=most, fields=["id", "texts"])
    return {each["id"]: _said(each) for each in answer.results}


def wanted(vector: Vector, floor: float) -> dict[str, Any]:
    """Asks for what is like a vector, by a cosine of `floor` or more."""
    return {
        "vector": list(vector),
        "hybrid": Hybrid(semantic_ratio=1.0, embedder=_EMBEDDER),
        "ranking_score_threshold": (1 + floor) / 2,
        "show_ranking_score": True,
        "limit": WINDOW,
        "attributes_to_retrieve": ["id", "texts", "topic"],
    }


def counted(facets: Mapping[str, Mapping[str, int]], hits: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Facets with further hits counted among them."""
    values = {
        "kind": [Found.from_key(hit["id"]).kind for hit in hits],
        "topic": [t for hit in hits for t in hit["topic"]],
    }
    return {name: dict(Counter(told) + Counter(values[name])) for name, told in facets.items()}


def likeness(score: float, floor: float) -> float:
    """How alike a hit is: from 0 at the floor to 1 for what points the same way."""
    return max(0.0, (2 * score - 1 - floor) / (1 - floor))
