"""Documents: what an operation asks of an executor, read once, and the plans made for it."""

import functools
import weakref
from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution import Executor as CoreExecutor

from execution.nodes import Selection
from execution.plan import Made, root_selection

_MOST_CHOICES = 8
# Fields of all plans; one takes some two kilobytes with its compiled rows.
_MOST_FIELDS = 8_000


class Document:
    """An operation with its fragments: whether it can be planned, and its plan for each choice of what is included."""

    def __init__(self, executor: "CoreExecutor[Any]") -> None:
        operation, fragments = executor.operation, list(executor.fragment_definitions.values())
        # Held, so that the identities under which this document is known stay theirs.
        self._known_by = (executor.schema, fragments)
        self._plans: dict[tuple[Any, ...], Selection] = {}
        self._conditions: list[str] = []
        self.unsupported: str | None = None
        if operation.directives:
            self.unsupported = "directive"
        if any(fragment.variable_definitions for fragment in fragments):
            self.unsupported = "fragment variables"
        for node in (operation, *fragments):
            for selection in _selections(node.selection_set):
                self._read(selection)

    def _read(self, selection: SelectionNode) -> None:
        if isinstance(selection, FieldNode) and selection.name.value in ("__schema", "__type"):
            self.unsupported = "introspection"
        if isinstance(selection, FragmentSpreadNode) and selection.arguments:
            self.unsupported = "fragment variables"
        for directive in selection.directives or ():
            if directive.name.value not in ("skip", "include"):
                self.unsupported = "directive"
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode) and argument.value.name.value not in self._conditions:
                    self._conditions.append(argument.value.name.value)

    def plan(self, executor: "CoreExecutor[Any]", made: Made) -> Selection | None:
        """The plan for the executor's variables; None when they include or skip by something that is no boolean."""
        variables = executor.variable_values.coerced
        choice = tuple(variables.get(name) for name in self._conditions)
        if any(type(value) is not bool for value in choice):
            return None
        plan = self._plans.get(choice)
        if plan is None:
            root = executor.schema.get_root_type(executor.operation.operation)
            if root is None:
                return None
            if len(self._plans) >= _MOST_CHOICES:
                self._plans.clear()
            plan = self._plans[choice] = root_selection(executor, root, made)
        return plan

    def forget(self) -> None:
        """Has plans made anew when they are asked for again."""
        self._plans.clear()


def _selections(selection_set: SelectionSetNode) -> Iterator[SelectionNode]:
    """Everything selected in a selection set, at any depth, fragments not spread."""
    open_sets = [selection_set]
    while open_sets:
        for selection in open_sets.pop().selections:
            yield selection
            inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if inner is not None:
                open_sets.append(inner)


class Plans:
    """The plans of one schema's documents, each kept as long as its document is; and how often there was none."""

    def __init__(self) -> None:
        self.executed = 0
        self.handed_over: Counter[str] = Counter()
        self._fields = 0
        self._documents: dict[tuple[int, ...], tuple[weakref.ref[OperationDefinitionNode], Document]] = {}

    def find(self, executor: "CoreExecutor[Any]") -> Selection | None:
        """The plan for an executor's operation and variables; None, counted by reason, to hand it to graphql-core."""
        document = self._document(executor)
        reason = document.unsupported or _unsupported(executor)
        if reason is None:
            self._make_room()
            plan = document.plan(executor, self._made)
            if plan is not None:
                self.executed += 1
                return plan
            reason = "condition"
        self.handed_over[reason] += 1
        return None

    def _made(self, fields: int) -> None:
        self._fields += fields

    def _make_room(self) -> None:
        """Forgets all plans once they are too large together: what is still asked for is soon planned again."""
        if self._fields > _MOST_FIELDS:
            self._fields = 0
            for _, document in self._documents.values():
                document.forget()

    def _document(self, executor: "CoreExecutor[Any]") -> Document:
        key = (id(executor.schema), id(executor.operation), *map(id, executor.fragment_definitions.values()))
        known = self._documents.get(key)
        if known is not None:
            return known[1]
        document = Document(executor)
        forgotten = functools.partial(self._documents.pop, key, None)
        self._documents[key] = weakref.ref(executor.operation, lambda _: forgotten()), document
        return document


def _unsupported(executor: "CoreExecutor[Any]") -> str | None:
    if executor.middleware_manager is not None and executor.middleware_manager.middlewares:
        return "middleware"
    if executor.abort_signal is not None or executor.hooks is not None:
        return "abort signal or hooks"
    return None
