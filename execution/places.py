"""Places: where the values of a column belong in the answer, and the way from there up to its root.

The way up is only walked for errors, so places keep what is at hand when a level is entered and work out the rest then.
"""

import abc
import bisect
import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from execution.nodes import Field, Selection


class Level:
    """All objects to which one selection set applies, and their rows in the answer."""

    __slots__ = ("fields", "objects", "place", "rows", "selection", "where")

    def __init__(
        self,
        selection: Selection,
        objects: list[Any],
        rows: list[dict[str, Any]],
        place: "Place | None",
        where: Sequence[int],
        fields: Sequence[Field],
    ) -> None:
        self.selection = selection
        self.fields = fields  # Those that are not in the rows yet.
        self.objects = objects
        self.rows = rows
        self.place = place  # None: the root.
        self.where = where  # The index in `place` of each object.


class Step(NamedTuple):
    """A position as part of a path: its key, its rank among its siblings, and the object type it is a field of."""

    key: str | int
    rank: int
    parent: str | None


class Place(abc.ABC):
    """Positions in the answer, one for each value of a column; all at one field of one level."""

    __slots__ = ("field", "level", "nullable")

    def __init__(self, level: Level, field: Field, *, nullable: bool) -> None:
        self.level = level
        self.field = field
        self.nullable = nullable

    @abc.abstractmethod
    def fill(self, values: Iterable[Any]) -> None:
        """Writes the whole column."""

    @abc.abstractmethod
    def spread(self, where: Sequence[int], values: Sequence[Any]) -> None:
        """Writes values at some positions, given in order."""

    @abc.abstractmethod
    def put(self, index: int, value: Any) -> None:
        """Writes one value."""

    @abc.abstractmethod
    def step(self, index: int) -> Step:
        """The last step of the path to a position."""

    @abc.abstractmethod
    def above(self, index: int) -> "tuple[Place, int] | None":
        """The position that holds a position; None at the root."""


class FieldPlace(Place):
    """The values of a field, one for each object of the level."""

    __slots__ = ()

    def __init__(self, level: Level, field: Field) -> None:
        super().__init__(level, field, nullable=field.shape.nullable)

    def fill(self, values: Iterable[Any]) -> None:
        key = self.field.key
        for row, value in zip(self.level.rows, values, strict=True):
            row[key] = value

    def spread(self, where: Sequence[int], values: Sequence[Any]) -> None:
        rows = self.level.rows
        if len(where) == len(rows):
            self.fill(values)
            return
        key = self.field.key
        for index, value in zip(where, values, strict=True):
            rows[index][key] = value

    def put(self, index: int, value: Any) -> None:
        self.level.rows[index][self.field.key] = value

    def step(self, index: int) -> Step:
        return Step(self.field.key, self.field.rank, self.level.selection.type.name)

    def above(self, index: int) -> tuple[Place, int] | None:
        return None if self.level.place is None else (self.level.place, self.level.where[index])


class ItemPlace(Place):
    """The items of all lists of a column, one list after the other."""

    __slots__ = ("_lists", "_outer", "_starts", "_where")

    def __init__(self, outer: Place, where: Sequence[int], lists: list[list[Any]], *, nullable: bool) -> None:
        super().__init__(outer.level, outer.field, nullable=nullable)
        self._outer = outer
        self._where = where  # The index in `outer` of each list.
        self._lists = lists
        self._starts: list[int] | None = None

    def fill(self, values: Iterable[Any]) -> None:
        rest = iter(values)
        for items in self._lists:
            items[:] = itertools.islice(rest, len(items))

    def spread(self, where: Sequence[int], values: Sequence[Any]) -> None:
        if len(where) == sum(map(len, self._lists)):
            self.fill(values)
            return
        for index, value in zip(where, values, strict=True):
            self.put(index, value)

    def put(self, index: int, value: Any) -> None:
        number, item = self._locate(index)
        self._lists[number][item] = value

    def step(self, index: int) -> Step:
        item = self._locate(index)[1]
        return Step(item, item, None)

    def above(self, index: int) -> tuple[Place, int]:
        return self._outer, self._where[self._locate(index)[0]]

    def _locate(self, index: int) -> tuple[int, int]:
        if self._starts is None:
            self._starts = [0, *itertools.accumulate(map(len, self._lists))]
        number = bisect.bisect_right(self._starts, index) - 1
        return number, index - self._starts[number]
