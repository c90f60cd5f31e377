"""The time that one HTTP request may take us, whatever route it takes: the server's part, not the client's."""

import asyncio

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import negotiation
from api.graphql_http import respond
from api.negotiation import GRAPHQL, JSON
from api.refusals import timed_out


class TimeLimit:
    """Middleware: answers 503, and ends what was under way, when no answer has begun in time.

    The clock stands while the client sends its body, and once an answer has begun: a stream may go on for long, and a
    client may be slow to take what it is told.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds) as limit:
                watch = _Watch(limit, self._seconds, receive, send)
                await self._app(scope, watch.receive, watch.send)
        except TimeoutError:
            if not limit.expired():
                raise
            await self._refusal(scope)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response:
        accepted = negotiation.acceptable(Headers(scope=scope).get("accept"), (JSON, GRAPHQL))
        return respond({"errors": [timed_out(self._seconds).formatted]}, 503, accepted[0] if accepted else JSON)


class _Watch:
    """Receives and sends as the server does, and stops the clock meanwhile."""

    def __init__(self, limit: asyncio.Timeout, seconds: float, receive: Receive, send: Send) -> None:
        self._limit = limit
        self._seconds = seconds
        self._receive = receive
        self._send = send
        self._has_all = False
        self._answers = False

    async def receive(self) -> Message:
        if self._has_all or self._answers:
            return await self._receive()
        self._limit.reschedule(None)
        message = await self._receive()
        self._has_all = not message.get("more_body", False)
        if not self._answers:
            self._limit.reschedule(asyncio.get_running_loop().time() + self._seconds)
        return message

    async def send(self, message: Message) -> None:
        if not self._answers:
            self._answers = True
            self._limit.reschedule(None)
        await self._send(message)
