"""A provider of vectors on loopback, which speaks `/v1/embeddings`: what it knows to be alike is near, all else is far.

Its answers come last text first, as the order of an answer promises nothing.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.services.http import serving

KEY, MODEL, DIMENSIONS = "sk-replica", "replica-embedding-v1", 64
# Names of much the same; none of these groups is among the project's own synonyms.
_ALIKE = (("帐篷", "过夜小屋"), ("口红", "唇部彩妆"), ("咖啡", "latte"))
# How much of a text is nothing but itself.
_OWN = 0.4


def vector(text: str) -> list[float]:
    """A dimension for each group of names, and one for whatever else a text says."""
    found = [0.0] * DIMENSIONS
    for number, names in enumerate(_ALIKE):
        found[number] = float(any(name in text for name in names))
    digest = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest())
    found[len(_ALIKE) + digest % (DIMENSIONS - len(_ALIKE))] = _OWN
    return found


class Replica:
    """What it was asked, and its switches."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        # The status of every answer, if not 200; an answer to give instead; and the seconds for which it is held back.
        self.status = 200
        self.instead: bytes | None = None
        self.delay = 0.0
        # A text with this in it is refused, and all that are asked for with it.
        self.refused: str | None = None

    @property
    def texts(self) -> list[str]:
        """All texts that it was asked for, in order."""
        return [text for call in self.calls for text in call]

    async def answer(self, request: Request) -> Response:
        asked = orjson.loads(await request.body())
        texts = asked["input"]
        self.calls.append(texts)
        await asyncio.sleep(self.delay)
        if request.headers["authorization"] != f"Bearer {KEY}":
            return Response('{"error": {"message": "Incorrect API key"}}', 401)
        if self.status != 200:
            return Response("<html>no</html>", self.status)
        if self.instead is not None:
            return Response(self.instead)
        wrong = asked["model"] != MODEL or not 0 < len(texts) <= 10 or not all(texts)
        if wrong or (self.refused is not None and any(self.refused in text for text in texts)):
            return Response('{"error": {"message": "InvalidParameter"}}', 400)
        data = [{"object": "embedding", "index": n, "embedding": vector(text)} for n, text in enumerate(texts)]
        return Response(orjson.dumps({"object": "list", "data": data[::-1], "model": MODEL, "usage": {}}))


@asynccontextmanager
async def started() -> AsyncIterator[tuple[Replica, str]]:
    """Serves a replica on a free port; lends it and the URL of its API."""
    replica = Replica()
    routes = [Route("/v1/embeddings", replica.answer, methods=["POST"])]
    async with serving(Starlette(routes=routes)) as address:
        yield replica, f"http://{address}/v1"
