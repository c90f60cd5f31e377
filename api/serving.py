"""Serving and working until a signal says stop."""

import asyncio
import contextlib
import dataclasses
import importlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Final

import click
import uvicorn

from api import health, logs, memory, stopping
from api.app import create
from api.guarded_http import GuardedProtocol
from api.lean_websockets import LeanProtocol
from api.runtime import kept_running, running
from core.settings import Settings, SettingsError
from schema import root

# How long open requests and sockets may take to end, in seconds.
_PATIENCE: Final = 10


def serve(settings: Settings, host: str, port: int, workers: int, demo: bool, *, public: bool) -> None:
    """Serves until stopped; unless its address is set to be `public`, as of this machine. Raises SettingsError when
    that cannot begin."""
    logs.configure()
    with _bound(host, port) as listening:
        if not public:
            # Only now a free port is known.
            settings = dataclasses.replace(settings, public_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        if workers == 1:
            _run(lambda stop: _serve(settings, listening, stop, demo))
        else:
            _serve_by_many(settings, listening, workers)


def worker(settings: Settings, address: tuple[str, int] | None) -> None:
    """Does the background work until stopped, and tells at an address how it is. Raises SettingsError."""
    logs.configure()
    with contextlib.nullcontext() if address is None else _bound(*address) as listening:
        _run(lambda stop: _work(settings, listening, stop))


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise SettingsError(f"Cannot listen on {host}:{port}: {error.strerror or error}") from None
        listening.set_inheritable(True)
        yield listening


def _run(job: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Runs a job that ends itself, and closes what it opened, when `stop` is set by a signal."""

    async def run() -> None:
        stop = asyncio.Event()
        stopping.hear(stop)
        await job(stop)

    loop_factory = uvicorn.Config(app="", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(run())


class _Server(uvicorn.Server):
    """A server that leaves signals to us: the runtime around it must be closed after it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def configured(app: Any, **given: Any) -> uvicorn.Config:
    """How uvicorn serves an application here; what is `given` goes before."""
    own = {
        "log_config": None,
        "access_log": False,
        # Compression costs 45 KiB a connection.
        "ws_per_message_deflate": False,
        "http": GuardedProtocol,
        "ws": LeanProtocol,
        "ws_max_size": 1024 * 1024,
        "timeout_graceful_shutdown": _PATIENCE,
        # Whose X-Forwarded-For and -Proto to believe: uvicorn's own default is the machine itself.
        "proxy_headers": True,
        "forwarded_allow_ips": os.environ.get("FORWARDED_ALLOW_IPS"),
        "server_header": False,
    }
    return uvicorn.Config(app, **{**own, **given})


async def _serve(settings: Settings, listening: socket.socket, stop: asyncio.Event, demo: bool) -> None:
    first = _seeding(settings, stop) if demo else None
    bustling = importlib.import_module("demo").bustle if demo else None
    async with running(settings, first=first) as runtime, contextlib.AsyncExitStack() as stack:
        app = create(
            settings,
            root.build(suggestions=settings.debug, executor=settings.executor == "breadth-first"),
            runtime=lambda _: contextlib.nullcontext(runtime),
        )
        if bustling is not None and not stop.is_set():
            await stack.enter_async_context(kept_running("bustle", partial(bustling, settings)))
        _welcome(listening, settings)
        await _until_stopped(app, listening, stop)


async def _until_stopped(app: Any, listening: socket.socket, stop: asyncio.Event) -> None:
    memory.settle()
    server = _Server(configured(app))

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as both:
        ending = both.create_task(end())
        await server.serve(sockets=[listening])
        ending.cancel()


def _seeding(settings: Settings, stop: asyncio.Event) -> Callable[[], Awaitable[None]]:
    """What fills an installation, unless it is to stop; most servers never load it."""
    seed: Callable[[Settings], Awaitable[None]] = importlib.import_module("api.seeding").seed

    async def until_stopped() -> None:
        seeding = asyncio.ensure_future(seed(settings))
        both = (seeding, asyncio.ensure_future(stop.wait()))
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if seeding.done():
                await seeding
        finally:
            # What broke off is repeated by the next start.
            for one in both:
                one.cancel()
            await asyncio.wait(both)

    return until_stopped


async def _work(settings: Settings, listening: socket.socket | None, stop: asyncio.Event) -> None:
    async with running(settings, background=True) as runtime:
        logging.getLogger(__name__).info("working")
        if listening is None:
            await stop.wait()
        else:
            await _until_stopped(health.application(runtime.essential, runtime.helpful), listening, stop)


def _serve_by_many(settings: Settings, listening: socket.socket, workers: int) -> None:
    """Serves by several processes; what is wrong is found out once, before they start."""

    async def look() -> None:
        async with running(settings):
            return

    asyncio.run(look())
    os.environ["ZHONGCAO_DATA"] = str(settings.data)
    config = configured("api.asgi:application", factory=True, workers=workers)
    _welcome(listening, settings)
    if stopping.heard():
        return
    importlib.import_module("uvicorn.supervisors").Multiprocess(config, sockets=[listening]).run()


def _welcome(listening: socket.socket, settings: Settings) -> None:
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    logging.getLogger(__name__).info("serving on http://%s:%s/graphql", shown, port)
    if settings.debug:
        page = f"http://{shown}:{port}/graphql"
        click.echo(f"Open {page} in a browser, and try: {{ feed {{ edges {{ node {{ title }} }} }} }}")
