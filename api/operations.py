"""Operations: from a document's text to its results, the same for HTTP, server-sent events and websockets.

Resolvers run through the schema that Strawberry built; results leave here encoded, with refusals translated and defects
masked, and none larger than is allowed.
"""

import asyncio
import functools
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from inspect import isawaitable
from typing import Any, cast

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType, execute
from graphql.execution import create_source_event_stream, map_source_to_response_event
from strawberry.execution import optimized_is_awaitable

import execution
from api.documents import Document, Documents
from api.limits import Limits, Price, TooComplex
from api.persisted import PersistedDocuments
from api.refusals import RequestError, timed_out
from api.requests import GraphQLRequest
from core import validation
from core.errors import Invalid, RateLimited
from execution.streams import Outlet, Streams, Subscription, alone, relevant
from schema import errors as public_errors
from schema import rates, visibility
from schema.context import Context, ForAll
from schema.streams import TopicStream

logger = logging.getLogger(__name__)


class Operation:
    """One operation of a valid document, ready to run with its variables."""

    def __init__(
        self, document: Document, name: str | None, variables: Mapping[str, Any], *, tells_cost: bool = False
    ) -> None:
        self.document = document
        self.node = document.operation(name)
        self.name = name
        self.variables = variables
        # Whether its answers say what it was expected to cost. Raises TooComplex for what is too much.
        self.tells_cost = tells_cost
        self.price: Price = document.costs.of(self.node, variables)

    @property
    def kind(self) -> OperationType:
        return self.node.operation


class Operations:
    """Prepares and runs operations of one schema."""

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        limits: Limits | None = None,
        timeout: float = 10,
        introspection: bool = True,
        suggestions: bool = True,
        persisted: PersistedDocuments | None = None,
    ) -> None:
        self._schema = schema._schema
        self._executor = cast(Any, schema.execution_context_class)
        self._limits = limits or Limits()
        self._timeout = timeout
        self._streams = Streams()
        self._hide_suggestions = not suggestions
        self._persisted = persisted or PersistedDocuments()
        self._documents = Documents(
            self._schema,
            self._limits,
            introspection=introspection,
            suggestions=suggestions,
            allowed=self._persisted.allowed,
        )

    def prepare(
        self,
        text: str | None,
        name: str | None,
        variables: Mapping[str, Any],
        sha256: str | None = None,
        *,
        tells_cost: bool = False,
    ) -> Operation:
        """The operation to run, of a document given or persisted under a hash.

        Raises RequestError for what may not run, be it unknown, wrong or too much.
        """
        try:
            found = self._persisted.text(text, sha256)
        except GraphQLError as error:
            raise RequestError([error]) from None
        document = self._documents.find(found)
        if sha256 is not None and text is not None:
            self._persisted.keep(text, sha256)
        try:
            return Operation(document, name or None, variables, tells_cost=tells_cost)
        except TooComplex as error:
            raise RequestError([error]) from None

    def prepare_asked(self, asked: GraphQLRequest) -> Operation:
        """The operation to run, of what a client asked. Raises RequestError as `prepare`."""
        return self.prepare(
            asked.query, asked.operation_name, asked.variables, asked.sha256, tells_cost=asked.tells_cost
        )

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Ends what takes longer than one request may, by RequestError. For doors whose answer has begun already."""
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise RequestError([timed_out(self._timeout)], status=503) from None

    async def run(self, operation: Operation, context: Context) -> bytes:
        """What a query or mutation is answered, as JSON.

        Raises RequestError when its variables are wrong or its answer is too large.
        """
        _check_texts(operation, context)
        try:
            found = await self._execute(operation, context)
            if found.data is None and found.errors and all(error.path is None for error in found.errors):
                raise RequestError(found.errors)
            return self._encoded(operation, found, context)
        except TooComplex as error:
            raise RequestError([error]) from None

    async def _execute(self, operation: Operation, context: Context, root: Any = None) -> ExecutionResult:
        """Raises TooComplex when the answer becomes more than it may."""
        if operation.document.costs.only_introspects(operation.node):
            # Nothing in it waits, and it takes long.
            return cast(ExecutionResult, await asyncio.to_thread(self._begin, operation, context, root))
        with self._allowing(operation):
            result: Any = self._begin(operation, context, root)
            return cast(ExecutionResult, await result if isawaitable(result) else result)

    @contextmanager
    def _allowing(self, operation: Operation) -> Iterator[None]:
        weights = operation.document.costs.weights(operation.node)
        try:
            with execution.allowing(execution.Allowance(self._limits.spent, weights)):
                yield
        except execution.TooMuch as much:
            raise TooComplex(
                f"The answer becomes too large at `{much}`: ask for fewer items.",
                f"结果在 `{much}` 处过大：请减少条目。",
                field=str(much),
            ) from None

    def _encoded(self, operation: Operation, result: ExecutionResult, context: Context) -> bytes:
        """The answer as JSON. Raises TooComplex for one that is too large."""
        encoded = orjson.dumps(_answer(operation, result, context, self._limits))
        most = self._limits.answer
        if len(encoded) > most:
            raise TooComplex(
                f"The answer has {len(encoded)} bytes; at most {most} are allowed: ask for fewer items.",
                f"结果有 {len(encoded)} 字节，最多允许 {most}：请减少条目。",
                bytes=len(encoded),
                allowed=most,
            )
        return encoded

    def _begin(self, operation: Operation, context: Context, root: Any) -> Any:
        return execute(
            self._schema,
            operation.document.tree,
            root,
            variable_values=dict(operation.variables),
            operation_name=operation.name,
            context_value=context,
            executor_class=self._executor,
            is_awaitable=cast(Any, optimized_is_awaitable),
            hide_suggestions=self._hide_suggestions,
        )

    async def subscribe(self, operation: Operation, context: Context, outlet: Outlet) -> Subscription:
        """Has a subscription told, from now until it is cancelled. Raises RequestError when it cannot start.

        Its resolver decides whether the viewer may listen. Whoever asks for the same then is told together.
        """
        try:
            await rates.require(context, "subscribe", rates.SUBSCRIBING)
        except RateLimited as refusal:
            raise RequestError([_as_public(refusal, context)]) from None
        _check_texts(operation, context)
        executor = self._executor.build(
            self._schema,
            operation.document.tree,
            context_value=context,
            raw_variable_values=dict(operation.variables),
            operation_name=operation.name,
            hide_suggestions=self._hide_suggestions,
        )
        if isinstance(executor, list):
            raise RequestError(executor)
        source = create_source_event_stream(executor)
        found: Any = await source if isawaitable(source) else source
        if isinstance(found, ExecutionResult):
            raise RequestError([public_errors.public(error, context) for error in found.errors or ()])
        if isinstance(found, TopicStream):
            variables = relevant(operation.document.tree, operation.node, operation.variables)
            asked = (operation.document, id(operation.node), variables, context.language, operation.tells_cost)
            return self._streams.join(found, asked, functools.partial(self._tell, operation), outlet)
        return alone(self._answers(operation, map_source_to_response_event(executor, found), context), outlet)

    async def _tell(self, operation: Operation, event: object, context: Context) -> bytes | None:
        if context.apart and visibility.is_hidden(getattr(event, "event", event), await context.hidden()):
            return b""
        result = await self._execute(operation, context, event)
        if isinstance(context, ForAll) and context.viewer_asked:
            return None
        return self._encoded(operation, result, context)

    async def _answers(
        self, operation: Operation, results: AsyncGenerator[ExecutionResult, None], context: Context
    ) -> AsyncGenerator[bytes, None]:
        async with aclosing(results):
            async for result in results:
                yield self._encoded(operation, result, context)


def interrupted(error: Exception, context: Context) -> RequestError:
    """What to tell of the error that ended a subscription."""
    return RequestError([_as_public(error, context)], status=500)


def _check_texts(operation: Operation, context: Context) -> None:
    """Raises RequestError for a text in the variables that no field takes, before anything is done with it.

    Not of a mutation: it looks at its input itself, and tells that in its payload.
    """
    if operation.kind is OperationType.MUTATION:
        return
    try:
        validation.bounded(operation.variables)
    except Invalid as refusal:
        raise RequestError([_as_public(refusal, context)]) from None


def _as_public(error: Exception, context: Context) -> GraphQLError:
    if not isinstance(error, GraphQLError):
        error = GraphQLError(str(error), original_error=error)
    return public_errors.public(error, context)


def _answer(operation: Operation, result: ExecutionResult, context: Context, limits: Limits) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    extensions: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [public_errors.public(error, context).formatted for error in result.errors]
    if context.unavailable:
        extensions["unavailable"] = sorted(context.unavailable)
    if operation.tells_cost:
        extensions["cost"] = {**operation.price.told(), "allowed": limits.cost, "allowedBytes": limits.answer}
    if extensions:
        answer["extensions"] = extensions
    answer["data"] = result.data
    return answer
