"""GraphQL over WebSocket by the graphql-transport-ws protocol, rule by rule.

The socket carries one viewer: the token of `connection_init` (or of the handshake). It is looked up again for each
operation, and when it expires, or its session ends, the socket is closed, which ends whatever it allowed.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Mapping
from typing import Any, Final

import orjson
from graphql import OperationType
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from api import addresses, negotiation, requests
from api.connection import Connection, DisconnectedError
from api.limits import TooComplex
from api.operations import Operation, Operations, interrupted
from api.origins import Origins
from api.refusals import RequestError, masked, unauthenticated
from api.requests import GraphQLRequest, InvalidTokenError, MalformedError
from api.viewers import Viewers
from core import clock
from execution.streams import Payload, Subscription
from people.accounts import Identity
from schema import rates
from schema.context import Context, Services

logger = logging.getLogger(__name__)

SUBPROTOCOL: Final = "graphql-transport-ws"
# Seconds that a client has to send `connection_init`.
INIT_TIMEOUT = 10.0
# Seconds in which what was asked in a session that ended may still be answered.
_LAST_WORDS: Final = 1.0
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

    def __init__(self, operations: Operations, services: Services, viewers: Viewers) -> None:
        self._operations = operations
        self._services = services
        self._viewers = viewers
        self._origins = Origins(services.settings)
        self._sockets_of: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        connection, request = Connection(scope, receive, send), HTTPConnection(scope)
        if not self._origins.allow(request):
            # Before it is accepted, this is 403.
            await connection.close(4403, "Forbidden: the page is of another origin")
            return
        offered = scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None})
        if SUBPROTOCOL not in offered:
            await connection.close(4406, "Subprotocol not acceptable")
            return
        address = addresses.counted(request)
        if not await rates.admits_socket(self._services.rates, address):
            await connection.close(4429, "Too many new connections from this address")
            return
        if address and self._sockets_of[address] >= self._services.settings.sockets_per_address:
            await connection.close(4429, "Too many connections from this address")
            return
        self._sockets_of.update([address] if address else ())
        socket = _Socket(connection, request, address, self._operations, self._services, self._viewers)
        # They are large, and of no use any more.
        del request
        scope["headers"] = []
        try:
            await socket.serve()
        finally:
            if address:
                self._sockets_of[address] -= 1
                if not self._sockets_of[address]:
                    del self._sockets_of[address]


_FULL: Final = TooComplex("Too many operations are running on this connection.", "此连接上正在执行的操作过多。")


class _Socket:
    """One connection and its running operations."""

    __slots__ = (
        "_acknowledged",
        "_address",
        "_count",
        "_handshake_token",
        "_has_ended",
        "_language",
        "_limit",
        "_operating",
        "_operations",
        "_refusals_language",
        "_request_id",
        "_running",
        "_services",
        "_token",
        "_viewers",
        "connection",
        "viewer",
    )

    def __init__(
        self,
        connection: Connection,
        request: HTTPConnection,
        address: str | None,
        operations: Operations,
        services: Services,
        viewers: Viewers,
    ) -> None:
        self.connection = connection
        self._address = address
        self._operations = operations
        self._services = services
        self._viewers = viewers
        self.viewer: Identity | None = None
        self._limit: asyncio.Timeout | None = None
        self._has_ended = False
        self._handshake_token = request.headers.get("authorization")
        self._token: str | None = None
        self._hear_language(request.headers.get("accept-language"))
        self._request_id = requests.request_id(request)
        self._count = 0
        self._acknowledged = False
        # What clients gave an id to; and those among it that have a task of this socket.
        self._running: dict[str, Subscription] = {}
        self._operating: list[asyncio.Task[None]] = []

    def _hear_language(self, wanted: str | None) -> None:
        self._language = negotiation.language(wanted)
        self._refusals_language = negotiation.refusals_language(wanted)

    async def serve(self) -> None:
        """Reads messages until either side closes, and leaves no operation behind."""
        try:
            await self._read()
        except DisconnectedError:
            self.connection.is_open = False
        except ProtocolError as error:
            await self.connection.close(error.code, _cut(error.reason))
        except TimeoutError:
            await self._close_late()
        finally:
            self.connection.is_open = False
            for one in [*self._running.values(), *self._operating]:
                one.cancel()
            await asyncio.gather(*self._operating, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(INIT_TIMEOUT) as self._limit:
                while self.connection.is_open:
                    await self._handle(_decoded(await self.connection.receive()))
        finally:
            # From here on nobody may end it: it ends.
            self._viewers.leave(self)

    async def _close_late(self) -> None:
        if self._has_ended:
            # What was asked for before is still answered: it may be what ended the session.
            if self._operating:
                await asyncio.wait(self._operating, timeout=_LAST_WORDS)
            await self.connection.close(4403, "Session ended")
        elif self._acknowledged:
            await self.connection.close(4403, "Token expired")
        else:
            await self.connection.close(4408, "Connection initialisation timeout")

    def end(self) -> None:
        """The viewer's session is over: nothing more is told, and the socket closed."""
        self._has_ended = True
        for one in self._running.values():
            if one not in self._operating:
                one.cancel()
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def _handle(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "subscribe":
            await self._subscribe(message)
        elif kind == "complete":
            one = self._running.pop(_id_of(message), None)
            if one is not None:
                one.cancel()
        elif kind == "ping":
            payload = _payload_of(message)
            await self.send({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
        elif kind == "pong":
            _payload_of(message)
        elif kind == "connection_init":
            await self._initialise(message)
        else:
            raise ProtocolError(4400, "Unknown message type")

    async def _initialise(self, message: dict[str, Any]) -> None:
        if self._acknowledged:
            raise ProtocolError(4429, "Too many initialisation requests")
        payload = _payload_of(message) or {}
        # The client did its part; how long ours may take is another limit.
        if self._limit is not None:
            self._limit.reschedule(None)
        self._token = self._token_in(payload)
        wanted = payload.get("acceptLanguage")
        if isinstance(wanted, str):
            self._hear_language(wanted)
        try:
            async with self._operations.in_time():
                self.viewer = await requests.identify(self._token)
        except InvalidTokenError:
            raise ProtocolError(4403, "Forbidden: the token is not valid") from None
        except RequestError:
            raise ProtocolError(4504, "Connection acknowledgement timeout") from None
        self._acknowledged = True
        self._stay()
        await self.send({"type": "connection_ack"})

    def _stay(self) -> None:
        """Lets the socket be open for as long as its viewer's token and session last."""
        seconds = (self.viewer.expires_at - clock.now()).total_seconds() if self.viewer else None
        if self._limit is not None:
            self._limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)
        self._viewers.attend(self)

    def _token_in(self, payload: Mapping[str, Any]) -> str | None:
        given = payload.get("authorization", payload.get("Authorization"))
        if given is None:
            given = self._handshake_token
        if given is None or given == "":
            return None
        token = negotiation.bearer(given) if isinstance(given, str) else None
        if not token:
            raise ProtocolError(4403, 'Forbidden: authorization must be "Bearer …"')
        return token

    async def _subscribe(self, message: dict[str, Any]) -> None:
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
        most = self._services.settings.operations_per_socket
        task = asyncio.create_task(self._operate(identity, asked, len(self._running) >= most))
        self._running[identity] = task
        self._operating.append(task)
        task.add_done_callback(self._operating.remove)
        # A client that reads none of its answers is not read any more.
        while len(self._operating) > 2 * most:
            await asyncio.wait(self._operating, return_when=asyncio.FIRST_COMPLETED)

    async def _operate(self, identity: str, asked: GraphQLRequest, full: bool) -> None:
        """Runs an operation, unless the socket has its fill, and ends it by `complete` or `error`."""
        self._count += 1
        context = Context(
            services=self._services,
            language=self._language,
            request_id=f"{self._request_id}-{self._count}",
            address=self._address,
            connection=self,
        )
        try:
            if full:
                raise RequestError([_FULL])
            operation = self._operations.prepare_asked(asked)
            async with self._operations.in_time():
                context.viewer = await self._present_viewer()
                if operation.kind is OperationType.SUBSCRIPTION:
                    await self._follow(identity, operation, context)
                    return
                answer = await self._operations.run(operation, context)
            await self.connection.send(_next(identity, answer))
        except RequestError as error:
            await self._end(identity, error.answer_in(self._refusals_language))
        except InvalidTokenError:
            await self._end(identity, unauthenticated(self._language))
        except Exception:
            logger.exception("request %s failed", context.request_id)
            await self._end(identity, masked(context.request_id, self._language))
        else:
            await self._end(identity, None)

    async def _follow(self, identity: str, operation: Operation, context: Context) -> None:
        outlet = _Outlet(self, identity, context)
        self._running[identity] = subscription = await self._operations.subscribe(operation, context, outlet)
        if self._has_ended:
            subscription.cancel()

    async def _present_viewer(self) -> Identity | None:
        """The viewer, if the token still holds; the one object that is kept current while the socket is open."""
        found = await requests.identify(self._token)
        if found is not None and self.viewer is not None:
            self.viewer.blocks |= found.blocks
        return self.viewer

    async def _end(self, identity: str, refusal: Mapping[str, Any] | None) -> None:
        if self._running.get(identity) is asyncio.current_task():
            await self.send(self.ended(identity, refusal))

    def ended(self, identity: str, refusal: Mapping[str, Any] | None) -> dict[str, Any]:
        """Forgets an operation, and how to tell its client of it."""
        # Before the message: once the client reads it, the id is its own again.
        self._running.pop(identity, None)
        if refusal is None:
            return {"id": identity, "type": "complete"}
        return {"id": identity, "type": "error", "payload": refusal["errors"]}

    async def send(self, message: Mapping[str, Any]) -> None:
        await self.connection.send(_text(orjson.dumps(message)))


class _Outlet:
    """Where a subscription of a socket is told."""

    __slots__ = ("_identity", "_socket", "context")

    def __init__(self, socket: _Socket, identity: str, context: Context) -> None:
        self._socket = socket
        self._identity = identity
        self.context = context

    def tell(self, payload: Payload) -> Awaitable[None] | None:
        # One message for all who chose the same id, and hardly any client does not count from 1.
        message = payload.forms.get(self._identity)
        if message is None:
            message = payload.forms[self._identity] = _next(self._identity, payload.json)
        return self._socket.connection.write(message)

    def end(self, error: Exception | None) -> None:
        refusal = None if error is None else interrupted(error, self.context).answer
        self._socket.connection.say(_text(orjson.dumps(self._socket.ended(self._identity, refusal))))


def _decoded(text: str | None) -> dict[str, Any]:
    if text is None:
        raise ProtocolError(4400, "Messages must be text")
    try:
        data = requests.decode(text)
    except MalformedError:
        raise ProtocolError(4400, "Messages must be JSON") from None
    if not isinstance(data, dict):
        raise ProtocolError(4400, "Messages must be JSON objects")
    return data


def _next(identity: str, answer: bytes) -> Message:
    return _text(b'{"id":%b,"type":"next","payload":%b}' % (orjson.dumps(identity), answer))


def _text(data: bytes) -> Message:
    return {"type": "websocket.send", "text": data.decode()}


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
