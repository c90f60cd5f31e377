"""What the operations of one document cost, remembered for what their variables say of lists' lengths."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_introspection_query,
    parse,
)

from api.limits.ceilings import Limits, TooComplex
from api.limits.lengths import LARGEST_PAGE
from api.limits.prices import Measured, Price, Prices, fragments_of
from schema.effort import Effort, effort_of

# Choices of variables for which the cost of one operation is remembered.
_MOST_CHOICES: Final = 16
_MISSING: Final = object()
_NO_EFFORT: Final = Effort(0)


class _Known:
    """One operation: what does not depend on its variables, and what it costs for each choice of those that matter."""

    def __init__(self, prices: Prices, kind: OperationType) -> None:
        fields = list(prices.root_fields())
        names = [node.name.value for node, _ in fields]
        # What of it may be asked for but once.
        self.alone = [node.name.value for node, field in fields if (effort_of(field) or _NO_EFFORT).alone]
        self.introspects = any(name in ("__schema", "__type") for name in names)
        self.only_introspects = self.introspects and all(name.startswith("__") for name in names)
        # Nothing watches it while it runs, or it can't be taken back: it must be small whatever it finds.
        self.strict = kind is OperationType.MUTATION or (self.introspects and not self.only_introspects)
        self.weights = prices.weights
        self.variables = tuple(prices.variables)
        self.prices: dict[tuple[int | None, ...], Price] = {}

    def choice(self, variables: Mapping[str, Any]) -> tuple[int | None, ...]:
        return tuple(_length(variables.get(name, _MISSING)) for name in self.variables)


class Costs:
    """What the operations of one valid document cost."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self._schema = schema
        self._fragments = fragments_of(document)
        self._limits = limits
        self._known: dict[int, _Known] = {}

    def of(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Price:
        """What one of the document's operations costs; `variables` are as the client sent them. Raises TooComplex."""
        known = self._known.get(id(operation))
        price = known.prices.get(known.choice(variables)) if known else None
        if known and price:
            return price
        prices = Prices(self._schema, self._fragments, operation, variables)
        price = prices.total()
        if known is None:
            known = self._known[id(operation)] = _Known(prices, operation.operation)
        for error in self._excesses(known, prices, price):
            raise error
        if len(known.prices) >= _MOST_CHOICES:
            known.prices.clear()
        known.prices[known.choice(variables)] = price
        return price

    def weights(self, operation: OperationDefinitionNode) -> Mapping[int, float]:
        """What an item of each field costs by itself, by the field's node, of an operation whose cost was asked for."""
        return self._known[id(operation)].weights

    def only_introspects(self, operation: OperationDefinitionNode) -> bool:
        """Whether an operation whose cost was asked for asks for nothing but the schema."""
        return self._known[id(operation)].only_introspects

    def _excesses(self, known: _Known, prices: Prices, price: Price) -> Iterator[TooComplex]:
        if len(known.alone) > 1:
            yield _not_alone(known.alone)
        cost, reach = self._limits.cost, self._limits.reach
        if known.only_introspects:
            standard = _introspection(self._schema)
            cost, reach = max(cost, standard), max(reach, standard)
        if price.cost > cost:
            yield _too_dear("costs", "开销为", price.cost, cost, *prices.costliest("work"))
        if price.of("reach") > reach:
            yield _too_dear("may come to cost", "开销可达", round(price.of("reach")), reach, *prices.costliest("reach"))
        what: Measured = "most" if known.strict else "size"
        if price.of(what) > self._limits.answer:
            yield _too_large(round(price.of(what)), self._limits.answer, *prices.costliest(what))


def _too_dear(verb: str, verb_zh: str, cost: int, allowed: int, field: str, its: int) -> TooComplex:
    return TooComplex(
        f"The operation {verb} {cost}; at most {allowed} is allowed: ask for fewer items."
        f" The costliest field is `{field}` with {its}.",
        f"操作{verb_zh} {cost}，最多允许 {allowed}：请减少条目。开销最大的字段是 `{field}`，为 {its}。",
        cost=cost,
        allowed=allowed,
        field=field,
        fieldCost=its,
    )


def _too_large(size: int, allowed: int, field: str, its: int) -> TooComplex:
    return TooComplex(
        f"The answer may have {size} bytes; at most {allowed} are allowed: ask for fewer items."
        f" The largest field is `{field}` with {its}.",
        f"结果可达 {size} 字节，最多允许 {allowed}：请减少条目。最大的字段是 `{field}`，为 {its} 字节。",
        bytes=size,
        allowed=allowed,
        field=field,
        fieldBytes=its,
    )


def _not_alone(names: list[str]) -> TooComplex:
    listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    return TooComplex(
        f"The operation has {len(names)} of {listed}; at most 1 of these is allowed: nothing was done.",
        f"操作中有 {len(names)} 个 {listed}，这类变更每次最多 1 个：未执行任何变更。",
        field=names[1],
        allowed=1,
    )


@functools.lru_cache(maxsize=8)
def _introspection(schema: GraphQLSchema) -> int:
    """What it costs to ask for the whole schema once, as tools do."""
    document = parse(
        get_introspection_query(specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True)
    )
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return Prices(schema, fragments_of(document), operation, {}).total().cost


def _length(value: Any) -> int | None:
    """How long a list a variable's value asks for, as far as costs tell: none is taken for another of another kind."""
    if value is _MISSING:
        return -1
    if isinstance(value, list):
        return -2 - len(value)
    return max(0, min(value, LARGEST_PAGE)) if isinstance(value, int) else None
