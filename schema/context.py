"""What every resolver may know: who asks, in which language, and the services of the process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from commerce.payments import Provider
from content.live.presence import Presence
from core.bus import Bus
from core.errors import Unauthenticated
from core.settings import Settings
from people.accounts import Identity
from search.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What `api/wiring.py` built for this process and resolvers hand to actions and queries."""

    settings: Settings
    bus: Bus
    # Payment providers by the name that PaymentMethod gives them.
    providers: Mapping[str, Provider]
    presence: Presence
    search: Engine


@dataclass(slots=True, kw_only=True)
class Context:
    """One request, or one websocket."""

    services: Services
    viewer: Identity | None = None
    language: str = "zh"
    request_id: str = ""
    _loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def viewer_id(self) -> UUID | None:
        """The signed-in person; None for nobody."""
        return self.viewer.account_id if self.viewer else None

    def require_viewer(self) -> UUID:
        """The signed-in person. Raises Unauthenticated for nobody."""
        if self.viewer is None:
            raise Unauthenticated()
        return self.viewer.account_id

    async def load(self, batch: Callable[..., Any], parent: object, arguments: dict[str, Any]) -> Any:
        """The answer of a batched field for one parent, asked together with its siblings'."""
        key = (batch, repr(sorted(arguments.items())))
        loader = self._loaders.get(key)
        if loader is None:

            async def load(parents: list[Any]) -> Sequence[Any]:
                answers: Sequence[Any] = await batch(parents, self, **arguments)
                return answers

            # Not a cache: a websocket's context outlives what it read.
            loader = self._loaders[key] = DataLoader(load_fn=load, cache=False)
        return await loader.load(parent)


Info = strawberry.Info[Context, None]
