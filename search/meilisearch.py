"""The engine on a Meilisearch server, for more than one process or more than one machine can hold.

Written and asked through meilisearch-python-sdk, as the official client blocks the event loop.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from httpx2 import HTTPStatusError
from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk.errors import MeilisearchApiError, MeilisearchError
from meilisearch_python_sdk.models.search import SearchParams

from search import chinese, relevance
from search import meilisearch_shape as shape
from search import meilisearch_vectors as vectors
from search.circuit import Circuit
from search.engine import (
    DEEPEST,
    FACETS,
    POPULAR,
    Answer,
    Document,
    Found,
    Hit,
    Position,
    Query,
    SearchUnavailable,
    SearchUnbuilt,
    SearchUnwritable,
    Sink,
)
from search.meaning import Meaning
from search.synonyms import Synonyms, own

logger = logging.getLogger(__name__)

# How long a task may take, in milliseconds: that of a small batch, and any.
_SOON: Final = 20_000
_ANY_TIME: Final = 3_600_000
_POLL: Final = 20
# For how many seconds anybody who searches waits.
_PATIENCE: Final = 2.0
# What the server says of an attribute that no document has had yet.
_UNHEARD_OF: Final = "invalid_search_attributes_to_search_on"


class _NoDocuments(Exception):
    """The index is empty, and so knows no attribute to search in."""


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Turns what the server could not do, or a proxy before it, into SearchUnavailable."""
    try:
        yield
    # The SDK lets through what is not JSON (a ValueError), as a proxy answers for a server that is away.
    except (MeilisearchError, HTTPStatusError, ValueError) as error:
        code = error.code if isinstance(error, MeilisearchApiError) else None
        if code == vectors.UNKNOWN:
            raise SearchUnbuilt() from error
        if code == _UNHEARD_OF:
            raise _NoDocuments() from error
        logger.warning("Meilisearch does not answer as it should: %s", error)
        raise SearchUnavailable() from error


class Meilisearch:
    """The engine at `url`; its index bears `name`, the version of its shape, and its synonyms' digest.

    With `meaning`, which it closes, documents carry vectors, and the index bears the digest of their space, too.
    """

    def __init__(
        self,
        url: str,
        key: str | None,
        name: str = "zhongcao",
        synonyms: Synonyms | None = None,
        meaning: Meaning | None = None,
    ) -> None:
        self._synonyms = own() if synonyms is None else synonyms
        # Compressed answers take 44 ms instead of 2.
        self._client = AsyncClient(url, key, timeout=5, custom_headers={"Accept-Encoding": "identity"})
        self._meaning = meaning
        self._settings = shape.SETTINGS if meaning is None else vectors.settings(meaning.dimensions)
        space = "" if meaning is None else f"-{meaning.digest}"
        self._uid = f"{name}-{shape.VERSION}-{self._synonyms.digest}{space}"
        self._stale = True
        # Whether the last write was no success.
        self._failed = False
        self._circuit = Circuit(self._look)

    @property
    def stale(self) -> bool:
        return self._stale

    async def open(self) -> None:
        """As the port says; a server that is down is asked again by `check` and `write`."""
        chinese.load_soon()
        with contextlib.suppress(SearchUnavailable):
            await self.check()

    async def check(self) -> None:
        with _answering():
            self._stale = not await self._exists(self._uid)
        if self._stale:
            raise SearchUnbuilt()
        if self._failed:
            raise SearchUnwritable()

    async def _look(self) -> None:
        with _answering():
            await self._client.health()

    async def _exists(self, uid: str) -> bool:
        try:
            await self._client.get_index(uid)
        except MeilisearchApiError as error:
            if error.code == vectors.UNKNOWN:
                return False
            raise
        return True

    async def close(self) -> None:
        await self._circuit.close()
        await self._client.aclose()
        if self._meaning is not None:
            await self._meaning.close()

    async def write(self, documents: Sequence[Document], gone: Sequence[Found]) -> None:
        # Until it is known to have been done it has failed: tasks do so, too, long after they were accepted.
        self._failed = True
        await self._write(documents, gone)
        self._failed = False

    async def _write(self, documents: Sequence[Document], gone: Sequence[Found]) -> None:
        entries = await asyncio.to_thread(self._entries, documents)
        with _answering():
            if self._stale:
                self._stale = not await self._exists(self._uid)
            # Meilisearch would make the index at the first document, without its settings.
            if self._stale:
                raise SearchUnbuilt()
            index = self._client.index(self._uid)
            tasks = []
            if entries:
                await self._carry(entries)
                tasks.append(await index.add_documents(entries, "id"))
            if gone:
                tasks.append(await index.delete_documents([thing.key for thing in gone]))
            for task in tasks:
                await self._done(task.task_uid, _SOON)

    def _entries(self, documents: Sequence[Document]) -> list[dict[str, Any]]:
        return [shape.entry(document, self._synonyms) for document in documents]

    async def _carry(self, entries: Sequence[dict[str, Any]]) -> None:
        """Gives entries the vectors of their texts, as far as they are known."""
        if self._meaning is not None:
            await vectors.carry(entries, self._meaning, self._client.index(self._uid))

    async def _done(self, task: int, within: int) -> None:
        await self._client.wait_for_task(task, timeout_in_ms=within, interval_in_ms=_POLL, raise_for_status=True)

    def _params(self, query: Query, beyond: Sequence[str] = (), **given: Any) -> SearchParams:
        return SearchParams(index_uid=self._uid, filter=[*shape.filters(query), *beyond], **given)

    async def _ask(self, *asked: SearchParams) -> list[Any]:
        self._circuit.passed()
        try:
            with _answering():
                async with asyncio.timeout(_PATIENCE):
                    answers: list[Any] = await self._client.multi_search(list(asked))  # type: ignore[assignment]
        except SearchUnbuilt:
            raise
        except (SearchUnavailable, TimeoutError) as error:
            self._circuit.broken()
            raise SearchUnavailable() from error
        return answers

    async def ranked(self, query: Query, offset: int, limit: int) -> Answer:
        if not query.words:
            return _NOTHING
        most = min(DEEPEST, max(relevance.WINDOW, offset + limit))
        wanted, whole = shape.wanted(query)
        words = [
            self._params(query, limit=most, facets=list(FACETS), attributes_to_retrieve=["id", "texts"], **each)
            for each in wanted
        ]
        vector = None if self._meaning is None else await self._meaning.of_query(query.text)
        try:
            if self._meaning is None or vector is None:
                answers = await self._ask(*words)
                return await _page(query, answers, whole, [], offset, limit, {})
            floor = self._meaning.floor
            *answers, nearest = await self._ask(*words, self._params(query, **vectors.wanted(vector, floor)))
        except _NoDocuments:
            return _NOTHING
        alike = {Found.from_key(hit["id"]): vectors.likeness(hit["_rankingScore"], floor) for hit in nearest.hits}
        return await _page(query, answers, whole, nearest.hits, offset, limit, alike)

    async def sorted(self, query: Query, after: Position | None, limit: int) -> Answer:
        if query.text and not query.words:
            return _NOTHING
        rank = shape.rank_field(query.sort)
        ways, whole = shape.wanted(query) if query.words else ([{}], 1)
        ways = [*ways[: 1 if query.loose else 0], *ways[-whole:]]
        all_of_them = [self._params(query, limit=0, facets=list(FACETS), **way) for way in ways]
        pages = [
            self._params(
                query,
                beyond=[] if after is None else [shape.beyond(rank, after)],
                limit=limit,
                sort=[f"{rank}:desc", "tie:desc"],
                attributes_to_retrieve=["id", rank, "tie"],
                **way,
            )
            for way in ways
        ]
        answers = await self._ask(*pages, *all_of_them)
        found = {hit["id"]: Position(hit[rank], hit["tie"]) for answer in answers for hit in answer.hits}
        hits = [Hit(Found.from_key(key), position) for key, position in found.items()]
        hits.sort(key=lambda hit: (hit.position.rank, hit.position.tie), reverse=True)
        most = max(answers[len(ways) :], key=lambda answer: answer.estimated_total_hits)
        return Answer(hits[:limit], max(most.estimated_total_hits, len(found)), most.facet_distribution or {})

    async def learn(self, most: int) -> list[Found]:
        if self._meaning is None:
            return []
        with _answering():
            texts = await vectors.lacking(self._client.index(self._uid), most)
        await self._meaning.learn(list(texts.values()))
        return [Found.from_key(key) for key, text in texts.items() if self._meaning.known(text) is not None]

    async def suggest(self, beginning: str, limit: int) -> list[str]:
        wanted = f"beginnings STARTS WITH {json.dumps(beginning, ensure_ascii=False)}" if beginning else "kind = TOPIC"
        params = SearchParams(
            index_uid=self._uid,
            q="",
            filter=[wanted],
            limit=limit * 3,
            sort=[f"{shape.rank_field(POPULAR)}:desc", "tie:desc"],
            attributes_to_retrieve=["suggestion"],
        )
        [found] = await self._ask(params)
        return list(dict.fromkeys(hit["suggestion"] for hit in found.hits))[:limit]

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[Sink]:
        uid = f"{self._uid}-building"
        with _answering():
            await self._client.delete_index_if_exists(uid)
            await self._client.create_index(uid, "id", settings=self._settings)
        building = _Building(self, uid)
        yield building
        with _answering():
            await building.finish()
            known = await self._exists(self._uid)
            swap = await self._client.swap_indexes(
                [(self._uid, uid)] if known else [(uid, self._uid)], rename=not known
            )
            await self._done(swap.task_uid, _ANY_TIME)
            if known:
                await self._client.delete_index_if_exists(uid)
        self._stale = False


async def _page(
    query: Query,
    answers: Sequence[Any],
    whole: int,
    nearest: Sequence[dict[str, Any]],
    offset: int,
    limit: int,
    alike: Mapping[Found, float],
) -> Answer:
    """The page of what answers tell, the last `whole` of which found what has all of the query.

    Off the event loop: a long query and some hundred candidates take a moment.
    """

    def made() -> Answer:
        answer, things, texts = _candidates(answers, nearest)
        entire = {hit["id"] for found in answers[-whole:] for hit in found.hits}
        partly = {thing for thing in things if thing.key not in entire}
        return relevance.page(query, answer, things, texts, offset, limit, alike, partly)

    return await asyncio.to_thread(made)


_NOTHING = Answer([], 0, {facet: {} for facet in FACETS})


def _candidates(
    answers: Sequence[Any], alike: Sequence[dict[str, Any]] = ()
) -> tuple[Answer, list[Found], list[relevance.Texts]]:
    """What answers by words, the first of which counts, and hits that are alike come to: in all, and one by one."""
    first = max(answers, key=lambda answer: answer.estimated_total_hits)
    found = {hit["id"]: hit["texts"] for answer in answers for hit in answer.hits[: relevance.WINDOW]}
    rest = [hit["id"] for hit in first.hits[relevance.WINDOW :]]
    total = max(first.estimated_total_hits, len(found))
    # Where words find more than was looked at, what is alike may be among it.
    whole = first.estimated_total_hits <= len(first.hits)
    alone = [hit for hit in alike if hit["id"] not in found and hit["id"] not in rest] if whole else []
    facets = vectors.counted(first.facet_distribution or {}, alone)
    found |= {hit["id"]: hit["texts"] for hit in alike}
    things = [Found.from_key(key) for key in (*found, *(key for key in rest if key not in found))]
    texts = msgspec.convert(list(found.values()), list[relevance.Texts])
    return Answer([], total + len(alone), facets, len(alone)), things, texts


class _Building:
    """The index that is being built. One batch is on its way while the next is made."""

    def __init__(self, engine: Meilisearch, uid: str) -> None:
        self._engine = engine
        self._index = engine._client.index(uid)
        self._task: int | None = None

    async def add(self, documents: Sequence[Document]) -> None:
        entries = await asyncio.to_thread(self._engine._entries, documents)
        with _answering():
            await self._engine._carry(entries)
            sent = await self._index.add_documents(entries, "id")
            await self.finish()
            self._task = sent.task_uid

    async def finish(self) -> None:
        """Waits for the last batch."""
        task, self._task = self._task, None
        if task is not None:
            await self._engine._done(task, _ANY_TIME)
