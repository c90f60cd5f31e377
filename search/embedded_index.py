"""An open index of the embedded engine on disk, and what becomes of a write that fails.

Tantivy's writer dies with the first file that it can't write, says so once, and from then on takes documents and
commits without writing any. So after a failure there is another writer, and after each commit one looks whether what
was written is there: whatever else fails silently is no success either.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import tantivy

from search import embedded_shape as shape
from search.engine import Document, Found, SearchUnavailable, SearchUnwritable
from search.synonyms import Synonyms

logger = logging.getLogger(__name__)

# Tantivy's least.
_HEAP: Final = 15_000_000
# What must find room for an index to be writable: more than a usual commit takes.
_ROOM: Final = bytes(256 * 1024)


class Index:
    """An open index. Its methods block; one process may write."""

    def __init__(self, folder: Path, synonyms: Synonyms) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._synonyms = synonyms
        self._index = tantivy.Index(shape.SCHEMA, path=str(folder))
        # Its own watch of the folder may come late, and put an older state in the place of a newer one.
        self._index.config_reader(reload_policy="manual")
        self._reading = threading.Lock()
        self._read: tuple[int, int] | None = None
        self._writer: tantivy.IndexWriter | None = None
        # A cancelled task leaves its thread at work.
        self._lock = threading.Lock()
        self._closed = False
        self._failed = False
        # How many documents `add` was given.
        self._added = 0

    def write(self, documents: Sequence[Document], gone: Sequence[Found]) -> None:
        """Puts documents in the place of those of the same things. Raises SearchUnavailable."""
        entries = [shape.document(document, self._synonyms) for document in documents]
        present = {document.thing.key for document in documents}
        absent = {thing.key for thing in gone} - present
        with self._lock, self._writing() as writer:
            for key in (*absent, *present):
                writer.delete_documents_by_term("key", key)
            for entry in entries:
                writer.add_document(entry)
            self._commit(writer, lambda searcher: _count(searcher, present | absent) == len(entries))

    def add(self, documents: Sequence[Document]) -> None:
        """Adds documents of new things, not to be found before `commit`. Raises SearchUnavailable."""
        entries = [shape.document(document, self._synonyms) for document in documents]
        with self._lock, self._writing() as writer:
            for entry in entries:
                writer.add_document(entry)
            self._added += len(entries)

    def commit(self) -> None:
        """Makes all that was added to be found. Raises SearchUnavailable."""
        with self._lock, self._writing() as writer:
            self._commit(writer, lambda searcher: searcher.num_docs == self._added)

    def _commit(self, writer: tantivy.IndexWriter, is_written: Callable[[tantivy.Searcher], bool]) -> None:
        writer.commit()
        self._read = None
        if not is_written(self.searcher()):
            raise OSError("a commit was not written")
        self._failed = False

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """Lends the writer; after a failure it is another one, without what the first was given."""
        if self._closed:
            raise SearchUnavailable()
        try:
            if self._writer is None:
                self._writer = self._new_writer()
                # A commit that was killed leaves files of the very names that the next one makes.
                self._writer.garbage_collect_files()
            yield self._writer
        except SearchUnavailable:
            raise
        # A panic of tantivy's is no Exception.
        except BaseException as error:
            self._failed = True
            self._let_go()
            logger.warning("the search index cannot be written: %s", error)
            raise SearchUnwritable() from error

    def _new_writer(self) -> tantivy.IndexWriter:
        try:
            return self._index.writer(_HEAP, 1)
        except ValueError as error:
            logger.warning("another process writes the search index, or nobody can: %s", error)
            raise SearchUnavailable() from error

    def try_to_write(self) -> None:
        """Writes something and takes it away. Raises SearchUnwritable, also until a write succeeds after a failure."""
        probe = self.folder / f"room-{os.getpid()}"
        try:
            with probe.open("wb") as file:
                file.write(_ROOM)
        except OSError as error:
            logger.warning("the search index cannot be written: %s", error)
            raise SearchUnwritable() from error
        finally:
            with suppress(OSError):
                probe.unlink()
        if self._failed:
            raise SearchUnwritable()

    def searcher(self) -> tantivy.Searcher:
        """What was committed last, by whichever process."""
        # Under a lock, so that none who began to read earlier ends later.
        with self._reading:
            # Whoever rebuilt the index takes this one's files away, of which what is open can be read for a while.
            with suppress(OSError):
                found = (self.folder / "meta.json").stat()
                if self._read != (found.st_mtime_ns, found.st_ino):
                    self._index.reload()
                    self._read = found.st_mtime_ns, found.st_ino
            return self._index.searcher()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        """Ends the writer, and with it the lock that it holds, whoever may still know it."""
        writer, self._writer = self._writer, None
        if writer is not None:
            # Of one that died there is nothing to wait for.
            with suppress(ValueError, OSError):
                writer.wait_merging_threads()


def _count(searcher: tantivy.Searcher, keys: set[str]) -> int:
    """How many documents there are of things with these keys."""
    wanted = tantivy.Query.term_set_query(shape.SCHEMA, "key", list(keys))
    found: Any = searcher.search(wanted, 1, count=True)
    return int(found.count or 0)
