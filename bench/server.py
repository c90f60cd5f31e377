"""Servers under measurement: the real command, or what it is measured against, in a process on a loopback port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

_PATIENCE = 60.0
# A server is at rest when it takes less than so much of a processor for so many seconds.
_REST = 0.1
_REST_SECONDS = 0.7


class Server:
    """A running server: where it listens, and how long it took to be ready (seconds)."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str, ready_after: float) -> None:
        self.process = process
        self.url = url
        self.ready_after = ready_after

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/graphql"

    def processor_seconds(self) -> float:
        """The processor time that the process has taken, its children left out."""
        used = psutil.Process(self.process.pid).cpu_times()
        return float(used.user + used.system)

    def rest(self) -> None:
        """Waits until it is done with what a start begins: what was not indexed for search yet is, beside requests."""
        before = -_PATIENCE
        while (now := self.processor_seconds()) - before > _REST * _REST_SECONDS:
            before = now
            time.sleep(_REST_SECONDS)

    def resident_mib(self) -> float:
        """Memory of the process itself, its PostgreSQL left out."""
        return resident_mib(self.process.pid)


def resident_mib(process_id: int) -> float:
    """Memory of a process, its children left out."""
    status = Path(f"/proc/{process_id}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command() -> str:
    """The `zhongcao` of this environment."""
    return str(Path(sys.executable).with_name("zhongcao"))


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder that PostgreSQL's own user may enter too."""
    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def serving(data: Path, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Starts `zhongcao serve` on `data`, waits until it is ready, and stops it in the end."""
    started = [command(), "serve", "--data", str(data), *options, "--port"]
    # Measuring is what no person does.
    unlimited = {"ZHONGCAO_RATE_LIMITS": "0", **(environment or {})}
    with running(started, data.parent / f"{data.name}.log", unlimited) as server:
        yield server


@contextmanager
def running(start: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Starts a server, its port the last word of the command; waits until it is ready, and stops it in the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*start, str(port)], stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
        try:
            _wait_until_ready(process, url)
            yield Server(process, url, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    end = time.perf_counter() + _PATIENCE
    while time.perf_counter() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health/ready") as answer:
            if answer.status == 200:
                return
        time.sleep(0.02)
    raise TimeoutError(f"not ready after {_PATIENCE} s")
