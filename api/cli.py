"""The command line. It loads little itself, so that help is quick and the database starts while the rest is loaded."""

import gc
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import click

from api import embedded, stopping
from core.errors import Refusal
from core.settings import Settings, SettingsError

_data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the parts that have no server of their own [env: ZHONGCAO_DATA; ./data]",
)


class _Id(click.ParamType[UUID]):
    """An id as the API tells it (`payout_…`), or as it is in tables and logs, with dashes or without."""

    def __init__(self, kind: str) -> None:
        self.name = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        try:
            return value if isinstance(value, UUID) else UUID(value.strip().removeprefix(f"{self.name}_"))
        except ValueError:
            self.fail(f"{value!r} is not the id of a {self.name}", param, ctx)


def main() -> None:
    """The `zhongcao` command. What an operator can mend is told in one line."""
    try:
        app()
    except (SettingsError, Refusal) as error:
        _fail(error.message("en") if isinstance(error, Refusal) else str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str) -> NoReturn:
    click.secho(f"error: {message}", err=True, fg="red")
    sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """Shoppable notes, group-buys and live rooms behind one GraphQL schema. Settings: docs/operations.md."""


def _settings(data: Path | None) -> Settings:
    return Settings.from_environment(data=data) if data else Settings.from_environment()


def _load(settings: Settings, name: str = "api.commands") -> Any:
    """The module that does the work, loaded while an embedded database starts."""
    if settings.database_url is None:
        embedded.start_early(settings.data.resolve() / "postgres")
    return _lean(lambda: importlib.import_module(name))


def _lean(load: Callable[[], Any]) -> Any:
    """Loads code in two thirds of the time: without looking for garbage, as all of it stays, and without pydantic.

    Tortoise takes pydantic along when it finds it, for a feature that nobody uses here.
    """
    gc.disable()
    sys.modules.setdefault("pydantic", None)  # type: ignore[arg-type]
    try:
        return load()
    finally:
        if sys.modules["pydantic"] is None:
            del sys.modules["pydantic"]
        gc.freeze()
        gc.enable()


@app.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="Port; 0 for a free one.")
@_data
@click.option("--demo", is_flag=True, help="Fill an empty installation with demonstration data.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes; more than one need servers to share.",
)
def serve(host: str, port: int, data: Path | None, demo: bool, workers: int) -> None:
    """Serve the API. Without DATABASE_URL, REDIS_URL and MEILI_URL their embedded twins run in the data folder."""
    settings = _settings(data)
    missing = settings.missing_servers
    if workers > 1 and missing:
        raise SettingsError(f"--workers {workers} needs {' and '.join(missing)}: processes share nothing without")
    stopping.listen()
    _load(settings, "api.serving").serve(settings, host, port, workers, demo, public=bool(os.environ.get("PUBLIC_URL")))


@app.command()
@_data
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of --health-port.")
@click.option("--health-port", type=click.IntRange(1, 65_535), help="Answer /health/live and /health/ready there.")
def worker(data: Path | None, host: str, health_port: int | None) -> None:
    """Do the background work for servers that share DATABASE_URL, REDIS_URL and MEILI_URL."""
    settings = _settings(data)
    if settings.missing_servers:
        missing = " and ".join(settings.missing_servers)
        raise SettingsError(f"The worker needs {missing}: without, `zhongcao serve` does the background work itself")
    stopping.listen()
    _load(settings, "api.serving").worker(settings, (host, health_port) if health_port else None)


@app.command()
@_data
def migrate(data: Path | None) -> None:
    """Bring the database to the newest shape. Safe to run twice, and from several machines at once."""
    settings = _settings(data)
    _load(settings).migrate(settings)


@app.command()
@_data
def demo(data: Path | None) -> None:
    """Fill an empty installation with people, notes, shops, group-buys and live rooms to look at."""
    settings = _settings(data)
    _load(settings).demo(settings)


@app.command()
def schema() -> None:
    """Print the GraphQL schema in SDL."""
    importlib.import_module("api.commands").schema()


@app.group()
def search() -> None:
    """The search index."""


@search.command()
@_data
def rebuild(data: Path | None) -> None:
    """Build the search index anew from the database. Searches go on meanwhile."""
    settings = _settings(data)
    _load(settings).rebuild(settings)


@app.command()
@_data
def check(data: Path | None) -> None:
    """Check that stock, seats, orders, money and counters agree. Exits with 1 and a table where they do not."""
    settings = _settings(data)
    if not _load(settings).check(settings):
        sys.exit(1)


@app.command()
@click.argument("handle")
@click.argument("specialty")
@_data
def verify_kol(handle: str, specialty: str, data: Path | None) -> None:
    """Mark the person with HANDLE as a key opinion leader in SPECIALTY, e.g. 护肤."""
    settings = _settings(data)
    _load(settings).verify_kol(settings, handle, specialty)


@app.group()
def payouts() -> None:
    """Money that shops asked for, to be sent by a person."""


@payouts.command("list")
@_data
def list_payouts(data: Path | None) -> None:
    """Show what has to be sent, oldest first."""
    settings = _settings(data)
    _load(settings).list_payouts(settings)


@payouts.command("paid")
@click.argument("payout_id", type=_Id("payout"))
@_data
def payout_paid(payout_id: UUID, data: Path | None) -> None:
    """Tell that the payout with PAYOUT_ID was sent."""
    settings = _settings(data)
    _load(settings).payout_paid(settings, payout_id)
