"""What the doors themselves say to a client: why an operation was not executed, and what lies outside of any."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from api.limits.ceilings import told
from core import languages
from core.errors import Unauthenticated


class RequestError(Exception):
    """The operation was not executed; `errors` say why. `status` is what HTTP says in the newer media type."""

    def __init__(self, errors: Sequence[GraphQLError], status: int = 400) -> None:
        super().__init__(errors)
        self.errors = errors
        self.status = status

    @property
    def answer(self) -> dict[str, Any]:
        """The errors as a client is told them, in English."""
        return self.answer_in("en")

    def answer_in(self, language: str) -> dict[str, Any]:
        """The errors as a client is told them; what is not for people is English in any language."""
        return {"errors": [told(error, language) for error in self.errors]}


def unauthenticated(language: str) -> dict[str, Any]:
    """The answer to a token that is worth nothing, or no longer."""
    error = GraphQLError(Unauthenticated().message(language), extensions={"code": Unauthenticated.code})
    return {"errors": [error.formatted]}


def masked(request_id: str, language: str = "zh") -> dict[str, Any]:
    """What a client may know of a defect."""
    message = languages.told(language, zh="服务器内部错误", en="Internal error")
    return {"errors": [{"message": message, "extensions": {"code": "INTERNAL", "requestId": request_id}}]}


def timed_out(seconds: float) -> GraphQLError:
    """What is said of whatever takes longer than one request may."""
    return GraphQLError(f"The operation took longer than {seconds:g} seconds.", extensions={"code": "TIMEOUT"})
