"""The program itself, as an operator runs it: its own process, its own folder."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.waiting import PATIENCE, by_and_by

_ROOT = Path(__file__).parents[2]
# For commands that are given no folder of their own.
_DATA = f"{tempfile.gettempdir()}/zhongcao-programs-{os.getpid()}"


def _environment(given: dict[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ZHONGCAO_", "DATABASE_", "REDIS_", "MEILI_", "STRIPE_"))
    }
    # A request that a slow machine cannot answer in ten seconds is answered all the same.
    patient = {"ZHONGCAO_OPERATION_TIMEOUT": str(PATIENCE)}
    told = {"PYTHONPATH": str(_ROOT), "COLUMNS": "200", "NO_COLOR": "1", "ZHONGCAO_DATA": _DATA}
    return {**kept, **patient, **told, **given}


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "api.start", *arguments],
        env=_environment(environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Program:
    """A command that goes on."""

    def __init__(self, *arguments: str, environment: dict[str, str]) -> None:
        # A file, as a pipe that nobody reads would hold up a program that has much to complain of.
        self._printed = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by stop
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api.start", *arguments],
            env=_environment(environment),
            stdout=self._printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def printed(self) -> str:
        """What it printed so far."""
        return os.pread(self._printed.fileno(), 1 << 20, 0).decode(errors="replace")

    def stop(self, by: signal.Signals = signal.SIGTERM) -> str:
        """Stops it, and returns what it printed."""
        with contextlib.suppress(ProcessLookupError):
            if by == signal.SIGKILL:
                # With the processes that it started; the database has a group of its own.
                os.killpg(self.process.pid, by)
            self.process.send_signal(by)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        with self._printed:
            self._printed.seek(0)
            return self._printed.read()


class Served(Program):
    """A server, or another command that answers on a port, ready; `address` is its host and port."""

    def __init__(
        self, *arguments: str, environment: dict[str, str], command: tuple[str, str] = ("serve", "--port")
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        super().__init__(*command, str(port), *arguments, environment=environment)
        self._await()

    def _await(self) -> None:
        by_and_by(lambda: self._is_ready() or self.process.poll() is not None)
        if self.process.poll() is not None:
            raise RuntimeError(f"the server is not ready:\n{self.stop(signal.SIGKILL)}")

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"http://{self.address}/health/ready", timeout=PATIENCE).status_code == 200
        except httpx.TransportError:
            return False

    def ask(self, query: str, token: str | None = None, **variables: object) -> dict[str, object]:
        """The data of an operation that must succeed."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"http://{self.address}/graphql", json=body, headers=headers, timeout=PATIENCE).json()
        assert "errors" not in answer, answer
        data: dict[str, object] = answer["data"]
        return data


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Served]:
    """A server until the block ends, stopped as an operator stops it."""
    server = Served(*arguments, environment=environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@contextmanager
def working(**environment: str) -> Iterator[Served]:
    """A worker until the block ends."""
    program = Served(environment=environment, command=("worker", "--health-port"))
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.stop()
