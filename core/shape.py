"""Whether the database has the newest shape: which migrations it lacks."""

from collections.abc import Iterable
from pathlib import Path

import migrations
from core import db


async def pending(labels: Iterable[str]) -> list[str]:
    """The migrations of rooms that the database lacks, as label.name. Two statements; takes no lock."""
    applied: set[str] = set()
    if await db.value("SELECT to_regclass('tortoise_migrations') IS NOT NULL"):
        applied = {f"{label}.{name}" for label, name in await db.rows("SELECT app, name FROM tortoise_migrations")}
    folder = Path(migrations.__path__[0])
    known = [f"{label}.{path.stem}" for label in labels for path in sorted((folder / label).glob("[0-9]*.py"))]
    return [name for name in known if name not in applied]
