"""Which of several failures are told: those that graphql-core meets, depth first."""

from typing import Any

from execution.failures import AFTER_ITEMS, Failure, reported


def failure(*path: str | int, nulls: int, ranks: tuple[float, ...] | None = None) -> Failure:
    """A failure of a field `a`, `b`, …, which ranks among its siblings by its letter."""
    own = tuple(ord(key) if isinstance(key, str) else key for key in path)
    return Failure(ranks or own, path, nulls, ValueError("/".join(map(str, path))), [])


def told(*failures: Failure) -> list[Any]:
    return [error.message for error in reported(failures)]


class TestOrder:
    def test_is_the_documents(self) -> None:
        found = told(failure("b", nulls=1), failure("a", 10, "x", nulls=3), failure("a", 9, "x", nulls=3))
        assert found == ["a/9/x", "a/10/x", "b"]

    def test_a_list_breaks_off_after_its_items(self) -> None:
        late = failure("a", nulls=1, ranks=(ord("a"), AFTER_ITEMS))
        assert told(late, failure("a", 3, nulls=2), failure("b", nulls=1)) == ["a/3", "a", "b"]


class TestHidden:
    def test_is_what_lies_behind_in_what_is_null(self) -> None:
        found = told(failure("a", "x", nulls=2), failure("a", "y", nulls=1), failure("a", "z", nulls=2))
        assert found == ["a/x", "a/y"]

    def test_is_not_what_lies_beside(self) -> None:
        assert told(failure("a", "x", nulls=1), failure("b", nulls=1)) == ["a/x", "b"]

    def test_is_all_the_rest_when_nothing_is_left(self) -> None:
        assert told(failure("a", nulls=1), failure("b", nulls=0), failure("c", nulls=1)) == ["a", "b"]

    def test_a_hidden_failure_hides_nothing(self) -> None:
        first, hidden = failure("a", "x", nulls=1), failure("a", "y", "z", nulls=2)
        assert told(first, hidden, failure("b", nulls=1)) == ["a/x", "b"]
