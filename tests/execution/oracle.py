"""The oracle: what graphql-core answers, and whether another answer is the same."""

import inspect
from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError, MiddlewareManager, execute
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

Told = tuple[str, tuple[str | int, ...] | None]


def told(errors: Iterable[GraphQLError] | None) -> list[Told]:
    """What clients see of errors."""
    return [(error.message, None if error.path is None else tuple(error.path)) for error in errors or ()]


def _at_once(next_: Any, root: Any, info: Any, **arguments: Any) -> Any:
    """Resolvers that never wait, though they are coroutines, answer at once."""
    result = next_(root, info, **arguments)
    if not inspect.iscoroutine(result):
        return result
    try:
        result.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("It waits.")


def answer_at_once(schema: strawberry.Schema, document: DocumentNode, **given: Any) -> ExecutionResult:
    """graphql-core's answer when nothing waits: depth first, errors in its order."""
    result = execute(
        schema._schema,
        document,
        middleware=MiddlewareManager(_at_once),
        is_awaitable=optimized_is_awaitable,
        executor_class=StrawberryGraphQLCoreExecutionContext,
        operation_extensions=None,
        **given,
    )
    assert isinstance(result, ExecutionResult)
    return result


async def answer(schema: strawberry.Schema, document: DocumentNode, **given: Any) -> ExecutionResult:
    """graphql-core's answer when resolvers wait: which errors it tells below what is nulled depends on who is first."""
    result = execute(
        schema._schema,
        document,
        is_awaitable=optimized_is_awaitable,
        executor_class=StrawberryGraphQLCoreExecutionContext,
        operation_extensions=None,
        **given,
    )
    return result if isinstance(result, ExecutionResult) else await result


def settled(result: ExecutionResult) -> tuple[set[Told], set[tuple[str | int, ...]]]:
    """What must not depend on timing: errors that null their own position, and the positions nulled from below."""
    own: set[Told] = set()
    nulled: set[tuple[str | int, ...]] = set()
    for message, path in told(result.errors):
        if path is None:
            own.add((message, path))
            continue
        depth = _depth_of_null(result.data, path)
        if depth == len(path):
            own.add((message, path))
        else:
            nulled.add(path[:depth])
    return own, nulled


def _depth_of_null(data: Any, path: tuple[str | int, ...]) -> int:
    """How many steps of a path lead to a null."""
    for depth, key in enumerate(path):
        if data is None:
            return depth
        data = data[key]
    assert data is None
    return len(path)
