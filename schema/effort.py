"""What a field takes to be worked out, declared with it where it is more than reading a few rows."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from graphql import GraphQLField

from execution.amounts import declared

_KEY: Final = "effort"


class Effort(NamedTuple):
    """Microseconds of a processor, about; and whether one operation may ask for it but once."""

    work: float
    alone: bool = False


# Of a change in a transaction of its own, told in the outbox.
CHANGE: Final = Effort(1_500)
# Of candidates found and ranked for one person.
RANKING: Final = Effort(3_000)
# Of a password hashed, or of tokens made: what is guessed at.
SECRET: Final = Effort(20_000, alone=True)


def effort(found: Effort) -> Mapping[Any, Any]:
    """The metadata of a field that takes so much."""
    return {_KEY: found}


def effort_of(field: GraphQLField) -> Effort | None:
    """What a field is declared to take."""
    found: Effort | None = declared(field, _KEY)
    return found
