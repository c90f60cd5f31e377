"""GraphQL over HTTP, by its specification (working draft): media types, methods and status codes.

A well-formed request for `application/json` is answered by 200; `application/graphql-response+json` has 400 for what
was not executed. Both have 503 for what takes too long (`api/time_limit.py`).
"""

import logging
from typing import Any, Final

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from api import caching, negotiation, requests
from api.console import page
from api.graphql_sse import refusal_stream, stream
from api.negotiation import GRAPHQL, HTML, JSON, STREAM
from api.operations import Operation, Operations
from api.refusals import RequestError, masked, unauthenticated
from api.requests import InvalidTokenError, MalformedError
from api.viewers import Viewers
from schema.context import Context, Services

logger = logging.getLogger(__name__)

_OFFERED: Final = (JSON, GRAPHQL, STREAM)


class GraphQLOverHTTP:
    """The endpoint's answers to GET and POST."""

    def __init__(self, operations: Operations, services: Services, viewers: Viewers) -> None:
        self._operations = operations
        self._services = services
        self._viewers = viewers

    async def __call__(self, request: Request) -> Response:
        kinds = negotiation.acceptable(request.headers.get("accept"), _OFFERED)
        if self._wants_page(request):
            return page()
        # Errors of a request whose answer would be a stream, or of one that accepts nothing, are told in JSON.
        kind = kinds[0] if kinds and kinds[0] != STREAM else JSON
        try:
            return await self._answer(request, kinds)
        except MalformedError as error:
            return respond({"errors": [{"message": error.message}]}, error.status, kind, error.headers)
        except InvalidTokenError:
            language = negotiation.language(request.headers.get("accept-language"))
            return respond(unauthenticated(language), 401, kind, {"WWW-Authenticate": "Bearer"})
        except RequestError as error:
            answer = error.answer_in(negotiation.refusals_language(request.headers.get("accept-language")))
            return respond(answer, 200 if kind == JSON else error.status, kind)
        except Exception:
            logger.exception("request %s failed", request.state.request_id)
            return respond(masked(request.state.request_id), 500, kind)

    def _wants_page(self, request: Request) -> bool:
        if not self._services.settings.debug or request.method != "GET" or "query" in request.query_params:
            return False
        return negotiation.acceptable(request.headers.get("accept"), (JSON, GRAPHQL, STREAM, HTML))[:1] == [HTML]

    async def _answer(self, request: Request, kinds: list[str]) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            raise MalformedError(405, "Only GET and POST are allowed.", Allow="GET, POST")
        if not kinds:
            raise MalformedError(406, f"Accept one of {', '.join(_OFFERED)}.")
        asked = await requests.from_body(request) if request.method == "POST" else requests.from_url(request)
        try:
            operation = self._operations.prepare_asked(asked)
        except RequestError as error:
            if kinds[0] != STREAM:
                raise
            return refusal_stream(error, negotiation.refusals_language(request.headers.get("accept-language")))
        if request.method != "POST" and operation.kind is OperationType.MUTATION:
            raise MalformedError(405, "Mutations are sent by POST.", Allow="POST")
        response = await self._run(operation, kinds, await requests.context(request, self._services))
        if request.method != "POST" and asked.sha256 is not None and operation.kind is OperationType.QUERY:
            return caching.revalidated(request, response, self._services.settings.public_max_age)
        return response

    async def _run(self, operation: Operation, kinds: list[str], context: Context) -> Response:
        subscription = operation.kind is OperationType.SUBSCRIPTION
        if kinds[0] == STREAM or (subscription and STREAM in kinds):
            return stream(self._operations, operation, context, self._viewers)
        if subscription:
            raise MalformedError(400, "Subscribe with Accept: text/event-stream, or over a websocket.")
        kind = next(kind for kind in kinds if kind != STREAM)
        return respond(await self._operations.run(operation, context), 200, kind)


def respond(answer: Any, status: int, kind: str, headers: dict[str, str] | None = None) -> Response:
    """A JSON response of a media type; bytes are JSON already."""
    content = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    return Response(content, status, headers, media_type=f"{kind}; charset=utf-8")
