"""What is kept because it may be asked for again: bounded by its size, not by its number."""

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by text, those that were not asked for longest forgotten when they would be too large together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, tuple[Value, int]] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._values)

    def find(self, text: str) -> Value | None:
        found = self._values.get(text)
        if found is None:
            return None
        self._values.move_to_end(text)
        return found[0]

    def keep(self, text: str, value: Value, size: int) -> None:
        """Keeps a value of so many bytes."""
        _, before = self._values.pop(text, (None, 0))
        self._values[text] = value, size
        self.size += size - before
        while self.size > self._most:
            _, (_, forgotten) = self._values.popitem(last=False)
            self.size -= forgotten
