"""What the doors themselves say to a client, outside of any operation."""

from typing import Any

from graphql import GraphQLError

from core.errors import Unauthenticated


def unauthenticated(language: str) -> dict[str, Any]:
    """The answer to a token that is worth nothing, or no longer."""
    error = GraphQLError(Unauthenticated().message(language), extensions={"code": Unauthenticated.code})
    return {"errors": [error.formatted]}


def masked(request_id: str, language: str = "zh") -> dict[str, Any]:
    """What a client may know of a defect."""
    message = "Internal error" if language == "en" else "服务器内部错误"
    return {"errors": [{"message": message, "extensions": {"code": "INTERNAL", "requestId": request_id}}]}


def timed_out(seconds: float) -> GraphQLError:
    """What is said of whatever takes longer than one request may."""
    return GraphQLError(f"The operation took longer than {seconds:g} seconds.", extensions={"code": "TIMEOUT"})
