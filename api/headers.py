"""Headers that every response carries, whatever made it."""

from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.requests import request_id

# As ASGI has them: names in lower case.
_UNLESS_GIVEN: Final = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cache-control": b"no-store",
}
_VARY: Final = (b"vary", b"Accept, Accept-Language, Authorization")


class Headers:
    """Middleware: gives each request its id, and each response that id and what keeps browsers careful."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = request_id(HTTPConnection(scope))
        scope.setdefault("state", {})["request_id"] = identity

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = dict(message["headers"])
                own = (pair for pair in _UNLESS_GIVEN.items() if pair[0] not in given)
                message["headers"] = [*message["headers"], *own, _VARY, (b"x-request-id", identity.encode())]
            await send(message)

        await self._app(scope, receive, send_with_headers)
