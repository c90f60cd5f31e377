"""A real uvicorn on a free port, configured as it serves, in this test's event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.lean_websockets import LeanProtocol
from api.serving import configured
from tests.waiting import until


def listening_socket() -> socket.socket:
    """A socket that already has its free port."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


@asynccontextmanager
async def serving(app: ASGIApp, websockets: Any = LeanProtocol, **given: Any) -> AsyncIterator[str]:
    """Serves `app` until the block ends, `websockets` by that protocol, the rest as `given` or as ever; lends its
    address, e.g. "127.0.0.1:40123"."""
    bound = listening_socket()
    config = configured(app, ws=websockets, timeout_graceful_shutdown=2, **given)
    server = uvicorn.Server(config)
    # The test has the signals.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(_serve(server, bound))
    try:
        await until(lambda: server.started or task.done())
        if task.done():
            task.result()
            raise RuntimeError("uvicorn did not start")
        yield f"127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def _serve(server: uvicorn.Server, bound: socket.socket) -> None:
    try:
        await server.serve(sockets=[bound])
    except SystemExit as error:
        raise RuntimeError("uvicorn could not start") from error
