"""Failures: what nulls what, and which of them are reported, in graphql-core's order when nothing waits."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from graphql import FieldNode, GraphQLError, located_error

# The rank of a list's own failure after its last item: behind all items.
AFTER_ITEMS = math.inf


class Failure(NamedTuple):
    """What went wrong, where, and how many keys of its path lead to what it nulls (0: all data)."""

    ranks: tuple[float, ...]
    path: tuple[str | int, ...]
    nulls: int
    cause: Exception
    nodes: list[FieldNode]


def reported(failures: Iterable[Failure]) -> list[GraphQLError]:
    """The errors in document order, without those that lie behind an earlier one in what it nulled.

    Walking depth first, graphql-core never gets to these: once a position is null, nothing more below it is executed.
    """
    nulled: set[tuple[str | int, ...]] = set()
    errors: list[GraphQLError] = []
    for failure in sorted(failures, key=lambda failure: failure.ranks):
        path = failure.path
        if nulled and any(path[:length] in nulled for length in range(len(path) + 1)):
            continue
        nulled.add(path[: failure.nulls])
        errors.append(located_error(failure.cause, failure.nodes, list(path)))
    return errors
