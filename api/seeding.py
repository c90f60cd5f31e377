"""The demonstration on the command line: what is done is shown, and how to sign in is told."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

import demo
from core.settings import Settings

_console = Console(stderr=True)


async def seed(settings: Settings) -> None:
    """Fills an empty installation; freshens one that was filled before."""
    lines: dict[str, TaskID] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=_console, transient=True) as bar:

        def told(stage: str, done: int, total: int) -> None:
            if stage not in lines:
                lines[stage] = bar.add_task(stage)
            bar.update(lines[stage], completed=done, total=total)

        summary = await demo.seed(told, settings=settings)
    _console.print(
        f"Demo: {summary.people} people, {summary.products} products, {summary.group_buys} new group-buys,"
        f" {summary.open_teams} new teams, {summary.live_streams} new live streams."
        f" Sign in as {demo.VIEWER_HANDLE} or {demo.SHOP_HANDLE}, password {demo.PASSWORD}",
        highlight=False,
    )
