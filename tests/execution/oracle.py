"""The oracle: what graphql-core answers, and whether another answer is the same."""

import inspect
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    MiddlewareManager,
    OperationDefinitionNode,
    OperationType,
    SourceLocation,
    execute,
    subscribe,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class Told(NamedTuple):
    """What is seen of an error, by clients and by those who mask it."""

    message: str
    path: tuple[str | int, ...] | None
    locations: list[SourceLocation] | None
    extensions: dict[str, Any] | None
    cause: type


def told(errors: Iterable[GraphQLError] | None) -> list[Told]:
    return [
        Told(
            error.message,
            None if error.path is None else tuple(error.path),
            error.locations,
            error.extensions,
            type(error.original_error),
        )
        for error in errors or ()
    ]


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


async def answers(
    schema: strawberry.Schema, document: DocumentNode, *, at_once: bool, **given: Any
) -> list[ExecutionResult]:
    """graphql-core's answer to an operation, or its answers to the events of a subscription.

    When nothing waits, everything happens `at_once`: depth first, and the errors come in that order. Otherwise it
    depends on who is first which errors it tells below what is nulled.
    """
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    run: Any = subscribe if operation.operation is OperationType.SUBSCRIPTION else execute
    result = run(
        schema._schema,
        document,
        middleware=MiddlewareManager(_at_once) if at_once else None,
        is_awaitable=optimized_is_awaitable,
        executor_class=StrawberryGraphQLCoreExecutionContext,
        operation_extensions=None,
        **given,
    )
    if optimized_is_awaitable(result):
        result = await result
    return [result] if isinstance(result, ExecutionResult) else [event async for event in result]


def alike(one: ExecutionResult, other: ExecutionResult) -> bool:
    """Whether two results tell the same, as far as that does not depend on who was first.

    Each null that is an error's has one in both. It is the same error, unless errors further down could cause that null
    too: then it depends on timing which of them is told.
    """
    first, second = _causes(one), _causes(other)
    return (
        one.data == other.data
        and first.keys() == second.keys()
        and all(None in (first[path], second[path]) or first[path] == second[path] for path in first)
    )


def _causes(result: ExecutionResult) -> dict[tuple[str | int, ...] | None, str | None]:
    """The error at each position that is null because of one; None where errors below are told."""
    causes: dict[tuple[str | int, ...] | None, str | None] = {}
    for message, path, *_ in told(result.errors):
        depth = 0 if path is None else _depth_of_null(result.data, path)
        if path is None or depth == len(path):
            causes.setdefault(path, message)
        else:
            causes[path[:depth]] = None
    return causes


def _depth_of_null(data: Any, path: tuple[str | int, ...]) -> int:
    """How many steps of a path lead to a null."""
    for depth, key in enumerate(path):
        if data is None:
            return depth
        data = data[key]
    assert data is None
    return len(path)


def plain(result: ExecutionResult) -> ExecutionResult:
    """The result with its data as a client reads them: rows of any class are objects of JSON."""
    return ExecutionResult(orjson.loads(orjson.dumps(result.data)), result.errors, result.extensions)
