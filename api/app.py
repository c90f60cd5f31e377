"""The application: routes, middleware, and a lifespan that holds the runtime open."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api import console, health, persisted, webhooks
from api.graphql_http import GraphQLOverHTTP
from api.graphql_ws import GraphQLOverWebSocket
from api.headers import Headers
from api.home import Home
from api.media import picture
from api.operations import Operations
from api.persisted import PersistedDocuments
from api.refusals import masked
from api.runtime import Runtime, kept_running, running
from api.time_limit import TimeLimit
from api.viewers import Viewers
from core.settings import Settings
from schema.context import Services

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create(
    settings: Settings,
    schema: strawberry.Schema,
    *,
    runtime: Callable[[Settings], AbstractAsyncContextManager[Runtime]] = running,
) -> Starlette:
    """The ASGI application that serves `schema`. Nothing is connected before its lifespan. Raises SettingsError."""
    endpoint = _Endpoint(settings, schema, runtime)
    return Starlette(
        routes=[
            Route("/", endpoint.home),
            Route("/graphql", endpoint.http, methods=_METHODS),
            Route("/health/live", health.live),
            Route("/health/ready", endpoint.ready),
            Route("/webhooks/payments/{provider}", endpoint.webhook, methods=["POST"]),
            Route("/media/demo/{path:path}", picture),
            *([console.FILES] if settings.debug else []),
        ],
        middleware=[
            Middleware(_WebSockets, path="/graphql", door=endpoint.websocket),
            Middleware(Headers),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["*"],
                expose_headers=["X-Request-ID"],
                max_age=86_400,
            ),
            Middleware(TimeLimit, seconds=settings.operation_timeout),
        ],
        exception_handlers={HTTPException: _refuse, Exception: _mask},
        lifespan=endpoint.lifespan,
    )


class _Endpoint:
    """The doors of one process; they open when its runtime is there."""

    def __init__(
        self,
        settings: Settings,
        schema: strawberry.Schema,
        runtime: Callable[[Settings], AbstractAsyncContextManager[Runtime]],
    ) -> None:
        self._settings = settings
        self._runtime = runtime
        self._home = Home(settings)
        self._operations = Operations(
            schema,
            timeout=settings.operation_timeout,
            introspection=settings.introspection,
            suggestions=settings.debug,
            persisted=PersistedDocuments(
                persisted.load(settings.persisted_documents) if settings.persisted_documents else None,
                only=settings.only_persisted,
            ),
        )
        self._services: Services
        self._http: GraphQLOverHTTP
        self._websockets: GraphQLOverWebSocket
        self._ready = health.Readiness({"startup": _never})

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            runtime = await stack.enter_async_context(self._runtime(self._settings))
            viewers = Viewers(runtime.services.bus)
            await stack.enter_async_context(kept_running("viewers", viewers.run))
            self._services = runtime.services
            self._http = GraphQLOverHTTP(self._operations, runtime.services, viewers)
            self._websockets = GraphQLOverWebSocket(self._operations, runtime.services, viewers)
            self._ready = health.Readiness(runtime.essential, runtime.helpful)
            yield
            self._ready = health.Readiness({"startup": _never})

    async def home(self, request: Request) -> Response:
        return await self._home(request)

    async def http(self, request: Request) -> Response:
        return await self._http(request)

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._websockets(scope, receive, send)

    async def webhook(self, request: Request) -> Response:
        return await webhooks.payment(request, self._services)

    async def ready(self, request: Request) -> Response:
        return await self._ready(request)


class _WebSockets:
    """Middleware that leads websockets straight to their door: each layer on the way costs an idle one memory."""

    def __init__(self, app: ASGIApp, path: str, door: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._door = door

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self._door if scope["type"] == "websocket" and scope["path"] == self._path else self._app
        return app(scope, receive, send)


async def _never() -> None:
    raise asyncio.InvalidStateError("not started yet, or stopping")


async def _refuse(request: Request, error: Exception) -> Response:
    refused = error if isinstance(error, HTTPException) else HTTPException(500)
    return JSONResponse({"errors": [{"message": refused.detail}]}, refused.status_code, refused.headers)


async def _mask(request: Request, error: Exception) -> Response:
    return JSONResponse(masked(getattr(request.state, "request_id", "")), 500)
