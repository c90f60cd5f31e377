"""Requests: what a client sent, read with distrust, and the context in which its operation runs."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, HTTPConnection, Request

from api import addresses, negotiation
from people.accounts import Identity
from people.accounts import queries as account_queries
from schema.context import Context, Services

MAX_BODY: Final = 1024 * 1024
# A body beyond the limit is read so far, and thrown away.
_MAX_DISCARDED: Final = 16 * MAX_BODY
_MAX_TOKEN: Final = 200
# Levels of JSON: arrays and objects within each other.
_DEEPEST: Final = 100
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")


class MalformedError(Exception):
    """No GraphQL request at all; `status` is HTTP's word for it."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class InvalidTokenError(Exception):
    """A token was given, and it is worth nothing (any more)."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A well-formed GraphQL request."""

    # None: the document that `sha256` names.
    query: str | None
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    sha256: str | None = None
    # Whether the answer shall say what the operation costs.
    tells_cost: bool = False


def well_formed(data: object) -> GraphQLRequest:
    """The request in decoded JSON. Raises MalformedError."""
    if isinstance(data, list):
        raise MalformedError(400, "Batches are not supported: send one operation per request.")
    if not isinstance(data, dict):
        raise MalformedError(400, "A GraphQL request is a JSON object.")
    query, name = data.get("query"), data.get("operationName")
    variables, extensions = data.get("variables"), data.get("extensions")
    if not isinstance(extensions, dict | None):
        raise MalformedError(400, "`extensions` must be an object or null.")
    sha256 = _persisted(extensions or {})
    if not isinstance(query, str) and (query is not None or sha256 is None):
        raise MalformedError(400, "`query` must be a string.")
    if not isinstance(name, str | None):
        raise MalformedError(400, "`operationName` must be a string or null.")
    if not isinstance(variables, dict | None):
        raise MalformedError(400, "`variables` must be an object or null.")
    return GraphQLRequest(query, name, variables or {}, sha256, (extensions or {}).get("cost") is True)


def _persisted(extensions: dict[str, Any]) -> str | None:
    """The hash by which a persisted document is asked for; None when it is not. Raises MalformedError."""
    wanted = extensions.get("persistedQuery")
    if wanted is None:
        return None
    version, sha256 = (wanted.get("version"), wanted.get("sha256Hash")) if isinstance(wanted, dict) else (None, None)
    if type(version) is not int or version != 1 or not isinstance(sha256, str) or not _SHA256.match(sha256):
        raise MalformedError(400, "`persistedQuery` must be an object of `version` 1 and `sha256Hash`.")
    return sha256


def decode(body: bytes | str) -> object:
    """Decoded JSON. Raises MalformedError; also for lone surrogates, NUL, depth, and numbers beyond a double."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedError(400, "The body is not valid JSON in UTF-8.") from None
    if _is_deeper(data, _DEEPEST):
        raise MalformedError(400, f"The JSON is nested more than {_DEEPEST} levels deep.")
    marker = b"\\u0000" if isinstance(body, bytes) else "\\u0000"
    if marker in body and _has_nul(data):  # type: ignore[operator]
        raise MalformedError(400, "A string must not contain NUL.")
    return data


def _is_deeper(data: object, most: int) -> bool:
    """Whether JSON is nested deeper than so many levels: looked at level by level, without recursion."""
    level = [data]
    for _ in range(most + 1):
        below: list[object] = []
        for one in level:
            if isinstance(one, list):
                below.extend(item for item in one if isinstance(item, list | dict))
            elif isinstance(one, dict):
                below.extend(item for item in one.values() if isinstance(item, list | dict))
        if not below:
            return False
        level = below
    return True


def _has_nul(data: object) -> bool:
    if isinstance(data, str):
        return "\0" in data
    if isinstance(data, dict):
        return any(_has_nul(key) or _has_nul(value) for key, value in data.items())
    return isinstance(data, list) and any(_has_nul(item) for item in data)


async def body(request: Request) -> bytes:
    """The body, up to 1 MiB. Raises MalformedError, when the client has sent (nearly) all: it listens only then."""
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= MAX_BODY:
                chunks.append(chunk)
            elif size > _MAX_DISCARDED:
                break
    except ClientDisconnect:
        raise MalformedError(408, "The body did not come.") from None
    if size > MAX_BODY:
        raise MalformedError(413, f"The body is larger than {MAX_BODY} bytes.", Connection="close")
    return b"".join(chunks)


def from_url(request: Request) -> GraphQLRequest:
    """The request in a URL's query. Raises MalformedError."""
    data: dict[str, object] = {}
    for name, value in request.query_params.multi_items():
        if name in data:
            raise MalformedError(400, f"`{name}` is given twice.")
        data[name] = decode(value) if name in ("variables", "extensions") and value else value or None
    return well_formed(data)


async def from_body(request: Request) -> GraphQLRequest:
    """The request in a JSON body. Raises MalformedError."""
    kind, charset = negotiation.content_type(request.headers)
    if kind != negotiation.JSON or charset not in ("utf-8", "utf8"):
        raise MalformedError(415, "Send the request as application/json in UTF-8.", Accept=negotiation.JSON)
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise MalformedError(415, "Send the body uncompressed.")
    return well_formed(decode(await body(request)))


async def identify(token: str | None) -> Identity | None:
    """Who holds an access token; None without a token. One statement. Raises InvalidTokenError."""
    if token is None:
        return None
    found = await account_queries.identity(token) if 0 < len(token) <= _MAX_TOKEN else None
    if found is None:
        raise InvalidTokenError
    return found


def request_id(connection: HTTPConnection) -> str:
    """The id that the client or a proxy gave the request, else a new one."""
    given = connection.headers.get("x-request-id", "")
    return given if _REQUEST_ID.match(given) else secrets.token_hex(8)


async def context(request: Request, services: Services) -> Context:
    """The context of one HTTP request. Raises InvalidTokenError."""
    return Context(
        services=services,
        viewer=await identify(negotiation.bearer(request.headers.get("authorization"))),
        language=negotiation.language(request.headers.get("accept-language")),
        request_id=request.state.request_id,
        address=addresses.counted(request),
    )
