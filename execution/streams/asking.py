"""What of a subscription's variables an event's answer depends on."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
)


def relevant(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> bytes:
    """The given variables that are used anywhere but in the arguments of the operation's own field, as sorted JSON.

    Those choose the topic and where in it to begin; what is selected of an event is the same for all of them.
    """
    names = {node.name.value for part in _parts(document, operation) for node in _variables(part)}
    return orjson.dumps({name: variables[name] for name in sorted(names & variables.keys())})


def _parts(document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[Node]:
    yield from (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
    yield from operation.directives or ()
    for selection in operation.selection_set.selections:
        if isinstance(selection, FieldNode):
            yield from selection.directives or ()
            if selection.selection_set is not None:
                yield selection.selection_set
        else:
            yield selection


def _variables(node: Node) -> Iterator[VariableNode]:
    if isinstance(node, VariableNode):
        yield node
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, tuple | list) else (value,):
            if isinstance(child, Node):
                yield from _variables(child)
