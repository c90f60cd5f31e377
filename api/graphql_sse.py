"""GraphQL over server-sent events, "distinct connections mode" of graphql-sse: one operation, one response."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Final

import orjson
from graphql import OperationType
from starlette.responses import Response, StreamingResponse

from api.operations import Operation, Operations, RequestError, interrupted
from api.refusals import masked, unauthenticated
from core import clock
from execution.streams import Payload
from schema.context import Context

logger = logging.getLogger(__name__)

# Between comments that tell proxies and clients that the connection lives, in seconds.
_HEARTBEAT: Final = 12
_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_COMPLETE: Final = b"event: complete\ndata:\n\n"
_COMMENT: Final = b":\n\n"


def stream(operations: Operations, operation: Operation, context: Context) -> Response:
    """The response that tells an operation's results as events."""
    return _response(_with_heartbeat(_answers(operations, operation, context), context))


def refusal_stream(error: RequestError) -> Response:
    """The response that tells as an event why an operation was refused."""

    async def events() -> AsyncGenerator[bytes, None]:
        yield _next(orjson.dumps(error.answer)) + _COMPLETE

    return _response(events())


def _response(events: AsyncGenerator[bytes, None]) -> Response:
    return StreamingResponse(events, 200, _HEADERS, media_type="text/event-stream")


def _next(answer: bytes) -> bytes:
    return b"event: next\ndata: " + answer + b"\n\n"


class _Outlet:
    """Where a stream is told: what its client did not take yet waits here, and no more follows until it did."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._waiting: deque[bytes] = deque()
        self._ended = False
        self._more = asyncio.Event()
        self._taken: asyncio.Future[None] | None = None

    def tell(self, payload: Payload) -> Awaitable[None] | None:
        event = payload.forms.get(_next)
        if event is None:
            event = payload.forms[_next] = _next(payload.json)
        self._waiting.append(event)
        self._more.set()
        if len(self._waiting) == 1:
            return None
        self._taken = asyncio.get_running_loop().create_future()
        return self._taken

    def end(self, error: Exception | None) -> None:
        if error is not None:
            self._waiting.append(_next(orjson.dumps(interrupted(error, self.context).answer)))
        self._ended = True
        self._more.set()

    async def events(self) -> AsyncGenerator[bytes, None]:
        """What it is told, until nothing more comes."""
        while True:
            await self._more.wait()
            while self._waiting:
                yield self._waiting.popleft()
            if self._taken is not None and not self._taken.done():
                self._taken.set_result(None)
            if self._ended:
                return
            self._more.clear()


async def _answers(operations: Operations, operation: Operation, context: Context) -> AsyncGenerator[bytes, None]:
    try:
        if operation.kind is OperationType.SUBSCRIPTION:
            outlet = _Outlet(context)
            subscription = await operations.subscribe(operation, context, outlet)
            try:
                async for event in outlet.events():
                    yield event
            finally:
                subscription.cancel()
        else:
            yield _next(orjson.dumps(await operations.run(operation, context)))
    except RequestError as error:
        yield _next(orjson.dumps(error.answer))
    except Exception:
        logger.exception("request %s failed", context.request_id)
        yield _next(orjson.dumps(masked(context.request_id, context.language)))
    yield _COMPLETE


async def _with_heartbeat(events: AsyncGenerator[bytes, None], context: Context) -> AsyncGenerator[bytes, None]:
    """`events`, with a comment whenever nothing else was said for a while, until the viewer's token ends.

    The first comment opens the stream at once.
    """
    yield _COMMENT
    async with aclosing(events):
        following: asyncio.Future[bytes | None] | None = None
        try:
            while True:
                following = following or asyncio.ensure_future(anext(events, None))
                await asyncio.wait({following}, timeout=min(_HEARTBEAT, _seconds_left(context)))
                if following.done():
                    event, following = following.result(), None
                    if event is None:
                        return
                    yield event
                elif _seconds_left(context) <= 0:
                    yield _next(orjson.dumps(unauthenticated(context.language))) + _COMPLETE
                    return
                else:
                    yield _COMMENT
        finally:
            if following is not None:
                following.cancel()
                await asyncio.wait({following})


def _seconds_left(context: Context) -> float:
    """How long the token that allowed the operation holds."""
    return (context.viewer.expires_at - clock.now()).total_seconds() if context.viewer else float(_HEARTBEAT)
