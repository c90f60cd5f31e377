"""Whatever a document of 16 KB holds, it costs little to say no to it, and nothing to say it again."""

import contextlib
import sys
from collections.abc import Callable
from typing import Any

import pytest

from api.limits import Limits
from api.operations import Operations
from api.refusals import RequestError
from tests.api import hostile
from tests.graph import built

# Calls of functions, about a tenth of a second of a processor.
MOST_STEPS = 900_000


def steps(work: Callable[[], object]) -> int:
    """How many functions are called by some work: the same on a machine that does much else."""
    count = 0

    def noted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(noted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def prepared(operations: Operations, text: str) -> Callable[[], object]:
    def work() -> None:
        with contextlib.suppress(RequestError):
            operations.prepare(text, None, {})

    return work


@pytest.mark.parametrize("seed", range(24))
def test_any_document_is_decided_soon(seed: int) -> None:
    for text in hostile.documents(seed):
        operations = Operations(built(), suggestions=seed % 3 > 0)
        assert steps(prepared(operations, text)) < MOST_STEPS, text[:300]
        # What was refused is refused again without a look at it; what is valid is known.
        assert steps(prepared(operations, text)) < 10_000, text[:300]


def test_would_notice_what_is_slow() -> None:
    """Fields that meet by the hundred, as they were validated before they were counted."""
    operations = Operations(built(), limits=Limits(aliases=10**9, fields=10**9, merged=10**9))
    notes = "... on Query { feed { edges { node { id title author { id handle } } } } }"
    assert steps(prepared(operations, "{ " + f"{notes} " * 150 + "}")) > MOST_STEPS


@pytest.mark.parametrize(
    "text",
    [
        "{ " + " ".join(f"serverNow @a{n}" for n in range(10)) + " }",
        "{ " + " ".join(f"nope{n}" for n in range(40)) + " }",
        "{ feed(" + " ".join(f"a{n}: 1" for n in range(10)) + ") { edges { cursor } } }",
    ],
)
def test_few_errors_are_told(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        Operations(built()).prepare(text, None, {})
    assert 1 <= len(refused.value.errors) <= 6


def test_a_refusal_is_the_same_again() -> None:
    operations = Operations(built())
    answers = []
    for _ in range(2):
        with pytest.raises(RequestError) as refused:
            operations.prepare("{ feed { nope } }", None, {})
        answers.append(refused.value.answer)
    assert answers[0] == answers[1] and "locations" in answers[0]["errors"][0]
