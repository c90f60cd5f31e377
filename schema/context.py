"""What every resolver may know: who asks, in which language, and the services of the process."""

import secrets
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from commerce.payments import Provider
from content.feed.sessions import MemorySessions, Sessions
from content.feed.timelines import MemoryTimelines, Timelines
from content.live.presence import Presence
from core.bus import Bus
from core.errors import Unauthenticated
from core.rates import MemoryRates, Rates
from core.settings import Settings
from people.accounts import Identity
from people.follows import queries as follow_queries
from schema import visibility
from search.engine import Engine
from search.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What `api/wiring.py` built for this process and resolvers hand to actions and queries."""

    settings: Settings
    bus: Bus
    # Payment providers by the name that PaymentMethod gives them.
    providers: Mapping[str, Provider]
    presence: Presence
    search: Engine
    feed_sessions: Sessions = field(default_factory=MemorySessions)
    timelines: Timelines = field(default_factory=MemoryTimelines)
    terms: Terms = field(default_factory=Terms)
    rates: Rates = field(default_factory=MemoryRates)


Answers = Sequence[Any]
Batch = Callable[..., Awaitable[Answers]]


@dataclass(slots=True, kw_only=True)
class Context:
    """One operation of one viewer."""

    services: Services
    viewer: Identity | None = None
    language: str = "zh"
    request_id: str = ""
    # The public network address that the client is counted by, of IPv6 a /64; None for one unknown or private.
    address: str | None = None
    # What its operations share: a socket; otherwise the request is one of its own.
    connection: Hashable = field(default_factory=object)
    # What did not answer, so that a part of the answer is missing without an error.
    unavailable: set[str] = field(default_factory=set)
    _loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict)
    # What was answered for all viewers of the event that is told.
    _shared: "ForAll | None" = None

    @property
    def viewer_id(self) -> UUID | None:
        """The signed-in person; None for nobody."""
        return self.viewer.account_id if self.viewer else None

    @property
    def watcher(self) -> Hashable:
        """What counts once as somebody who watches: the signed-in person, or else the connection."""
        return self.viewer_id or self.connection

    def require_viewer(self) -> UUID:
        """The signed-in person. Raises Unauthenticated for nobody."""
        if self.viewer is None:
            raise Unauthenticated()
        return self.viewer.account_id

    @property
    def apart(self) -> bool:
        """Whether the viewer may be shown less than others are, and so can't be told the same."""
        return self.viewer is not None and self.viewer.blocks

    async def hidden(self) -> frozenset[UUID]:
        """Those whom the viewer blocked, and so sees nothing of. Asks nothing for who blocked nobody."""
        if self.viewer is None or not self.viewer.blocks:
            return frozenset()
        [blocked] = await follow_queries.blocked_by([self.viewer.account_id])
        return frozenset(blocked)

    async def load(self, batch: Batch, parent: object, arguments: dict[str, Any]) -> Any:
        """The answer of a batched field for one parent, asked together with its siblings'."""
        key = (batch, repr(sorted(arguments.items())))
        loader = self._loaders.get(key)
        if loader is None:

            async def load(parents: list[Any]) -> Answers:
                return await batch(parents, self, **arguments)

            # Not a cache: a websocket's context outlives what it read.
            loader = self._loaders[key] = DataLoader(load_fn=load, cache=False)
        return await loader.load(parent)

    async def ask(self, batch: Batch, parents: list[Any], arguments: dict[str, Any]) -> Answers:
        """What a batched field answers that the viewer sees; not asked again if it was answered for all viewers of
        this event."""
        answers = self._shared.known(batch, parents, arguments) if self._shared else None
        return await self.shown(await batch(parents, self, **arguments)) if answers is None else answers

    async def shown(self, answers: Answers) -> Answers:
        """`answers` without what is hidden from the viewer."""
        return visibility.shown(answers, await self.hidden()) if self.apart else answers

    def for_all(self) -> "ForAll":
        """The context of an execution for all who may be told the same: it knows no viewer, and is a request itself."""
        return ForAll(services=self.services, language=self.language, request_id=secrets.token_hex(8))

    def beside(self, shared: "ForAll") -> "Context":
        """This viewer's context for an event that was executed for all before."""
        return Context(
            services=self.services,
            viewer=self.viewer,
            language=self.language,
            request_id=self.request_id,
            address=self.address,
            connection=self.connection,
            _shared=None if self.apart else shared,
        )


class ViewerAskedError(Exception):
    """An execution for all viewers asked who the viewer is."""


class ForAll(Context):
    """The context of an execution whose answer goes to many viewers.

    Whoever asks it for the viewer gets an exception, and the context knows: the answer is thrown away, and each viewer
    has one of their own. So no answer that depends on the viewer can be shared, whatever a field forgets to say. What
    batched fields answered without asking is kept, for the executions that follow for each viewer.
    """

    __slots__ = ("_answers", "viewer_asked")

    def __init__(self, **given: Any) -> None:
        self.viewer_asked = False
        # With the parents, so that their identities stay theirs.
        self._answers: dict[Any, tuple[list[Any], Answers]] = {}
        super().__init__(**given)

    @property
    def viewer(self) -> Identity | None:
        self.viewer_asked = True
        raise ViewerAskedError("the viewer of an execution for all")

    @viewer.setter
    def viewer(self, viewer: Identity | None) -> None:
        """Only nobody, as every context begins."""
        if viewer is not None:
            raise ValueError("an execution for all has no viewer")

    @property
    def apart(self) -> bool:
        """Whoever may be shown less has an execution of their own."""
        return False

    async def hidden(self) -> frozenset[UUID]:
        return frozenset()

    async def ask(self, batch: Batch, parents: list[Any], arguments: dict[str, Any]) -> Answers:
        apart = self.for_all()
        try:
            answers: Answers = await batch(parents, apart, **arguments)
        finally:
            self.viewer_asked |= apart.viewer_asked
        if not apart.viewer_asked:
            self._answers[_question(batch, parents, arguments)] = (list(parents), answers)
        return answers

    def known(self, batch: Batch, parents: list[Any], arguments: dict[str, Any]) -> Answers | None:
        """What was answered to the same question, about the very same objects."""
        found = self._answers.get(_question(batch, parents, arguments))
        return found[1] if found else None


def _question(batch: Batch, parents: list[Any], arguments: dict[str, Any]) -> Any:
    return batch, tuple(map(id, parents)), repr(sorted(arguments.items()))


Info = strawberry.Info[Context, None]
