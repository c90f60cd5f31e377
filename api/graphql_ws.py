"""GraphQL over WebSocket by the graphql-transport-ws protocol, rule by rule.

The socket carries one viewer: the token of `connection_init` (or of the handshake). It is looked up again for each
operation, and when it expires the socket is closed, which ends whatever it allowed.
"""

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, Final

import orjson
from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect

from api import negotiation, requests
from api.limits import too_complex
from api.operations import Answer, Operations, RequestError
from api.refusals import masked, unauthenticated
from api.requests import GraphQLRequest, InvalidTokenError, MalformedError
from core import clock
from schema.context import Context, Services

logger = logging.getLogger(__name__)

SUBPROTOCOL: Final = "graphql-transport-ws"
# Seconds that a client has to send `connection_init`.
INIT_TIMEOUT = 10.0
# A close frame holds 125 bytes, two of them for the code.
_LONGEST_REASON: Final = 123


class ProtocolError(Exception):
    """The client broke a rule: the socket is closed with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLOverWebSocket:
    """The endpoint's websockets of this process."""

    def __init__(self, operations: Operations, services: Services) -> None:
        self._operations = operations
        self._services = services
        self._sockets_of: Counter[str] = Counter()

    async def __call__(self, websocket: WebSocket) -> None:
        offered = websocket.scope.get("subprotocols", ())
        await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        if SUBPROTOCOL not in offered:
            await websocket.close(4406, "Subprotocol not acceptable")
            return
        address = _public_address(websocket)
        if address and self._sockets_of[address] >= self._services.settings.sockets_per_address:
            await websocket.close(4429, "Too many connections from this address")
            return
        self._sockets_of.update([address] if address else ())
        try:
            await _Socket(websocket, self._operations, self._services).serve()
        finally:
            if address:
                self._sockets_of[address] -= 1
                if not self._sockets_of[address]:
                    del self._sockets_of[address]


def _public_address(websocket: WebSocket) -> str | None:
    """The client's address, if it is one of the public Internet: behind a private one there may be a proxy."""
    try:
        address = ipaddress.ip_address(websocket.client.host if websocket.client else "")
    except ValueError:
        return None
    return str(address) if address.is_global else None


class _Socket:
    """One connection and its running operations."""

    def __init__(self, websocket: WebSocket, operations: Operations, services: Services) -> None:
        self._websocket = websocket
        self._operations = operations
        self._services = services
        self._token: str | None = None
        self._language = negotiation.language(websocket.headers.get("accept-language"))
        self._request_id = requests.request_id(websocket)
        self._count = 0
        self._acknowledged = False
        self._open = True
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Reads messages until either side closes, and leaves no operation behind."""
        try:
            async with asyncio.timeout(INIT_TIMEOUT) as limit:
                while self._open:
                    await self._handle(await self._receive(), limit)
        except WebSocketDisconnect:
            self._open = False
        except ProtocolError as error:
            await self._close(error.code, error.reason)
        except TimeoutError:
            await self._close(
                *((4403, "Token expired") if self._acknowledged else (4408, "Connection initialisation timeout"))
            )
        finally:
            self._open = False
            running = list(self._running.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _receive(self) -> dict[str, Any]:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            raise ProtocolError(4400, "Messages must be text")
        try:
            data = requests.decode(text)
        except MalformedError:
            raise ProtocolError(4400, "Messages must be JSON") from None
        if not isinstance(data, dict):
            raise ProtocolError(4400, "Messages must be JSON objects")
        return data

    async def _handle(self, message: dict[str, Any], limit: asyncio.Timeout) -> None:
        kind = message.get("type")
        if kind == "subscribe":
            self._subscribe(message)
        elif kind == "complete":
            task = self._running.pop(_id_of(message), None)
            if task is not None:
                task.cancel()
        elif kind == "ping":
            payload = _payload_of(message)
            await self._send({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
        elif kind == "pong":
            _payload_of(message)
        elif kind == "connection_init":
            await self._initialise(message, limit)
        else:
            raise ProtocolError(4400, "Unknown message type")

    async def _initialise(self, message: dict[str, Any], limit: asyncio.Timeout) -> None:
        if self._acknowledged:
            raise ProtocolError(4429, "Too many initialisation requests")
        payload = _payload_of(message) or {}
        self._token = self._token_in(payload)
        wanted = payload.get("acceptLanguage")
        if isinstance(wanted, str):
            self._language = negotiation.language(wanted)
        try:
            viewer = await requests.identify(self._token)
        except InvalidTokenError:
            raise ProtocolError(4403, "Forbidden: the token is not valid") from None
        seconds = (viewer.expires_at - clock.now()).total_seconds() if viewer else None
        limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)
        self._acknowledged = True
        await self._send({"type": "connection_ack"})

    def _token_in(self, payload: Mapping[str, Any]) -> str | None:
        given = payload.get("authorization", payload.get("Authorization"))
        if given is None:
            given = self._websocket.headers.get("authorization")
        if given is None or given == "":
            return None
        token = negotiation.bearer(given) if isinstance(given, str) else None
        if not token:
            raise ProtocolError(4403, 'Forbidden: authorization must be "Bearer …"')
        return token

    def _subscribe(self, message: dict[str, Any]) -> None:
        if not self._acknowledged:
            raise ProtocolError(4401, "Unauthorized")
        identity = _id_of(message)
        try:
            if not isinstance(message.get("payload"), dict):
                raise MalformedError(400, "`payload` must be an object.")
            asked = requests.well_formed(message["payload"])
        except MalformedError as error:
            raise ProtocolError(4400, error.message) from None
        if identity in self._running:
            raise ProtocolError(4409, f"Subscriber for {identity} already exists")
        full = len(self._running) >= self._services.settings.operations_per_socket
        self._running[identity] = asyncio.create_task(self._operate(identity, asked, full))

    async def _operate(self, identity: str, asked: GraphQLRequest, full: bool) -> None:
        """Runs an operation, unless the socket has its fill, and ends it by `complete` or `error`."""
        self._count += 1
        context = Context(
            services=self._services, language=self._language, request_id=f"{self._request_id}-{self._count}"
        )
        try:
            if full:
                raise RequestError([too_complex("Too many operations are running on this connection.")])
            operation = self._operations.prepare(asked.query, asked.operation_name, asked.variables)
            context.viewer = await requests.identify(self._token)
            if operation.kind is OperationType.SUBSCRIPTION:
                async with aclosing(self._operations.subscribe(operation, context)) as answers:
                    async for answer in answers:
                        await self._send_next(identity, answer)
            else:
                await self._send_next(identity, await self._operations.run(operation, context))
        except RequestError as error:
            await self._end(identity, error.answer)
        except InvalidTokenError:
            await self._end(identity, unauthenticated(self._language))
        except WebSocketDisconnect:
            self._forget(identity)
        except Exception:
            logger.exception("request %s failed", context.request_id)
            await self._end(identity, masked(context.request_id, self._language))
        else:
            await self._end(identity, None)

    async def _end(self, identity: str, refusal: Answer | None) -> None:
        # Before the message: once the client reads it, the id is its own again.
        self._forget(identity)
        if refusal is None:
            await self._send({"id": identity, "type": "complete"})
        else:
            await self._send({"id": identity, "type": "error", "payload": refusal["errors"]})

    def _forget(self, identity: str) -> None:
        if self._running.get(identity) is asyncio.current_task():
            del self._running[identity]

    async def _send_next(self, identity: str, answer: Answer) -> None:
        await self._send({"id": identity, "type": "next", "payload": answer})

    async def _send(self, message: Mapping[str, Any]) -> None:
        if not self._open:
            return
        try:
            await self._websocket.send_text(orjson.dumps(message).decode())
        except (RuntimeError, WebSocketDisconnect):
            self._open = False

    async def _close(self, code: int, reason: str) -> None:
        if not self._open:
            return
        self._open = False
        try:
            await self._websocket.close(code, _cut(reason))
        except (RuntimeError, WebSocketDisconnect):
            logger.debug("the client was gone before it was told %s", code)


def _cut(reason: str) -> str:
    """A close reason that fits its frame, cut between characters."""
    return reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


def _id_of(message: dict[str, Any]) -> str:
    identity = message.get("id")
    if not isinstance(identity, str) or not identity:
        raise ProtocolError(4400, "`id` must be a string that is not empty")
    return identity


def _payload_of(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        raise ProtocolError(4400, "`payload` must be an object or null")
    return payload
