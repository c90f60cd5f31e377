"""The command line. It loads little itself, so that help is quick and the database starts while the rest is loaded."""

import dataclasses
import importlib
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from api import embedded
from core.errors import Refusal
from core.settings import Settings, SettingsError

app = typer.Typer(
    name="zhongcao",
    help="Shoppable notes, group-buys and live rooms behind one GraphQL schema. Settings: docs/operations.md.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
search = typer.Typer(help="The search index.", no_args_is_help=True)
app.add_typer(search, name="search")

Data = Annotated[
    Path | None, typer.Option(help="Folder of the parts that have no server of their own [env: ZHONGCAO_DATA; ./data]")
]


def main() -> None:
    """The `zhongcao` command. What an operator can mend is told in one line."""
    try:
        app()
    except (SettingsError, Refusal) as error:
        _fail(error.message("en") if isinstance(error, Refusal) else str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str) -> NoReturn:
    typer.secho(f"error: {message}", err=True, fg=typer.colors.RED)
    sys.exit(1)


def _settings(data: Path | None) -> Settings:
    return Settings.from_environment(data=data) if data else Settings.from_environment()


def _load(settings: Settings, name: str = "api.commands") -> Any:
    """The module that does the work, loaded while an embedded database starts."""
    if settings.database_url is None:
        embedded.start_early(settings.data.resolve() / "postgres")
    return importlib.import_module(name)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 for a free one.")] = 8000,
    data: Data = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty installation with demonstration data.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; more than one need servers to share.")] = 1,
) -> None:
    """Serve the API. Without DATABASE_URL, REDIS_URL and MEILI_URL their embedded twins run in the data folder."""
    settings = _settings(data)
    if "PUBLIC_URL" not in os.environ:
        settings = dataclasses.replace(settings, public_url=f"http://127.0.0.1:{port}")
    missing = settings.missing_servers
    if workers > 1 and missing:
        raise SettingsError(f"--workers {workers} needs {' and '.join(missing)}: processes share nothing without")
    _load(settings, "api.serving").serve(settings, host, port, workers, demo)


@app.command()
def worker(data: Data = None) -> None:
    """Do the background work for servers that share DATABASE_URL, REDIS_URL and MEILI_URL."""
    settings = _settings(data)
    if settings.missing_servers:
        missing = " and ".join(settings.missing_servers)
        raise SettingsError(f"The worker needs {missing}: without, `zhongcao serve` does the background work itself")
    _load(settings, "api.serving").worker(settings)


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database to the newest shape. Safe to run twice, and from several machines at once."""
    settings = _settings(data)
    _load(settings).migrate(settings)


@app.command()
def demo(data: Data = None) -> None:
    """Fill an empty installation with people, notes, shops, group-buys and live rooms to look at."""
    settings = _settings(data)
    _load(settings).demo(settings)


@app.command()
def schema() -> None:
    """Print the GraphQL schema in SDL."""
    importlib.import_module("api.commands").schema()


@search.command()
def rebuild(data: Data = None) -> None:
    """Build the search index anew from the database. Searches go on meanwhile."""
    settings = _settings(data)
    _load(settings).rebuild(settings)


@app.command()
def check(data: Data = None) -> None:
    """Check that stock, seats, orders, money and counters agree. Exits with 1 and a table where they do not."""
    settings = _settings(data)
    if not _load(settings).check(settings):
        sys.exit(1)


@app.command()
def verify_kol(
    handle: Annotated[str, typer.Argument(help="Whom to verify.")],
    specialty: Annotated[str, typer.Argument(help="In what, e.g. 护肤.")],
    data: Data = None,
) -> None:
    """Mark a person as a key opinion leader in a specialty."""
    settings = _settings(data)
    _load(settings).verify_kol(settings, handle, specialty)


if __name__ == "__main__":
    main()
