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

from api.operations import Operation, Operations, interrupted
from api.refusals import RequestError, masked, unauthenticated
from api.viewers import Viewers
from core import clock
from execution.streams import Payload
from schema.context import Context

logger = logging.getLogger(__name__)

# Between comments that tell proxies and clients that the connection lives, in seconds.
_HEARTBEAT: Final = 12
_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_COMPLETE: Final = b"event: complete\ndata:\n\n"
_COMMENT: Final = b":\n\n"


def stream(operations: Operations, operation: Operation, context: Context, viewers: Viewers) -> Response:
    """The response that tells an operation's results as events; a subscription's while the viewer's session lasts."""
    answers = _answers(operations, operation, context)
    if operation.kind is not OperationType.SUBSCRIPTION:
        return _response(_with_heartbeat(answers, _Seat(context)))
    return _response(_attended(answers, _Seat(context), viewers))


def refusal_stream(error: RequestError, language: str) -> Response:
    """The response that tells as an event why an operation was refused."""

    async def events() -> AsyncGenerator[bytes, None]:
        yield _next(orjson.dumps(error.answer_in(language))) + _COMPLETE

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
            async with operations.in_time():
                subscription = await operations.subscribe(operation, context, outlet)
            try:
                async for event in outlet.events():
                    yield event
            finally:
                subscription.cancel()
        else:
            async with operations.in_time():
                answer = await operations.run(operation, context)
            yield _next(answer)
    except RequestError as error:
        yield _next(orjson.dumps(error.answer))
    except Exception:
        logger.exception("request %s failed", context.request_id)
        yield _next(orjson.dumps(masked(context.request_id, context.language)))
    yield _COMPLETE


class _Seat:
    """How a stream's viewer is known while it is open."""

    def __init__(self, context: Context) -> None:
        self.viewer = context.viewer
        self.language = context.language
        self.ended = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    @property
    def seconds_left(self) -> float:
        """How long the session and the token that allowed the operation hold."""
        if self.viewer is None:
            return float(_HEARTBEAT)
        return 0 if self.ended.done() else (self.viewer.expires_at - clock.now()).total_seconds()


async def _attended(events: AsyncGenerator[bytes, None], seat: _Seat, viewers: Viewers) -> AsyncGenerator[bytes, None]:
    """`events` with their heartbeat, until the viewer's session ends at the latest."""
    viewers.attend(seat)
    try:
        async with aclosing(_with_heartbeat(events, seat)) as beating:
            async for event in beating:
                yield event
    finally:
        viewers.leave(seat)


async def _with_heartbeat(events: AsyncGenerator[bytes, None], seat: _Seat) -> AsyncGenerator[bytes, None]:
    """`events`, with a comment whenever nothing else was said for a while, until what allowed them ends.

    The first comment opens the stream at once.
    """
    yield _COMMENT
    async with aclosing(events):
        following: asyncio.Future[bytes | None] | None = None
        try:
            while True:
                following = following or asyncio.ensure_future(anext(events, None))
                patience = min(_HEARTBEAT, seat.seconds_left)
                await asyncio.wait({following, seat.ended}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                if seat.ended.done() or (seat.seconds_left <= 0 and not following.done()):
                    yield _next(orjson.dumps(unauthenticated(seat.language))) + _COMPLETE
                    return
                if not following.done():
                    yield _COMMENT
                    continue
                event, following = following.result(), None
                if event is None:
                    return
                yield event
        finally:
            if following is not None:
                following.cancel()
                await asyncio.wait({following})
