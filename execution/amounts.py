"""How much a field holds, declared with it: what its answers cost follows from that, before and while they are made.

variants: list[Variant] = strawberry.field(metadata=execution.amount(3, most=100))
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter

_KEY: Final = "amount"


class Amount(NamedTuple):
    """Items of a list, or characters of a text: how many there usually are, and at the most."""

    typical: float
    most: int

    @property
    def weighed(self) -> float:
        """Between the two, nearer to what is usual: what a list must be reckoned with, as far as one knows."""
        return float(self.typical ** (2 / 3) * self.most ** (1 / 3))


def amount(typical: float, *, most: int) -> Mapping[Any, Any]:
    """The metadata of a field that holds so much."""
    return {_KEY: Amount(typical, most)}


def declared(field: GraphQLField, key: str) -> Any:
    """What a field's metadata say under a key; None when they say nothing."""
    strawberry_field = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return (getattr(strawberry_field, "metadata", None) or {}).get(key)


def amount_of(field: GraphQLField) -> Amount | None:
    """How much a field is declared to hold."""
    found: Amount | None = declared(field, _KEY)
    return found
