"""Builds the services of a process from its settings: each external one, or its embedded twin."""

import importlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from functools import partial
from typing import Any

from api import data_folder, rehearsal
from commerce.payments import Faults, Provider, SandboxProvider
from content.feed.sessions import MemorySessions, Sessions
from content.feed.timelines import MemoryTimelines, Timelines
from content.live.presence import Presence
from core.bus import Bus
from core.rates import MemoryRates, NoRates, Rates
from core.settings import Settings, SettingsError
from schema.context import Services
from search.embedded import Embedded
from search.engine import Engine
from search.meaning import Meaning
from search.rebuild import keep_built, rebuild
from search.synonyms import Synonyms, own, with_operators
from search.terms import Terms
from search.vectors import keep_filled

logger = logging.getLogger(__name__)


@asynccontextmanager
async def built(settings: Settings, bus: Bus) -> AsyncIterator[Services]:
    """What resolvers, lanes and timers work with, held open. The database is connected already."""
    async with (
        engine(settings) as search,
        providers(settings) as known,
        feed_sessions(settings) as sessions,
        timelines(settings) as kept,
        rates(settings) as counted,
    ):
        presence, terms = Presence(), Terms()
        yield Services(
            settings=settings,
            bus=bus,
            providers=known,
            presence=presence,
            search=search,
            feed_sessions=sessions,
            timelines=kept,
            terms=terms,
            rates=counted,
        )
        await presence.close()
        await terms.close()


@asynccontextmanager
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    """The search engine, open. Raises SettingsError."""
    found: Engine
    synonyms = _synonyms(settings)
    if settings.meili_url is None:
        if settings.embeddings_url is not None:
            logger.warning("ZHONGCAO_EMBEDDINGS_URL needs MEILI_URL: the embedded engine searches by words alone")
        found = Embedded(settings.data / "search", synonyms)
    else:
        # Its client is slow to load, and of no use to an installation without a server.
        kind = importlib.import_module("search.meilisearch").Meilisearch
        found = kind(settings.meili_url, settings.meili_key, synonyms=synonyms, meaning=_meaning(settings))
    await found.open()
    try:
        yield found
    finally:
        await found.close()


def _synonyms(settings: Settings) -> Synonyms:
    try:
        return own() if settings.synonyms is None else with_operators(settings.synonyms)
    except ValueError as error:
        raise SettingsError(f"ZHONGCAO_SYNONYMS: {error}") from None


def _meaning(settings: Settings) -> Meaning | None:
    if settings.embeddings_url is None:
        return None
    kind = importlib.import_module("search.openai_embeddings").OpenAIEmbeddings
    provider = kind(
        settings.embeddings_url, settings.embeddings_key, settings.embeddings_model, settings.embeddings_dimensions
    )
    return Meaning(provider, settings.embeddings_floor)


def feed_sessions(settings: Settings) -> AbstractAsyncContextManager[Sessions]:
    """Where the order of a DISCOVER session is kept."""
    return _kept(settings, MemorySessions, "content.feed.redis_sessions", "RedisSessions")


def timelines(settings: Settings) -> AbstractAsyncContextManager[Timelines]:
    """Where the timelines of FOLLOWING are kept."""
    return _kept(settings, MemoryTimelines, "content.feed.redis_timelines", "RedisTimelines")


def rates(settings: Settings) -> AbstractAsyncContextManager[Rates]:
    """Where it is counted how often people do what."""
    if not settings.rate_limits:
        return nullcontext(NoRates())
    return _kept(settings, MemoryRates, "core.redis_rates", "RedisRates")


@asynccontextmanager
async def _kept(settings: Settings, in_memory: Callable[[], Any], module: str, name: str) -> AsyncIterator[Any]:
    """A cache of this process, or the one that all share by Redis."""
    if settings.redis_url is None:
        yield in_memory()
        return
    # Redis' client is slow to load, and of no use to an installation without a server.
    kept = getattr(importlib.import_module(module), name)(settings.redis_url)
    try:
        yield kept
    finally:
        await kept.close()


@asynccontextmanager
async def providers(settings: Settings) -> AsyncIterator[Mapping[str, Provider]]:
    """Payment providers by the name that PaymentMethod gives them, open. Raises SettingsError."""
    found: dict[str, Provider] = {}
    async with AsyncExitStack() as stack:
        if settings.sandbox_payments:
            found[SandboxProvider.name] = SandboxProvider(_sandbox_secret(settings), _faults(settings.sandbox_faults))
        elif settings.sandbox_faults:
            raise SettingsError("ZHONGCAO_SANDBOX_FAULTS is for rehearsals: there is no sandbox to fail")
        if settings.stripe_secret_key is not None:
            # Its library is slow to load, and of no use to an installation without an account.
            provider = importlib.import_module("commerce.payments.stripe").StripeProvider(
                settings.stripe_secret_key, settings.stripe_webhook_secret, settings.stripe_api_base
            )
            stack.push_async_callback(provider.disconnect)
            found[provider.name] = provider
        if not found:
            raise SettingsError(
                "There is no payment provider, so orders could be placed and never paid: set STRIPE_SECRET_KEY and"
                " STRIPE_WEBHOOK_SECRET, or ZHONGCAO_SANDBOX_PAYMENTS=1 to take orders without money"
            )
        yield found


def _sandbox_secret(settings: Settings) -> bytes:
    if settings.sandbox_secret:
        return settings.sandbox_secret.encode()
    if not settings.debug and not settings.embedded:
        raise SettingsError("ZHONGCAO_SANDBOX_SECRET is missing: processes that share an installation share it, too")
    return data_folder.secret(settings.data, "sandbox-webhook")


def _faults(text: str) -> Faults:
    try:
        return Faults.parse(text)
    except ValueError as error:
        raise SettingsError(f"ZHONGCAO_SANDBOX_FAULTS is wrong: {error}") from None


async def fill_search(services: Services) -> None:
    """Builds a missing index now rather than beside the first requests."""
    if services.search.stale:
        await rebuild(services.search)


def per_process(services: Services) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    """What every process that serves clients runs beside them, until it is cancelled."""
    jobs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "presence": services.presence.run,
        "terms": services.terms.run,
    }
    sandbox = services.providers.get(SandboxProvider.name)
    if isinstance(sandbox, SandboxProvider) and sandbox.faults.notifications:
        jobs["rehearsal"] = partial(rehearsal.notify, sandbox, services.settings.public_url)
    return jobs


def in_background(services: Services) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    """What one process at least must run beside the relay and the timers, until it is cancelled."""
    jobs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {"search": lambda: keep_built(services.search)}
    if services.settings.meili_url is not None and services.settings.embeddings_url is not None:
        jobs["vectors"] = lambda: keep_filled(services.search)
    return jobs


def checks(services: Services) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """How to ask further parts whether they are well: each raises when it is not."""
    return {"search": services.search.check}
