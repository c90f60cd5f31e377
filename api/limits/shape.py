"""The shape of a document: how large it is with its fragments written out, and how much of it meets in one place.

Each definition is measured once, also one that no operation spreads, so that the time is linear in the document's size
however often fragments spread each other. Only what turned out to be small is then walked as an answer would be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

from api.limits.ceilings import Limits, TooComplex
from api.limits.prices import fragments_of

# Characters of arguments whose comparison takes as long as that of their fields.
_ARGUMENTS: Final = 50


@dataclass(slots=True)
class _Shape:
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    written: int = 0

    def add(self, other: "_Shape", deeper: int) -> None:
        self.depth = max(self.depth, other.depth + deeper)
        self.aliases += other.aliases
        self.directives += other.directives
        self.fields += other.fields
        self.written += other.written


# What an operation has too many of, in English and Chinese.
_NOUNS: Final = {
    "depth": ("levels", "层嵌套"),
    "aliases": ("aliases and repeated fields", "个别名和重复字段"),
    "directives": ("directives", "个指令"),
    "fields": ("fields", "个字段"),
}


def check_shape(document: DocumentNode, limits: Limits) -> list[TooComplex]:
    """What is too much about a document that was parsed, but not validated yet."""
    count = len(document.definitions)
    if count > limits.definitions:
        return [
            TooComplex(
                f"The document has {count} operations and fragments; at most {limits.definitions} are allowed.",
                f"文档有 {count} 个操作和片段，最多允许 {limits.definitions} 个。",
            )
        ]
    measure = _Measure(fragments_of(document))
    written = 0
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            shape = measure.definition(node)
            errors = list(_excesses(node, shape, limits))
            if errors:
                return errors
            written += shape.written
    if written > limits.written:
        return [
            TooComplex(
                f"The document has {written} characters with its fragments written out;"
                f" at most {limits.written} are allowed.",
                f"展开片段后文档有 {written} 个字符，最多允许 {limits.written} 个。",
            )
        ]
    return _check_merging(document, limits)


def _excesses(node: Node, shape: _Shape, limits: Limits) -> Iterator[TooComplex]:
    (subject, subject_zh) = ("operation", "操作") if isinstance(node, OperationDefinitionNode) else ("fragment", "片段")
    for name, (noun, noun_zh) in _NOUNS.items():
        found, most = getattr(shape, name), getattr(limits, name)
        if found > most:
            number, number_zh = (str(found), str(found)) if found < 10**9 else ("more than a billion", "十亿以上")
            yield TooComplex(
                f"The {subject} has {number} {noun}; at most {most} are allowed.",
                f"{subject_zh}有 {number_zh} {noun_zh}，最多允许 {most}。",
                node,
            )


class _Measure:
    """Measures definitions, each fragment once. A fragment that contains itself is left to validation."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Shape] = {}

    def definition(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> _Shape:
        """The shape of an operation or a fragment, its own directives included."""
        shape = _Shape(directives=len(node.directives or ()), written=_length(node))
        shape.add(self._selections(node.selection_set), deeper=0)
        return shape

    def _selections(self, selection_set: SelectionSetNode | None) -> _Shape:
        shape = _Shape()
        if selection_set is None:
            return shape
        seen: set[str] = set()
        for node in selection_set.selections:
            shape.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                self._add_field(shape, node, seen)
            elif isinstance(node, InlineFragmentNode):
                shape.add(self._selections(node.selection_set), deeper=0)
            elif isinstance(node, FragmentSpreadNode):
                shape.add(self._fragment(node.name.value), deeper=0)
        return shape

    def _add_field(self, shape: _Shape, node: FieldNode, seen: set[str]) -> None:
        key = (node.alias or node.name).value
        shape.fields += 1
        if node.alias is not None or key in seen:
            shape.aliases += 1
        seen.add(key)
        shape.add(self._selections(node.selection_set), deeper=1)

    def _fragment(self, name: str) -> _Shape:
        if name not in self._known:
            self._known[name] = _Shape()
            if name in self._fragments:
                self._known[name] = self.definition(self._fragments[name])
        return self._known[name]


def _length(node: Node) -> int:
    return node.loc.end - node.loc.start if node.loc else 0


def _check_merging(document: DocumentNode, limits: Limits) -> list[TooComplex]:
    merging = _Merging(fragments_of(document), limits.merged)
    definitions = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    # Operations first: what they spread is walked with them.
    for node in sorted(definitions, key=lambda node: isinstance(node, FragmentDefinitionNode)):
        if isinstance(node, OperationDefinitionNode) or node.name.value not in merging.walked:
            merging.walk([node.selection_set], frozenset())
        if merging.left < 0:
            return [
                TooComplex(
                    "Too many fields and fragments meet in one place: select each once.",
                    "同一位置合并的字段和片段过多：每个只选择一次。",
                    node,
                )
            ]
    return []


class _Merging:
    """Counts what must be compared, for an answer with one value of each field."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], most: int) -> None:
        self._fragments = fragments
        self.left = most
        self.walked: set[str] = set()

    def walk(self, sets: Sequence[SelectionSetNode], within: frozenset[str]) -> None:
        """Counts what the selection sets of one object select together, and below. `within` are fragments around it."""
        fields: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selection_set in sets:
            self._collect(selection_set, fields, spread, within)
        self.left -= _pairs(len(spread))
        within |= spread
        for nodes in fields.values():
            if len(nodes) > 1:
                self.left -= _pairs(len(nodes)) * (1 + max(map(_arguments, nodes)) // _ARGUMENTS)
            below = [node.selection_set for node in nodes if node.selection_set is not None]
            if self.left < 0:
                return
            if below:
                self.walk(below, within)

    def _collect(
        self,
        selection_set: SelectionSetNode,
        fields: dict[str, list[FieldNode]],
        spread: set[str],
        within: frozenset[str],
    ) -> None:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                self._collect(node.selection_set, fields, spread, within)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in self._fragments and name not in spread and name not in within:
                    spread.add(name)
                    self.walked.add(name)
                    self._collect(self._fragments[name].selection_set, fields, spread, within)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _arguments(node: FieldNode) -> int:
    return sum(map(_length, node.arguments or ()))
