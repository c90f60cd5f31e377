"""How much an answer may become while it is made: what a list was expected to hold, it need not.

Batched fields are charged as they answer, and asked for so many objects at a time that not even their longest answers
are more than can be borne. What depends on nothing but one record is bounded by what its fields declare.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from execution.amounts import amount_of
from execution.nodes import Field

# Items that one call of a batched field may come back with.
_AT_ONCE: Final = 20_000
# A list of nothing weighs a little, too.
_NOTHING: Final = 1


class TooMuch(Exception):
    """An answer became more than it may; `path` are the keys that lead to the field that was too much."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(".".join(path))
        self.path = list(path)


class Allowance:
    """What one execution may still spend; `weights` say what an item of a field costs, by the field's node."""

    def __init__(self, most: float, weights: Mapping[int, float]) -> None:
        self._left = most
        self._weights = weights

    def spend(self, fields: Sequence[Field], answers: Sequence[Any]) -> bool:
        """Whether what was answered to batched fields that asked the same may still be had."""
        weight = max(sum(self._weights.get(id(node), 0) for node in field.nodes) for field in fields)
        self._left -= weight * sum(map(_items, answers))
        return self._left >= 0

    def parents_at_once(self, fields: Sequence[Field], arguments: Mapping[str, Any]) -> int:
        """For how many objects such fields are asked in one call."""
        first, declared = arguments.get("first"), amount_of(fields[0].definition)
        longest = first if isinstance(first, int) else declared.most if declared else 1
        return max(1, _AT_ONCE // max(1, longest))


def _items(answer: Any) -> int:
    """How many a list, or a page as Relay shapes it, holds."""
    items = getattr(answer, "edges", answer)
    return len(items) if isinstance(items, list) else _NOTHING


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def current() -> Allowance | None:
    """What the execution under way is allowed; None for whatever it takes."""
    return _allowance.get()


@contextmanager
def allowing(allowance: Allowance) -> Iterator[None]:
    """Executions within are allowed so much together."""
    token = _allowance.set(allowance)
    try:
        yield
    finally:
        _allowance.reset(token)
