"""Sources: where the values of a field come from, as directly as its declaration allows."""

import functools
import inspect
import operator
from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
from graphql import FieldNode, GraphQLField
from graphql.execution import Executor as CoreExecutor
from graphql.execution.values import get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from execution.columns import column
from execution.inputs import conversion
from execution.nodes import Asking, BatchFunction, Source

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

_BATCH = "answers_for_all"


def batches(function: BatchFunction, resolver: AnyFunction) -> AnyFunction:
    """Marks a resolver as what `function` answers for one parent: here it is asked for all parents of a level at once.

    `function` takes the parents, the context and the field's arguments by keyword, and returns the answers in the
    parents' order; an exception among them is the failure of its parent only.
    """
    setattr(resolver, _BATCH, function)
    return resolver


class Attribute:
    """An attribute of each object, by Strawberry's default resolver."""

    __slots__ = ("_get", "name")

    def __init__(self, name: str, default_resolver: Callable[[Any, str], object]) -> None:
        # None when it is not Python's own way to read an attribute.
        self.name = name if default_resolver is getattr else None
        self._get: Callable[[Any], Any] = (
            operator.attrgetter(name) if default_resolver is getattr else lambda source: default_resolver(source, name)
        )

    def column(self, asking: Asking) -> list[Any]:
        objects = asking.objects
        return column(self._get, len(objects), objects)


class Arguments:
    """A field's arguments as its resolver takes them; the same for all objects of a level."""

    __slots__ = ("_definition", "_node", "_taken")

    def __init__(
        self, definition: GraphQLField, node: FieldNode, field: StrawberryField, schema: strawberry.Schema
    ) -> None:
        self._definition = definition
        self._node = node
        # By what name each is given and taken, and how it is converted; of those taken as they are given, None.
        self._taken = [
            (
                schema.config.name_converter.from_argument(argument),
                argument.python_name,
                conversion(argument.type, field, schema),
            )
            for argument in field.arguments
        ]

    @property
    def some(self) -> bool:
        """Whether there are any."""
        return bool(self._definition.args or self._node.arguments)

    def given(self, asking: Asking) -> dict[str, Any]:
        """By their Python names. Raises what coercion raises."""
        if not self.some:
            return {}
        given = core_arguments(self._definition, self._node, asking.executor)
        return {
            taken: given[name] if convert is None else convert(given[name], asking, (name,))
            for name, taken, convert in self._taken
            if name in given
        }


def core_arguments(definition: GraphQLField, node: FieldNode, executor: "CoreExecutor[Any]") -> dict[str, Any]:
    """The arguments as graphql-core coerces them."""
    return get_argument_values(definition, node, executor.variable_values, None, executor.hide_suggestions)


class Batch:
    """A batched field: one call for all objects."""

    __slots__ = ("_arguments", "_function")

    def __init__(self, function: BatchFunction, arguments: Arguments) -> None:
        self._function = function
        self._arguments = arguments

    def column(self, asking: Asking) -> list[Any] | None:
        try:
            arguments = self._arguments.given(asking)
        except Exception as error:
            return [error] * len(asking.objects)
        asking.ask(self._function, arguments)
        return None


class Function:
    """A resolver function that nothing wraps, called for each object."""

    __slots__ = ("_arguments", "_field", "_function", "_info", "_info_class", "_positional", "_source")

    def __init__(
        self, resolver: StrawberryResolver[Any], field: StrawberryField, arguments: Arguments, info_class: type
    ) -> None:
        self._function = cast(Callable[..., Any], resolver.wrapped_func)
        self._field = field
        self._arguments = arguments
        self._info_class = info_class
        self._info = resolver.info_parameter.name if resolver.info_parameter else None
        source = resolver.parent_parameter or resolver.root_parameter
        self._source = source.name if source else None
        self._positional = resolver.self_parameter is not None
        if source and not self._positional and _is_first(source, resolver.signature):
            self._source, self._positional = None, True

    @property
    def direct(self) -> Callable[[Any], Any] | None:
        """The function, when it takes nothing but the object."""
        takes_more = self._source or self._info or not self._positional or self._arguments.some
        return None if takes_more else self._function

    def column(self, asking: Asking) -> list[Any]:
        objects = asking.objects
        try:
            given = self._arguments.given(asking)
        except Exception as error:
            return [error] * len(objects)
        function: Callable[..., Any] = functools.partial(self._function, **given) if given else self._function
        if self._positional and not self._source and not self._info:
            return column(function, len(objects), objects)
        return column(functools.partial(self._call, function, asking), len(objects), objects, range(len(objects)))

    def _call(self, function: Callable[..., Any], asking: Asking, source: Any, index: int) -> Any:
        keywords: dict[str, Any] = {}
        if self._source:
            keywords[self._source] = source
        if self._info:
            keywords[self._info] = self._info_class(_raw_info=asking.info(index), _field=self._field)
        return function(source, **keywords) if self._positional else function(**keywords)


def _is_first(parameter: inspect.Parameter, signature: inspect.Signature) -> bool:
    first = next(iter(signature.parameters.values()))
    return first.name == parameter.name and first.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD


class Resolver:
    """A resolver as graphql-core sees it, whatever wraps it (permissions, field extensions), called for each object."""

    __slots__ = ("_definition", "_node", "_resolve")

    def __init__(self, definition: GraphQLField, node: FieldNode, resolve: Callable[..., Any]) -> None:
        self._definition = definition
        self._node = node
        self._resolve = resolve

    def column(self, asking: Asking) -> list[Any]:
        objects = asking.objects
        try:
            given = core_arguments(self._definition, self._node, asking.executor)
        except Exception as error:
            return [error] * len(objects)
        infos = (asking.info(index) for index in range(len(objects)))
        return column(functools.partial(self._resolve, **given), len(objects), objects, infos)


def source_of(definition: GraphQLField, node: FieldNode, executor: "CoreExecutor[Any]") -> Source:
    """The most direct source that gives what the field's resolver in the schema gives."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    schema: strawberry.Schema = executor.schema.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    if type(field) is not StrawberryField or field.extensions or field.is_subscription or schema.exception_handlers:
        return Resolver(definition, node, definition.resolve or executor.field_resolver)
    resolver = field.base_resolver
    if resolver is None:
        return Attribute(field.python_name, schema.config.default_resolver)
    arguments = Arguments(definition, node, field, schema)
    function: BatchFunction | None = getattr(resolver.wrapped_func, _BATCH, None)
    if function is not None:
        return Batch(function, arguments)
    return Function(resolver, field, arguments, schema.config.info_class)


def asks(definition: GraphQLField) -> bool:
    """Whether a field's values come from elsewhere: it is batched, or its resolver waits."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    resolver = getattr(field, "base_resolver", None)
    return resolver is not None and inspect.iscoroutinefunction(inspect.unwrap(resolver.wrapped_func))
