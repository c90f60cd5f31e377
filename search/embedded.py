"""The embedded engine: tantivy in this process, its index memory-mapped from the data folder.

One process holds its writer. A commit is on disk when `write` returns, so a killed process loses nothing.
"""

import asyncio
import contextlib
import json
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import tantivy

from search import embedded_queries as queries
from search import embedded_shape as shape
from search.engine import DEEPEST, POPULAR, Answer, Document, Found, Hit, Position, Query, SearchUnavailable, Sink
from search.pinyin import load as load_sounds

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Tantivy's least.
_HEAP = 15_000_000


class _Index:
    """An open index with its writer. Its methods block; one thread at a time may write."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._index = tantivy.Index(shape.SCHEMA, path=str(folder))
        self._index.config_reader("manual")
        self._writer = self._index.writer(_HEAP, 1)

    def write(self, documents: Sequence[Document], gone: Sequence[Found]) -> None:
        for thing in (*gone, *(document.thing for document in documents)):
            self._writer.delete_documents_by_term("key", thing.key)
        self.add(documents)
        self.commit()

    def add(self, documents: Sequence[Document]) -> None:
        for document in documents:
            self._writer.add_document(shape.document(document))

    def commit(self) -> None:
        self._writer.commit()
        self._index.reload()

    def searcher(self) -> tantivy.Searcher:
        return self._index.searcher()

    def close(self) -> None:
        self._writer.wait_merging_threads()


class Embedded:
    """The engine over `folder`, where `current` names the subfolder that is served."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index: _Index | None = None
        self._writing = asyncio.Lock()
        self._building = False
        self._stale = True

    @property
    def stale(self) -> bool:
        return self._stale

    async def open(self) -> None:
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = self._served()
        self._stale = name is None
        try:
            self._index = _Index(self._folder / (name or shape.fresh_name()))
            self._index.searcher().search(tantivy.Query.all_query(), 1)
        except (ValueError, OSError, RuntimeError) as error:
            if "LockBusy" in str(error):
                raise
            logger.warning("the search index cannot be read and will be rebuilt: %s", error)
            self._stale, self._index = True, _Index(self._folder / shape.fresh_name())
        self._sweep()
        load_sounds()

    def _served(self) -> str | None:
        with contextlib.suppress(OSError, ValueError):
            current = json.loads((self._folder / "current").read_text())
            if current["shape"] == shape.VERSION and (self._folder / current["name"] / "meta.json").exists():
                return str(current["name"])
        return None

    def _serve(self, name: str) -> None:
        draft = self._folder / "current.new"
        draft.write_text(json.dumps({"name": name, "shape": shape.VERSION}))
        draft.replace(self._folder / "current")

    def _sweep(self) -> None:
        """Removes what earlier rebuilds left behind."""
        for folder in self._folder.glob("index-*"):
            if self._index is None or folder != self._index.folder:
                shutil.rmtree(folder, ignore_errors=True)

    async def close(self) -> None:
        async with self._writing:
            index, self._index = self._index, None
            if index is not None:
                await asyncio.to_thread(index.close)

    async def write(self, documents: Sequence[Document], gone: Sequence[Found]) -> None:
        async with self._writing:
            if self._index is None:
                raise SearchUnavailable()
            await asyncio.to_thread(self._index.write, documents, gone)

    async def ranked(self, query: Query, offset: int, limit: int) -> Answer:
        limit = min(limit, DEEPEST - offset)

        def search(searcher: tantivy.Searcher) -> Answer:
            asked = queries.asked(query)
            if limit <= 0:
                return queries.answer(searcher, asked, [])
            result = searcher.search(
                queries.scored(asked, query), limit, count=False, offset=offset, weight_by_field="weight"
            )
            return queries.answer(searcher, asked, _hits(searcher, result.hits))

        return await self._ask(search)

    async def sorted(self, query: Query, after: Position | None, limit: int) -> Answer:
        def search(searcher: tantivy.Searcher) -> Answer:
            asked = queries.asked(query)
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

    async def _ask(self, question: Callable[[tantivy.Searcher], Result]) -> Result:
        index = self._index
        if index is None:
            raise SearchUnavailable()
        return await asyncio.to_thread(lambda: question(index.searcher()))

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[Sink]:
        if self._building:
            raise RuntimeError("the index is being rebuilt already")
        self._building = True
        try:
            index = await asyncio.to_thread(_Index, self._folder / shape.fresh_name())
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

    async def _replace(self, index: _Index) -> None:
        async with self._writing:
            await asyncio.to_thread(self._serve, index.folder.name)
            previous, self._index, self._stale = self._index, index, False
            if previous is not None:
                await asyncio.to_thread(previous.close)
            self._sweep()


class _Building:
    """The index that is being built."""

    def __init__(self, index: _Index) -> None:
        self._index = index

    async def add(self, documents: Sequence[Document]) -> None:
        await asyncio.to_thread(self._index.add, documents)


def _hits(searcher: tantivy.Searcher, found: list[tuple[int | float, tantivy.DocAddress]]) -> list[Hit]:
    things = queries.things(searcher, [address for _, address in found])
    return [Hit(thing, Position(rank, 0)) for (rank, _), thing in zip(found, things, strict=True)]
