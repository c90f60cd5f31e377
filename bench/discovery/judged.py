"""Questions that people have judged, read from the data folder, and how well a list of answers does on them.

Titles (`zh_title_search_queries`): the 5,531 product titles are the corpus; a query's grades are gains of 2^grade - 1,
and its figure is nDCG@10. Product queries and those of a brand with a product are told apart.

Known items (`zh_query_title_judgements`): the distinct titles of all 20,000 judgements are the corpus. A query is asked
when people gave at least one of its titles the label 2; its titles of label 2 are what it seeks, all others are not.
MRR@10 is the mean of 1 / the place of the first of them, Recall@10 the mean share of them among the first ten.
"""

import gzip
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

DATA: Final = Path(__file__).parents[3] / "shared" / "data"
TOP: Final = 10


class Question(msgspec.Struct, frozen=True):
    """A query, its kind, and the grades of the documents (by their place in the corpus) that answer it."""

    text: str
    kind: str
    grades: Mapping[int, int]


class Trial(msgspec.Struct, frozen=True):
    """A corpus of titles, and the questions about it."""

    titles: Sequence[str]
    questions: Sequence[Question]


def titles() -> Trial:
    """Product titles."""
    documents = sorted(_lines("zh_title_search_docs.jsonl.gz"), key=lambda line: line["id"])
    questions = [
        Question(line["query"], line["type"], {int(place): grade for place, grade in line["grades"].items()})
        for line in _lines("zh_title_search_queries.jsonl.gz")
    ]
    return Trial([line["title"] for line in documents], questions)


def known_items() -> Trial:
    """Titles of pages."""
    places: dict[str, int] = {}
    sought: dict[str, dict[int, int]] = {}
    for line in _lines("zh_query_title_judgements.jsonl.gz"):
        place = places.setdefault(line["title"], len(places))
        if line["label"] == 2:
            sought.setdefault(line["query"], {})[place] = 1
    return Trial(list(places), [Question(text, "known item", grades) for text, grades in sought.items()])


def ndcg(grades: Mapping[int, int], found: Sequence[int]) -> float:
    """Normalised discounted cumulative gain of the first ten."""
    best = sorted(grades.values(), reverse=True)[:TOP]
    return _gain([grades.get(place, 0) for place in found[:TOP]]) / _gain(best)


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def reciprocal_rank(grades: Mapping[int, int], found: Sequence[int]) -> float:
    """1 / the place of the first of the first ten that is sought."""
    return next((1 / (place + 1) for place, document in enumerate(found[:TOP]) if document in grades), 0.0)


def recall(grades: Mapping[int, int], found: Sequence[int]) -> float:
    """The share of what is sought that is among the first ten."""
    return len(set(found[:TOP]) & grades.keys()) / len(grades)


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        yield from map(msgspec.json.decode, lines)
