"""Installations that die and are started again: one with its PostgreSQL inside, and one with a PostgreSQL apart."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.embedded import EmbeddedPostgres
from tests.services import postgres, programs

# How the payment network behaves after each start of a server.
_FAULTS = (
    "two_steps=1,declines=1,lost_requests=2,lost_authorisations=2,lost_captures=2,lost_answers=3,failing_refunds=3,"
    "lost_refund_answers=3,notifications=1,notification_delay=0.2,lost_notifications=5,duplicated_notifications=20,"
    "reordered_notifications=5,forged_notifications=20"
)
# What a traceback may end with when a database dies or the network fails. Anything else is a defect.
_EXPLAINED = (
    "asyncpg.exceptions.AdminShutdownError",
    "asyncpg.exceptions.CannotConnectNowError",
    "asyncpg.exceptions.ConnectionDoesNotExistError",
    "asyncpg.exceptions.CrashShutdownError",
    # Its last words, and then no more: the driver takes a moment to see that the connection is gone.
    "asyncpg.exceptions._base.InternalClientError: cannot switch to state",
    "asyncpg.exceptions._base.InterfaceError",
    "tortoise.exceptions.DBConnectionError",
    "commerce.payments.provider.NoAnswerError",
    "BrokenPipeError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "FileNotFoundError",
)
# The last line of a traceback: an exception by its whole name, and what it says.
_RAISED = re.compile(r"^(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Exit|Group|Refusal|Cancelled)(?:: .*)?$", re.MULTILINE)


class Installation:
    """A server on a folder; `deaths` are the ways in which something of it can die."""

    deaths: tuple[str, ...]

    def __init__(self, folder: Path) -> None:
        self.environment = {
            "ZHONGCAO_DATA": str(folder / "data"),
            "ZHONGCAO_SANDBOX_FAULTS": _FAULTS,
            "ZHONGCAO_RATE_LIMITS": "0",
        }
        self._printed = ""

    @property
    def database_url(self) -> str:
        raise NotImplementedError

    def start(self) -> None:
        self.server = programs.Served(environment=self.environment)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        if self.server.process.poll() is None:
            self._printed += self.server.stop(by)

    def stop_database(self) -> None:
        """Stops what is not stopped with the server."""

    def dies(self, what: str) -> None:
        """Kills it, and starts again what does not come back by itself."""
        raise NotImplementedError

    def defects(self) -> list[str]:
        """What its servers raised, and what was killed does not explain."""
        return [line for line in _RAISED.findall(self._printed) if not line.startswith(_EXPLAINED)]


class Embedded(Installation):
    """A process with its PostgreSQL in its own data folder."""

    deaths = ("server", "everything", "database")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._postgres = folder / "data" / "postgres"

    @property
    def database_url(self) -> str:
        socket_folder = (self._postgres / "postmaster.pid").read_text().splitlines()[4]
        return f"postgresql://postgres:@/postgres?host={socket_folder}"

    def dies(self, what: str) -> None:
        if what != "server":
            postgres.kill(self._postgres)
        if what != "database":
            self.stop(signal.SIGKILL)
            self.start()


class Apart(Installation):
    """A process beside a PostgreSQL with all its safety on."""

    deaths = ("database", "everything", "server")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._postgres = folder / "postgres"
        self._database = EmbeddedPostgres(self._postgres)

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    def start(self) -> None:
        if "DATABASE_URL" not in self.environment:
            self.environment["DATABASE_URL"] = self._database.start()
            migrated = programs.run("migrate", **self.environment)
            assert migrated.returncode == 0, migrated.stderr
        super().start()

    def stop_database(self) -> None:
        self._database.stop()

    def dies(self, what: str) -> None:
        if what == "everything":
            self.stop(signal.SIGKILL)
        if what != "server":
            postgres.kill(self._postgres)
            self._database.start()
        if what == "server":
            self.stop(signal.SIGKILL)
        if what != "database":
            self.start()


@contextmanager
def running(kind: type[Installation]) -> Iterator[Installation]:
    """An installation until the block ends."""
    with postgres.lent_folder() as folder:
        place = kind(folder)
        try:
            place.start()
            yield place
        finally:
            place.stop()
            place.stop_database()
