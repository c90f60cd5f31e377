"""The embedded engine: tantivy in this process, its index memory-mapped from the data folder.

A commit is on disk when `write` returns, so a killed process loses nothing. Any number of processes may read; the first
that writes is the one that may.
"""

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import tantivy

from search import chinese, relevance
from search import embedded_queries as queries
from search import embedded_shape as shape
from search.embedded_index import Index
from search.engine import (
    DEEPEST,
    LOOSE,
    LOOSEST,
    POPULAR,
    Answer,
    Document,
    Found,
    Hit,
    Position,
    Query,
    SearchUnavailable,
    SearchUnbuilt,
    Sink,
)
from search.synonyms import Synonyms, own

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


class Embedded:
    """The engine over `folder`, where the file `current` names the subfolder that is served."""

    def __init__(self, folder: Path, synonyms: Synonyms | None = None) -> None:
        self._folder = folder
        self._synonyms = own() if synonyms is None else synonyms
        self._current = folder / "current"
        self._index: Index | None = None
        # When `current` was written that names the open index: another process may have rebuilt it since.
        self._since = 0
        self._writing = asyncio.Lock()
        self._building = False
        self._stale = True

    @property
    def stale(self) -> bool:
        return self._stale

    async def open(self) -> None:
        await asyncio.to_thread(self._follow)
        chinese.load_soon()

    def _written(self) -> int:
        try:
            return self._current.stat().st_mtime_ns
        except OSError:
            return 0

    def _follow(self) -> None:
        """Opens what is served."""
        self._since = self._written()
        self._stale, self._index = True, None
        try:
            served = json.loads(self._current.read_text())
            folder = self._folder / str(served["name"])
            if served["shape"] == shape.version(self._synonyms) and (folder / "meta.json").exists():
                index = Index(folder, self._synonyms)
                _tried(index.searcher())
                self._stale, self._index = False, index
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, OSError, RuntimeError) as error:
            logger.warning("the search index cannot be read and will be rebuilt: %s", error)

    def _serve(self, index: Index) -> None:
        draft = self._folder / "current.new"
        draft.write_text(json.dumps({"name": index.folder.name, "shape": shape.version(self._synonyms)}))
        draft.replace(self._current)
        self._since = self._written()
        for folder in self._folder.glob("index-*"):
            if folder != index.folder:
                shutil.rmtree(folder, ignore_errors=True)

    async def close(self) -> None:
        async with self._writing:
            index, self._index = self._index, None
            if index is not None:
                await asyncio.to_thread(index.close)

    async def check(self) -> None:
        try:
            await self._ask(_tried)
        except SearchUnbuilt:
            self._stale = True
            raise
        except (SearchUnavailable, ValueError, OSError, RuntimeError) as error:
            logger.warning("the search index cannot be read and will be rebuilt: %s", error)
            self._stale = True
            raise SearchUnavailable() from error
        index = await self._served()
        await asyncio.to_thread(index.try_to_write)

    async def write(self, documents: Sequence[Document], gone: Sequence[Found]) -> None:
        async with self._writing:
            index = await self._served()
            await asyncio.to_thread(index.write, documents, gone)

    async def _served(self) -> Index:
        if self._since != self._written():
            await asyncio.to_thread(self._follow)
        if self._index is None:
            raise SearchUnbuilt()
        return self._index

    async def ranked(self, query: Query, offset: int, limit: int) -> Answer:
        most = min(DEEPEST, max(relevance.WINDOW, offset + limit))

        def search(searcher: tantivy.Searcher) -> Answer:
            meant = _as_far_as_it_goes(searcher, query)
            asked = queries.asked(meant)
            found = searcher.search(queries.scored(asked, meant), most, count=False, weight_by_field="weight").hits
            addresses = [address for _, address in found]
            texts = queries.texts(searcher, addresses[: relevance.WINDOW])
            answer = queries.answer(searcher, asked, [])
            things = queries.things(searcher, addresses)
            partly = _partly(searcher, meant, things, texts) if meant.loose else ()
            return relevance.page(meant, answer, things, texts, offset, limit, partly=partly)

        return await self._ask(search)

    async def sorted(self, query: Query, after: Position | None, limit: int) -> Answer:
        def search(searcher: tantivy.Searcher) -> Answer:
            asked = queries.asked(_as_far_as_it_goes(searcher, query))
            rest = asked if after is None else queries.beyond(asked, query.sort, int(after.rank))
            result = searcher.search(rest, limit, count=False, order_by_field=shape.rank_field(query.sort))
            return queries.answer(searcher, asked, _hits(searcher, result.hits))

        return await self._ask(search)

    async def suggest(self, beginning: str, limit: int) -> list[str]:
        def search(searcher: tantivy.Searcher) -> list[str]:
            found = searcher.search(
                queries.suggested(beginning), limit * 3, count=False, order_by_field=shape.rank_field(POPULAR)
            )
            labels = [bytes(searcher.doc(address)["suggestion"][0]).decode() for _, address in found.hits]
            return list(dict.fromkeys(labels))[:limit]

        return await self._ask(search)

    async def learn(self, most: int) -> list[Found]:
        return []

    async def _ask(self, question: Callable[[tantivy.Searcher], Result]) -> Result:
        index = await self._served()
        return await asyncio.to_thread(lambda: question(index.searcher()))

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[Sink]:
        if self._building:
            raise RuntimeError("the index is being rebuilt already")
        self._building = True
        try:
            index = await asyncio.to_thread(Index, self._folder / shape.fresh_name(), self._synonyms)
            try:
                yield _Building(index)
                await asyncio.to_thread(index.commit)
            except BaseException:
                await asyncio.to_thread(index.close)
                shutil.rmtree(index.folder, ignore_errors=True)
                raise
            await self._replace(index)
        finally:
            self._building = False

    async def _replace(self, index: Index) -> None:
        async with self._writing:
            previous, self._index, self._stale = self._index, index, False
            await asyncio.to_thread(self._serve, index)
            if previous is not None:
                await asyncio.to_thread(previous.close)


class _Building:
    """The index that is being built."""

    def __init__(self, index: Index) -> None:
        self._index = index

    async def add(self, documents: Sequence[Document]) -> None:
        await asyncio.to_thread(self._index.add, documents)


def _as_far_as_it_goes(searcher: tantivy.Searcher, query: Query) -> Query:
    """A query without what is only like it, where that finds nothing: as it mostly does, and costs much thereafter."""
    if query.loose < LOOSEST or query.spelled:
        return query
    found = searcher.search(queries.all_of(query), 1, count=False).hits
    return query if found else msgspec.structs.replace(query, loose=LOOSE)


def _partly(
    searcher: tantivy.Searcher, query: Query, things: Sequence[Found], texts: Sequence[relevance.Texts]
) -> set[Found]:
    """Those of some things of which a part of the query must show: all whose texts tell, and of others those that have
    no more than a part."""
    doubtful = [thing for thing, text in zip(things, texts, strict=False) if relevance.is_doubtful(query, text)]
    partly = set(things[: len(texts)])
    if not doubtful:
        return partly
    found = searcher.search(queries.sure_of(query, doubtful), len(doubtful), count=False).hits
    return partly.difference(queries.things(searcher, [address for _, address in found]))


def _tried(searcher: tantivy.Searcher) -> None:
    """Raises when the index cannot be read."""
    everything = tantivy.Query.all_query()
    found = searcher.search(everything, 1, count=False, order_by_field=shape.rank_field(POPULAR))
    queries.answer(searcher, everything, _hits(searcher, found.hits))


def _hits(searcher: tantivy.Searcher, found: list[tuple[int | float, tantivy.DocAddress]]) -> list[Hit]:
    things = queries.things(searcher, [address for _, address in found])
    return [Hit(thing, Position(rank, 0)) for (rank, _), thing in zip(found, things, strict=True)]
