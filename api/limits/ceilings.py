"""How much is too much, and the error that says so in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, Node

from core import languages


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one document and one operation, with fragments written out."""

    tokens: int = 5_000
    characters: int = 100_000
    # Characters of all definitions, each with its fragments written out.
    written: int = 200_000
    definitions: int = 200
    depth: int = 20
    # Aliases, and fields repeated in one selection set.
    aliases: int = 50
    directives: int = 50
    fields: int = 2_000
    # Pairs of fields or fragments that meet in one place of the answer, and must be compared.
    merged: int = 4_000
    # What an operation is expected to cost, in microseconds of a processor, about.
    cost: int = 50_000
    # The same, had lists more items than they usually have.
    reach: int = 150_000
    # Bytes of an answer.
    answer: int = 10_000_000
    # What an execution may come to cost, whatever was expected.
    spent: int = 200_000


class TooComplex(GraphQLError):
    """Something exceeds a limit."""

    def __init__(self, en: str, zh: str, node: Node | None = None, **told: Any) -> None:
        at = node.loc if node else None
        # Where it is, and not what is there: the tree of what is refused need not be kept.
        super().__init__(
            en,
            source=at.source if at else None,
            positions=[at.start] if at else None,
            extensions={"code": "TOO_COMPLEX", **told},
        )
        self.zh = zh


def told(error: GraphQLError, language: str) -> Mapping[str, Any]:
    """An error as its reader is told it."""
    formatted = error.formatted
    if not isinstance(error, TooComplex):
        return formatted
    return {**formatted, "message": languages.told(language, zh=error.zh, en=error.message)}
