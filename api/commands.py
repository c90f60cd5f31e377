"""What the command line's commands do."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from uuid import UUID

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from api import counters, seeding, tables
from api import services as parts
from api.apps import APPS
from api.data_folder import locked
from api.runtime import database
from commerce.checkout import invariants
from commerce.payouts import Payout
from commerce.payouts import actions as payout_actions
from commerce.payouts import queries as payout_queries
from commerce.shops import Shop
from commerce.shops import queries as shop_queries
from core import migrator
from core.errors import Conflict
from core.settings import Settings, SettingsError
from people.accounts import actions as account_actions
from people.accounts import queries as account_queries
from schema import root
from search import rebuild as search_rebuild
from search import vectors
from search.embeddings import EmbeddingsUnavailable
from search.engine import Engine

_console = Console(stderr=True)


def _connected(settings: Settings, work: Awaitable[None]) -> None:
    async def run() -> None:
        async with database(settings):
            await work

    asyncio.run(run())


def migrate(settings: Settings) -> None:
    """Applies what is missing, and names it."""

    async def run() -> None:
        async with database(settings, behind=True) as url:
            count = await migrator.migrate(url, APPS, lambda name: _console.print(f"  {name}", highlight=False))
        _console.print(f"{count} migrations applied" if count else "The database has the newest shape")

    asyncio.run(run())


def schema() -> None:
    """Prints the SDL."""
    Console(soft_wrap=True, markup=False, highlight=False).print(root.build().as_str())


def demo(settings: Settings) -> None:
    """Fills an empty installation; freshens one that was filled before. No server may run on the folder: its timers
    would end what the demo tells of the past."""
    with locked(settings.data) if settings.database_url is None else contextlib.nullcontext():
        _connected(settings, seeding.seed(settings))


def rebuild(settings: Settings) -> None:
    """Rebuilds the search index, with a line for each kind and for vectors. Raises Conflict when somebody else does."""

    async def run() -> None:
        with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=_console) as bar:
            lines: dict[str, TaskID] = {}

            def told(kind: str, done: int) -> None:
                if kind not in lines:
                    lines[kind] = bar.add_task(kind)
                bar.update(lines[kind], description=f"{kind}: {done}")

            async with parts.engine(settings) as engine:
                total = await search_rebuild.rebuild(engine, told)
                owed = await _vectors_owed(engine, told)
        _console.print(f"{total} documents indexed")
        if owed:
            _console.print(f"Those that lack vectors get them from a running server or worker: {owed}", highlight=False)

    # The embedded index is a folder with one writer.
    with locked(settings.data) if settings.meili_url is None else contextlib.nullcontext():
        _connected(settings, run())


async def _vectors_owed(engine: Engine, told: Callable[[str, int], None]) -> str:
    """Brings documents their vectors; says why where that must wait."""
    try:
        await vectors.fill(engine, lambda done: told("vectors", done))
    except Conflict:
        return "another process brings them"
    except EmbeddingsUnavailable as error:
        return str(error)
    return ""


def check(settings: Settings) -> bool:
    """Prints what disagrees in a table; returns whether all is well."""
    found: list[invariants.Violation] = []

    async def run() -> None:
        found.extend(await invariants.violations())
        found.extend(await counters.drifts())

    _connected(settings, run())
    if not found:
        _console.print("All is well: stock, seats, orders, money and counters agree")
        return True
    tables.show(
        ("What must hold", "Where it does not", "What is there"),
        [(violation.invariant, violation.subject, violation.detail) for violation in found],
        title=f"{len(found)} violations",
    )
    return False


def verify_kol(settings: Settings, handle: str, specialty: str) -> None:
    """Marks a key opinion leader. Raises SettingsError when there is nobody, or Invalid."""

    async def run() -> None:
        account = await account_queries.by_handle(handle)
        if account is None:
            raise SettingsError(f"Nobody has the handle {handle}")
        await account_actions.verify_kol(account.id, specialty)
        _console.print(f"{account.display_name} (@{account.handle}) is verified in {specialty}")

    _connected(settings, run())


def list_payouts(settings: Settings) -> None:
    """Prints the payouts that a person has to send."""

    async def run() -> None:
        waiting = await payout_queries.requested()
        shops = await shop_queries.by_ids([payout.shop_id for payout in waiting])
        if waiting:
            rows = [_payout_row(payout, shop) for payout, shop in zip(waiting, shops, strict=True)]
            tables.show(("payout", "shop", "its id", "to send", "commission", "requested"), rows)
        else:
            _console.print("Nothing has to be sent")

    _connected(settings, run())


def _payout_row(payout: Payout, shop: Shop | None) -> tuple[str, ...]:
    net, share = payout.net, payout.commission
    return (
        str(payout.id),
        shop.name if shop else "",
        str(payout.shop_id),
        f"{net.amount} {net.currency}",
        share.amount,
        f"{payout.created_at:%Y-%m-%d %H:%M}",
    )


def payout_paid(settings: Settings, payout_id: UUID) -> None:
    """Records that a payout was sent. Raises NotFound."""

    async def run() -> None:
        payout = await payout_actions.mark_paid(payout_id)
        _console.print(f"{payout.net.amount} {payout.net.currency} were sent at {payout.paid_at:%Y-%m-%d %H:%M}")

    _connected(settings, run())
