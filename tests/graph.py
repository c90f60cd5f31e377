"""A client of the schema without a server: real resolvers on a real database, errors as a client would see them."""

import functools
from pathlib import Path
from typing import Any
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

    def __init__(self, services: Services | None = None) -> None:
        self.services = services or Services(
            settings=Settings(),
            bus=MemoryBus(),
            providers={"SANDBOX": SandboxProvider()},
            presence=Presence(),
            # Not open: what needs it opens one of its own.
            search=Embedded(Path("unopened")),
        )

    def context(self, as_: UUID | None = None, language: str = "zh") -> Context:
        viewer = None if as_ is None else Identity(as_, new_id(), clock.now())
        return Context(services=self.services, viewer=viewer, language=language, request_id="test")

    async def __call__(
        self, document: str, *, as_: UUID | None = None, language: str = "zh", **variables: Any
    ) -> dict[str, Any]:
        answer = await self._answer(built(), document, self.context(as_, language), variables)
        if not document.lstrip().startswith("mutation"):
            await self._compare(document, as_, language, variables)
        return answer

    async def _answer(
        self, schema: strawberry.Schema, document: str, context: Context, variables: dict[str, Any]
    ) -> dict[str, Any]:
        result = await schema.execute(document, variable_values=variables, context_value=context)
        seen = [errors.public(error, context).formatted for error in result.errors or ()]
        return {"data": result.data, "errors": seen}

    async def _compare(self, document: str, as_: UUID | None, language: str, variables: dict[str, Any]) -> None:
        """Holds every query of the tests to graphql-core's answer at the same instant, in rows compiled and not."""
        token = comparing.set(True)
        try:
            with clock.at(clock.now()):
                given = self.context(as_, language), variables
                wanted = await self._answer(core(), document, *given)
                for warm in (10**9, 0):
                    with mock.patch.object(compiled, "WARM", warm):
                        assert await self._answer(built(), document, *given) == wanted
        finally:
            comparing.reset(token)


async def send(document: str, as_: UUID | None, **given: Any) -> dict[str, Any]:
    """What a mutation that takes an input, asked for as `result`, answers."""
    answer = await Graph()(document, as_=as_, input=given)
    assert answer["errors"] == []
    result: dict[str, Any] = answer["data"]["result"]
    return result
