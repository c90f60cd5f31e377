"""The folder of contract and real data that stands beside the checkout, and what happens without it."""

from pathlib import Path

from tests.services import cannot_be_had

FOLDER = Path(__file__).parents[2] / "shared"


def path(name: str) -> Path:
    """A file of the shared folder. Where it is absent the test skips, saying so; in CI it fails."""
    found = FOLDER / name
    if not found.exists():
        reason = f"needs shared/{name} beside the checkout"
        cannot_be_had(reason)
    return found
