"""The data folder of an installation that runs on its own: secrets, and the lock that keeps a second server out."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.settings import SettingsError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes the folder and holds it for this process. Raises SettingsError when another server has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(f"The data folder {folder} cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise SettingsError(f"Another server is running on the data folder {folder}") from None
    try:
        yield
    finally:
        os.close(handle)


def secret(folder: Path, name: str) -> bytes:
    """A secret of this installation, made on first use and readable by its owner alone."""
    path = folder / f"{name}.secret"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
