"""Compiled rows: the part of a selection that lies in the objects themselves, as one loop of Python written for it.

What answers mostly consist of, attributes of records and of what they hold, needs neither columns nor places as long as
every value is what its type expects. The loop checks just that, and gives up at the first value that is not: its level
is then resolved column by column, where each oddity is told from the others. So it may read an attribute, or call a
resolver that takes nothing but its object, a second time; GraphQL has them free of side effects.
"""

import functools
import inspect
import itertools
import keyword
from collections.abc import Callable, Sequence
from dataclasses import make_dataclass
from typing import Any

import msgspec
from graphql import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT, GraphQLEnumType, GraphQLObjectType, Undefined
from graphql.execution import Executor as CoreExecutor

from execution.columns import nature
from execution.leaves import accepted_by, class_of, names_of
from execution.members import class_behind
from execution.nodes import Build, Compiled, Composite, Field, Leaf, Listing, Row, Selection, Shape
from execution.sources import Attribute, Function

# Objects that a selection is applied to before it is worth compiling.
WARM = 50
# Objects at one level from which on rows are compact: a third of a dict's memory, but 0.4 µs more each to write.
MANY = 1000


class OddValue(Exception):
    """A value that must be looked at by itself."""


def rows_of(
    selection: Selection, objects: Sequence[Any], executor: "CoreExecutor[Any]"
) -> tuple[list[Row], list[Field]]:
    """The rows of objects, as far as they are made at once, and the fields that are still to be resolved."""
    compact = len(objects) >= MANY
    found = selection.compiled.get(compact)
    if found is None:
        selection.entered += len(objects)
        if selection.entered >= WARM:
            found = selection.compiled[compact] = compiled(selection, executor, compact=compact)
    if found is not None and found.build is not None:
        try:
            return found.build(objects), found.open
        except Exception:  # One is odd; which one, and what becomes of it, is found out column by column.
            pass
    return list(map(dict.copy, itertools.repeat(selection.row, len(objects)))), selection.fields


def compiled(selection: Selection, executor: "CoreExecutor[Any]", *, compact: bool = False) -> Compiled:
    """The rows of a selection, compiled; compact ones if nothing is to be added to them later."""
    code = _Code(executor)
    closed = [field for field in selection.fields if code.holds(field)]
    if not closed:
        return Compiled(None, selection.fields)
    left = [field for field in selection.fields if field not in closed]
    code.compact = compact and not left
    code.line(0, "def build(objects):")
    code.line(1, "rows = []")
    code.line(1, "for object_ in objects:")
    row = code.row(2, selection, "object_", closed)
    code.line(2, f"rows.append({row})")
    code.line(1, "return rows")
    return Compiled(code.function("build"), left)


@functools.lru_cache(maxsize=512)
def _compact(keys: tuple[str, ...]) -> type | None:
    """A class of rows with these keys, which orjson takes for a dataclass; None if it would leave one of them out."""
    if any(key.startswith("_") or keyword.iskeyword(key) for key in keys):
        return None
    fields = vars(make_dataclass("Row", keys))["__dataclass_fields__"]
    return msgspec.defstruct("Row", keys, namespace={"__dataclass_fields__": fields}, gc=False)


class _Code:
    """Lines of a function, and the values that they name."""

    def __init__(self, executor: "CoreExecutor[Any]") -> None:
        self.compact = False
        self._executor = executor
        self._lines: list[str] = []
        self._names: dict[str, Any] = {"OddValue": OddValue, "nature": nature, "Undefined": Undefined}
        self._numbers = itertools.count()

    def line(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    def function(self, name: str) -> Build:
        exec("\n".join(self._lines), self._names)
        function: Build = self._names[name]
        return function

    def _name(self, value: Any) -> str:
        name = f"given_{next(self._numbers)}"
        self._names[name] = value
        return name

    # What can be compiled.

    def holds(self, field: Field) -> bool:
        """Whether a field's values, and all below them, lie in the objects themselves."""
        return self._is_direct(field) and self._is_closed(field.shape)

    def _is_direct(self, field: Field) -> bool:
        source = field.source
        if isinstance(source, Attribute):
            return source.name is not None and not keyword.iskeyword(source.name)
        return isinstance(source, Function) and source.direct is not None and not _waits(source.direct)

    def _is_closed(self, shape: Shape) -> bool:
        if isinstance(shape, Listing):
            return self._is_closed(shape.item)
        if isinstance(shape, Leaf):
            return True
        composite = shape.type
        if not isinstance(composite, GraphQLObjectType):
            return False
        if composite.is_type_of is not None and class_behind(composite.is_type_of) is None:
            return False
        return all(map(self.holds, shape.selection(composite, self._executor).fields))

    # Lines.

    def row(self, depth: int, selection: Selection, of: str, closed: Sequence[Field]) -> str:
        """Lines that read the closed fields of an object; the expression that makes its row."""
        values = {field.key: self._field(depth, field, of) for field in closed}
        items = {key: values.get(key, repr(constant)) for key, constant in selection.row.items()}
        compact = _compact(tuple(items)) if self.compact else None
        if compact is not None:
            return f"{self._name(compact)}({', '.join(items.values())})"
        return "{" + ", ".join(f"{key!r}: {value}" for key, value in items.items()) + "}"

    def _field(self, depth: int, field: Field, of: str) -> str:
        value = f"value_{next(self._numbers)}"
        source = field.source
        if isinstance(source, Attribute):
            self.line(depth, f"{value} = {of}.{source.name}")
        elif isinstance(source, Function):
            self.line(depth, f"{value} = {self._name(source.direct)}({of})")
        self._write(depth, field.shape, value)
        return value

    def _write(self, depth: int, shape: Shape, value: str) -> None:
        """Lines that put in place of a value what the answer shows of it."""
        if shape.nullable:
            self.line(depth, f"if {value} is not None:")
            depth += 1
        if isinstance(shape, Listing):
            self._list(depth, shape, value)
        elif isinstance(shape, Composite):
            self._object(depth, shape, value)
        else:
            self._leaf(depth, shape, value)

    def _odd_if(self, depth: int, condition: str) -> None:
        self.line(depth, f"if {condition}: raise OddValue")

    def _list(self, depth: int, shape: Listing, value: str) -> None:
        items, item = (f"{name}_{next(self._numbers)}" for name in ("items", "item"))
        self._odd_if(depth, f"{value}.__class__ is not list")
        self.line(depth, f"{items} = []")
        self.line(depth, f"for {item} in {value}:")
        self._write(depth + 1, shape.item, item)
        self.line(depth + 1, f"{items}.append({item})")
        self.line(depth, f"{value} = {items}")

    def _object(self, depth: int, shape: Composite, value: str) -> None:
        composite = shape.type
        assert isinstance(composite, GraphQLObjectType)
        own = None if composite.is_type_of is None else class_behind(composite.is_type_of)
        self._odd_if(depth, f"nature({value}.__class__) != 'value'")
        if own is not None:
            self._odd_if(depth, f"not isinstance({value}, {self._name(own)})")
        selection = shape.selection(composite, self._executor)
        self.line(depth, f"{value} = {self.row(depth, selection, value, selection.fields)}")

    def _leaf(self, depth: int, shape: Leaf, value: str) -> None:
        leaf = shape.type
        if isinstance(leaf, GraphQLEnumType):
            self._odd_if(depth, f"{value}.__class__ not in {self._name(accepted_by(leaf))}")
            self.line(depth, f"{value} = {self._name(names_of(leaf))}[{value}]")
            return
        unchanged = class_of(leaf)
        if unchanged is None:
            if leaf.coerce_output_value is str:
                self.line(depth, f"if {value}.__class__ is not str:")
                depth += 1
            self._odd_if(depth, f"nature({value}.__class__) != 'value'")
            self.line(depth, f"{value} = {self._name(leaf.coerce_output_value)}({value})")
            self._odd_if(depth, f"{value} is None or {value} is Undefined")
            return
        self._odd_if(depth, f"{value}.__class__ is not {unchanged.__name__}")
        if unchanged is int:
            self._odd_if(depth, f"not {GRAPHQL_MIN_INT} <= {value} <= {GRAPHQL_MAX_INT}")
        elif unchanged is float:
            self._odd_if(depth, f"{value} - {value} != 0")  # It is no number, or not finite.


def _waits(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
