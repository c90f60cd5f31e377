"""Whether the process lives, and whether it can serve: what load balancers and operators ask."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

logger = logging.getLogger(__name__)

_PATIENCE: Final = 2.0

# Succeeds, or raises what is wrong.
Check = Callable[[], Awaitable[object]]


def application(essential: Mapping[str, Check], helpful: Mapping[str, Check]) -> Starlette:
    """What a process answers that serves nothing else."""
    return Starlette(
        routes=[Route("/health/live", live), Route("/health/ready", Readiness(essential, helpful).__call__)]
    )


async def live(request: Request) -> Response:
    """The event loop turns."""
    return JSONResponse({"status": "up"})


class Readiness:
    """Asks each part, and says which is down: 503 without an essential one, 200 and "degraded" without another."""

    def __init__(self, essential: Mapping[str, Check], helpful: Mapping[str, Check] | None = None) -> None:
        self._essential = set(essential)
        self._checks = {**essential, **(helpful or {})}

    async def __call__(self, request: Request) -> Response:
        answers = await asyncio.gather(*(_ask(name, check) for name, check in self._checks.items()))
        parts = dict(zip(self._checks, answers, strict=True))
        down = {name for name, answer in parts.items() if answer != "up"}
        status = "down" if down & self._essential else "degraded" if down else "up"
        return JSONResponse({"status": status, "parts": parts}, 503 if status == "down" else 200)


async def _ask(name: str, check: Check) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except TimeoutError:
        return f"down: no answer within {_PATIENCE:g} s"
    except Exception as error:
        # The class tells the operator enough; the message may hold an address or a password.
        logger.warning("%s is down: %s", name, error)
        return f"down: {type(error).__name__}"
    return "up"
