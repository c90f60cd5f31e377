"""Operations: from a document's text to its results, the same for HTTP, server-sent events and websockets.

A document is parsed, measured and validated once and then kept. Resolvers run on graphql-core through the schema that
Strawberry built; results leave here with refusals translated and defects masked.
"""

import asyncio
import functools
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from inspect import isawaitable
from typing import Any, Final, cast

import orjson
import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    execute,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.execution import create_source_event_stream, map_source_to_response_event
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.limits import Costs, Limits, check_shape, fragments_of, too_complex
from api.persisted import PersistedDocuments
from api.refusals import timed_out
from core.errors import RateLimited
from core.settings import SettingsError
from execution.streams import Outlet, Streams, Subscription, alone, relevant
from schema import errors as public_errors
from schema import rates
from schema.context import Context, ForAll
from schema.streams import TopicStream

logger = logging.getLogger(__name__)

# How much of documents' text is kept parsed; a character of text is some 150 bytes of tree.
_KEPT_CHARACTERS: Final = 400_000
_MOST_VALIDATION_ERRORS: Final = 20
_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)

Answer = dict[str, Any]


class RequestError(Exception):
    """The operation was not executed; `errors` say why. `status` is what HTTP says in the newer media type."""

    def __init__(self, errors: Sequence[GraphQLError], status: int = 400) -> None:
        super().__init__(errors)
        self.errors = errors
        self.status = status

    @property
    def answer(self) -> Answer:
        return {"errors": [error.formatted for error in self.errors]}


class Document:
    """A valid document, and what its operations cost."""

    def __init__(self, tree: DocumentNode, schema: GraphQLSchema) -> None:
        self.tree = tree
        self.operations = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
        self.costs = Costs(schema, fragments_of(tree))

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation with a name, or the only one. Raises RequestError."""
        if name is None:
            if len(self.operations) == 1:
                return self.operations[0]
            raise RequestError([GraphQLError("The document has several operations: give an operationName.")])
        for node in self.operations:
            if node.name is not None and node.name.value == name:
                return node
        raise RequestError([GraphQLError("The document has no operation of that operationName.")])


class Operation:
    """One operation of a valid document, ready to run with its variables."""

    def __init__(self, document: Document, name: str | None, variables: Mapping[str, Any]) -> None:
        self.document = document
        self.node = document.operation(name)
        self.name = name
        self.variables = variables

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
        self._rules = _RULES if introspection else (*_RULES, NoSchemaIntrospectionCustomRule)
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._kept_characters = 0
        self._persisted = persisted or PersistedDocuments()
        self._allowed = {text: self._read_allowed(sha256, text) for sha256, text in self._persisted.allowed.items()}

    def prepare(
        self, text: str | None, name: str | None, variables: Mapping[str, Any], sha256: str | None = None
    ) -> Operation:
        """The operation to run, of a document given or persisted under a hash.

        Raises RequestError for what may not run, be it unknown, wrong or too much.
        """
        try:
            found = self._persisted.text(text, sha256)
        except GraphQLError as error:
            raise RequestError([error]) from None
        document = self._document(found)
        if sha256 is not None and text is not None:
            self._persisted.keep(text, sha256)
        operation = Operation(document, name or None, variables)
        self._check_cost(operation)
        return operation

    def _document(self, text: str) -> Document:
        document = self._allowed.get(text) or self._kept.get(text)
        if document is None:
            document = self._read(text)
            self._keep(text, document)
        elif text in self._kept:
            self._kept.move_to_end(text)
        return document

    def _read_allowed(self, sha256: str, text: str) -> Document:
        try:
            return self._read(text)
        except RequestError as error:
            reason = error.errors[0].message
            raise SettingsError(f"ZHONGCAO_PERSISTED_DOCUMENTS: {sha256} is not valid: {reason}") from None

    def _read(self, text: str) -> Document:
        try:
            if len(text) > self._limits.characters:
                raise too_complex(f"The document is longer than {self._limits.characters} characters.")
            tree = parse(text, max_lexical_tokens=self._limits.tokens, allow_empty_selection_sets=False)
            errors = check_shape(tree, self._limits) or self._validate(tree)
        except GraphQLError as error:
            raise RequestError([error]) from None
        except RecursionError:
            raise RequestError([too_complex("The document is nested too deeply.")]) from None
        if errors:
            raise RequestError(errors)
        document = Document(tree, self._schema)
        if not document.operations:
            raise RequestError([GraphQLError("The document has no operation.")])
        return document

    def _validate(self, tree: DocumentNode) -> list[GraphQLError]:
        errors = validate(
            self._schema,
            tree,
            self._rules,
            max_errors=_MOST_VALIDATION_ERRORS,
            hide_suggestions=self._hide_suggestions,
            allow_empty_selection_sets=False,
        )
        if not errors:
            visit(tree, _NoNul())
        return errors

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._kept_characters += len(text)
        while self._kept_characters > _KEPT_CHARACTERS:
            forgotten, _ = self._kept.popitem(last=False)
            self._kept_characters -= len(forgotten)

    def _check_cost(self, operation: Operation) -> None:
        found = operation.document.costs.of(operation.node, operation.variables)
        if found > self._limits.cost:
            most = self._limits.cost
            raise RequestError(
                [too_complex(f"The operation costs {found}; at most {most} is allowed: ask for fewer items.")]
            )

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Ends what takes longer than one request may, by RequestError. For doors whose answer has begun already."""
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise RequestError([timed_out(self._timeout)], status=503) from None

    async def run(self, operation: Operation, context: Context) -> Answer:
        """Runs a query or mutation. Raises RequestError when its variables are wrong."""
        found = await self._execute(operation, context)
        if found.data is None and found.errors and all(error.path is None for error in found.errors):
            raise RequestError(found.errors)
        return _answer(found, context)

    async def _execute(self, operation: Operation, context: Context, root: Any = None) -> ExecutionResult:
        result = execute(
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
        return await result if isawaitable(result) else result

    async def subscribe(self, operation: Operation, context: Context, outlet: Outlet) -> Subscription:
        """Has a subscription told, from now until it is cancelled. Raises RequestError when it cannot start.

        Its resolver decides whether the viewer may listen. Whoever asks for the same then is told together.
        """
        try:
            await rates.require(context, "subscribe", rates.SUBSCRIBING)
        except RateLimited as refusal:
            raise RequestError([_as_public(refusal, context)]) from None
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
            asked = (operation.document, id(operation.node), variables, context.language)
            return self._streams.join(found, asked, functools.partial(self._tell, operation), outlet)
        return alone(_answers(map_source_to_response_event(executor, found), context), outlet)

    async def _tell(self, operation: Operation, event: object, context: Context) -> bytes | None:
        result = await self._execute(operation, context, event)
        if isinstance(context, ForAll) and context.viewer_asked:
            return None
        return orjson.dumps(_answer(result, context))


def interrupted(error: Exception, context: Context) -> RequestError:
    """What to tell of the error that ended a subscription."""
    return RequestError([_as_public(error, context)], status=500)


class _NoNul(Visitor):
    """PostgreSQL's text holds no NUL; whoever sends one wants to see something break."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if "\0" in node.value:
            raise GraphQLError("A string must not contain NUL.", node)


def _as_public(error: Exception, context: Context) -> GraphQLError:
    if not isinstance(error, GraphQLError):
        error = GraphQLError(str(error), original_error=error)
    return public_errors.public(error, context)


async def _answers(results: AsyncGenerator[ExecutionResult, None], context: Context) -> AsyncGenerator[bytes, None]:
    async with aclosing(results):
        async for result in results:
            yield orjson.dumps(_answer(result, context))


def _answer(result: ExecutionResult, context: Context) -> Answer:
    answer: Answer = {}
    if result.errors:
        answer["errors"] = [public_errors.public(error, context).formatted for error in result.errors]
    if context.unavailable:
        answer["extensions"] = {"unavailable": sorted(context.unavailable)}
    answer["data"] = result.data
    return answer
