"""Batched fields: the only way from one table of the graph to another, so that N+1 cannot be written.

A batched field's function takes all parents of a level, the context, and the field's arguments, and returns the answers
in the parents' order:

    async def author(notes: list[Note], context: Context) -> list[Account | None]:
        return await accounts.queries.by_ids([note.author_id for note in notes])

    @strawberry.type
    class Note:
        author: UserRef = batched(author, description="Who wrote it.")
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import strawberry

import execution
from schema.context import Context, Info

BatchFunction = Callable[..., Awaitable[Sequence[Any]]]


@functools.cache
def _through_context(function: BatchFunction) -> BatchFunction:
    """The function, asked by way of the context. One for each, as fields of one function are asked together."""

    async def ask(parents: list[Any], context: Context, **given: Any) -> Sequence[Any]:
        return await context.ask(function, parents, given)

    return ask


def batched(function: BatchFunction, *, description: str, metadata: Mapping[Any, Any] | None = None) -> Any:
    """A field that asks for all its parents at once. Its type is the annotation of the attribute that it becomes.

    A list says in its `metadata` how long it is (`execution.amount`), unless it is a page.
    """
    arguments = list(inspect.signature(function).parameters.values())[2:]

    ask = _through_context(function)

    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        return await info.context.load(ask, root, given)

    resolve.__name__ = function.__name__
    resolve.__module__ = function.__module__
    keywords = [argument.replace(kind=inspect.Parameter.KEYWORD_ONLY) for argument in arguments]
    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
            inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
            *keywords,
        ]
    )
    resolve.__annotations__ = {"root": Any, "info": Info} | {a.name: a.annotation for a in keywords}
    return strawberry.field(resolver=execution.batches(ask, resolve), description=description, metadata=metadata)
