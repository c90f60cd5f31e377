"""A client of the schema without a server: real resolvers on a real database, errors as a client would see them.

Whatever it is asked, graphql-core is asked as well: of a mutation, what it shows of the same outcome.
"""

import functools
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock
from uuid import UUID

import strawberry

from commerce.payments import SandboxProvider
from content.live.presence import Presence
from core import clock
from core.bus import MemoryBus
from core.ids import new_id
from core.settings import Settings
from execution import compiled
from people.accounts import Identity
from schema import errors, root
from schema.context import Context, Services
from search.embedded import Embedded
from tests.comparing import comparing
from tests.replaying import Outcome, kept, replayable, replayed

replayable(root.Mutation)


@functools.cache
def built() -> strawberry.Schema:
    """The schema, built once for all tests."""
    return root.build()


@functools.cache
def core() -> strawberry.Schema:
    """The same, executed by graphql-core."""
    return root.build(executor=False)


class Graph:
    """`await graph("{ … }", as_=somebody, name=value)` → the answer as a dict with `data` and `errors`."""

    def __init__(self, services: Services | None = None, *, blocks: bool = False) -> None:
        """`blocks`: whether those who ask blocked anybody, which a real request learns with who it is from."""
        self.blocks = blocks
        self.services = services or Services(
            settings=Settings(),
            bus=MemoryBus(),
            providers={"SANDBOX": SandboxProvider()},
            presence=Presence(),
            # Not open: what needs it opens one of its own.
            search=Embedded(Path("unopened")),
        )

    def context(self, as_: UUID | None = None, language: str = "zh") -> Context:
        viewer = None if as_ is None else Identity(as_, new_id(), clock.now(), self.blocks)
        return Context(services=self.services, viewer=viewer, language=language, request_id="test")

    async def __call__(
        self, document: str, *, as_: UUID | None = None, language: str = "zh", **variables: Any
    ) -> dict[str, Any]:
        asked, outcomes = _Asked(document, as_, language, variables), list[Outcome]()
        token = kept.set(outcomes)
        try:
            answer = await self._answer(built(), asked)
        finally:
            kept.reset(token)
        await self._compare(asked, outcomes)
        return answer

    async def _answer(self, schema: strawberry.Schema, asked: "_Asked") -> dict[str, Any]:
        context = self.context(asked.as_, asked.language)
        result = await schema.execute(asked.document, variable_values=asked.variables, context_value=context)
        seen = [errors.public(error, context).formatted for error in result.errors or ()]
        return {"data": result.data, "errors": seen}

    async def _compare(self, asked: "_Asked", outcomes: list[Outcome]) -> None:
        """Holds every answer of the tests to graphql-core's at the same instant, in rows compiled and not."""
        token = comparing.set(True)
        try:
            with clock.at(clock.now()):
                wanted = await self._again(core(), asked, outcomes)
                for warm in (10**9, 0):
                    with mock.patch.object(compiled, "WARM", warm):
                        assert await self._again(built(), asked, outcomes) == wanted
        finally:
            comparing.reset(token)

    async def _again(self, schema: strawberry.Schema, asked: "_Asked", outcomes: list[Outcome]) -> dict[str, Any]:
        token = replayed.set(deque(outcomes))
        try:
            return await self._answer(schema, asked)
        finally:
            replayed.reset(token)


class _Asked(NamedTuple):
    document: str
    as_: UUID | None
    language: str
    variables: dict[str, Any]


async def send(document: str, as_: UUID | None, **given: Any) -> dict[str, Any]:
    """What a mutation that takes an input, asked for as `result`, answers."""
    answer = await Graph()(document, as_=as_, input=given)
    assert answer["errors"] == []
    result: dict[str, Any] = answer["data"]["result"]
    return result
