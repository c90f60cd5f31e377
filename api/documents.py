"""Documents: parsed, measured and validated once, then kept as long as there is room; so are refusals.

What is kept is bounded by its size in memory, which follows from the text: a tree is some hundred times as large. Plans
are bounded where they are made (`execution.documents`).
"""

import re
import sys
from collections.abc import Mapping
from typing import Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.kept import Kept
from api.limits import Costs, Limits, TooComplex, check_shape
from api.refusals import RequestError
from core.settings import SettingsError

# Bytes of what is kept: of documents, and of refusals.
_DOCUMENTS: Final = 24 * 1024 * 1024
_REFUSALS: Final = 4 * 1024 * 1024
# Bytes that a document takes whatever its text, and for each word and sign of it; its plans not counted.
_DOCUMENT: Final = 6_000
_TOKEN: Final = 570
_TOKENS: Final = re.compile(r"\w+|[^\s\w,]")
# Bytes of a refusal beside its text.
_REFUSAL: Final = 4_000
# Whoever has more to mend asks again. An error may quote as much as the document holds: of a long one, one is told.
_MOST_ERRORS: Final = 5
_LONG: Final = 4_000
# Of @defer and @stream nothing is known here, so that they are unknown directives like others.
_RULES: Final = (
    *(rule for rule in specified_rules if "Stream" not in rule.__name__),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


class Document:
    """A valid document, and what its operations cost."""

    def __init__(self, tree: DocumentNode, schema: GraphQLSchema, limits: Limits) -> None:
        self.tree = tree
        self.operations = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
        self.costs = Costs(schema, tree, limits)

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


class Documents:
    """The documents of one schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        introspection: bool,
        suggestions: bool,
        allowed: Mapping[str, str],
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._hide_suggestions = not suggestions
        self._rules: tuple[type[ASTValidationRule], ...] = (
            _RULES if introspection else (*_RULES, NoSchemaIntrospectionCustomRule)
        )
        self.kept: Kept[Document] = Kept(_DOCUMENTS)
        self.refused: Kept[RequestError] = Kept(_REFUSALS)
        self._allowed = {text: self._read_allowed(sha256, text) for sha256, text in allowed.items()}

    def find(self, text: str) -> Document:
        """The document of a text. Raises RequestError, the same for the same text."""
        known = self._allowed.get(text) or self.kept.find(text)
        if known is not None:
            return known
        refusal = self.refused.find(text)
        if refusal is None:
            try:
                document = self._read(text)
            except RequestError as error:
                refusal = _light(error)
                self.refused.keep(text, refusal, _REFUSAL + 8 * len(text))
            else:
                size = _DOCUMENT + _TOKEN * len(_TOKENS.findall(text)) + sys.getsizeof(text)
                self.kept.keep(text, document, size)
                return document
        raise RequestError(refusal.errors, refusal.status)

    def _read_allowed(self, sha256: str, text: str) -> Document:
        try:
            return self._read(text)
        except RequestError as error:
            reason = error.errors[0].message
            raise SettingsError(f"ZHONGCAO_PERSISTED_DOCUMENTS: {sha256} is not valid: {reason}") from None

    def _read(self, text: str) -> Document:
        try:
            if len(text) > self._limits.characters:
                most = self._limits.characters
                raise TooComplex(f"The document is longer than {most} characters.", f"文档超过 {most} 个字符。")
            tree = parse(text, max_lexical_tokens=self._limits.tokens, allow_empty_selection_sets=False)
            most = 1 if len(text) > _LONG else _MOST_ERRORS
            errors = check_shape(tree, self._limits) or self._validate(tree, most)
        except GraphQLError as error:
            raise RequestError([error]) from None
        except RecursionError:
            raise RequestError([TooComplex("The document is nested too deeply.", "文档嵌套过深。")]) from None
        if errors:
            raise RequestError(errors)
        document = Document(tree, self._schema, self._limits)
        if not document.operations:
            raise RequestError([GraphQLError("The document has no operation.")])
        return document

    def _validate(self, tree: DocumentNode, most: int) -> list[GraphQLError]:
        errors = validate(
            self._schema,
            tree,
            self._rules,
            max_errors=most,
            hide_suggestions=self._hide_suggestions,
            allow_empty_selection_sets=False,
        )
        if not errors:
            visit(tree, _NoNul())
        return errors


class _NoNul(Visitor):
    """PostgreSQL's text holds no NUL; whoever sends one wants to see something break."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if "\0" in node.value:
            raise GraphQLError("A string must not contain NUL.", node)


def _light(error: RequestError) -> RequestError:
    """The refusal without the tree that its errors point into."""
    return RequestError([_without_nodes(found) for found in error.errors], error.status)


def _without_nodes(error: GraphQLError) -> GraphQLError:
    if isinstance(error, TooComplex):
        return error
    return GraphQLError(error.message, source=error.source, positions=error.positions, extensions=error.extensions)
