"""How well search finds what people look for, on both engines, through the code that serves users.

`python -m bench.discovery.search` runs this part alone. A question is put as a user's is (`search.queries`): strictly
first, loosely where that finds little; only the page's records, which decide nothing, are not read.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from bench.discovery import judged
from bench.discovery.judged import Question
from bench.figures import Figure, show
from search import chinese, queries
from search.embedded import Embedded
from search.engine import PRODUCT, Document, Engine, Found
from search.meilisearch import Meilisearch
from tests.services import meilisearch

Places = list[list[int]]
Measure = Callable[[Mapping[int, int], Sequence[int]], float]

_BATCH: Final = 1_000
_AIMS: Final[Sequence[tuple[str, str, Measure, str]]] = (
    ("product", "nDCG@10", judged.ndcg, "≥ .93"),
    ("brand+product", "nDCG@10", judged.ndcg, "≥ .985"),
    ("known item", "MRR@10", judged.reciprocal_rank, "≥ .80"),
    ("known item", "Recall@10", judged.recall, "≥ .87"),
)


def document(place: int, title: str) -> Document:
    """A product of that title which can be bought."""
    return Document(Found(PRODUCT, UUID(int=place)), title, price=100, in_stock=True)


async def fill(engine: Engine, titles: Sequence[str]) -> None:
    """Makes these the whole index; a title's place is its product's id."""
    async with engine.rebuilding() as sink:
        for begin in range(0, len(titles), _BATCH):
            await sink.add([document(begin + at, title) for at, title in enumerate(titles[begin : begin + _BATCH])])


async def answers(engine: Engine, titles: Sequence[str], questions: Sequence[Question]) -> Places:
    """The places of the first ten for each question, from an index of these titles."""
    await engine.open()
    try:
        await fill(engine, titles)
        found = []
        for question in questions:
            _, answer = await queries.begun(engine, queries.asked(chinese.folded(question.text)), judged.TOP)
            found.append([hit.thing.id.int for hit in answer.hits])
        return found
    finally:
        await engine.close()


@contextmanager
def engines() -> Iterator[Mapping[str, Callable[[], Engine]]]:
    """How to make each engine anew: one on a folder, the other on a server started for it."""
    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as name, meilisearch.started() as server:
        yield {
            "embedded": lambda: Embedded(Path(name, "search")),
            "Meilisearch": lambda: Meilisearch(server.url, server.key),
        }


def figures(only: Sequence[str] = ()) -> list[Figure]:
    """Asks both engines, or those named, all questions."""
    found = []
    with engines() as ways:
        for name, engine in ways.items():
            if not only or name in only:
                for trial in (judged.titles(), judged.known_items()):
                    places = asyncio.run(answers(engine(), trial.titles, trial.questions))
                    found += _told(name, trial.questions, places)
    return found


def _told(engine: str, questions: Sequence[Question], places: Places) -> list[Figure]:
    told = []
    for kind, what, measure, aim in _AIMS:
        each = [
            measure(question.grades, found)
            for question, found in zip(questions, places, strict=True)
            if question.kind == kind
        ]
        if each:
            told.append(Figure(f"{engine}: {what}, {len(each):,} {kind} queries", f"{statistics.mean(each):.4f}", aim))
    return told


if __name__ == "__main__":
    show("Search", figures(sys.argv[1:]))
