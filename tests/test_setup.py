"""Whoever installs through a mirror or a proxy told pip of it: uv, which `make` installs by, must go there too."""

import ensurepip
import os
import shutil
import subprocess
import threading
import venv
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOWHERE = "http://127.0.0.1:9/simple"
# By what pip, or uv itself, is told of the mirror that must be asked; files by their text.
TOLD = {
    "pip by environment": {"PIP_INDEX_URL": "{mirror}/simple"},
    "pip by file": {"PIP_CONFIG_FILE": "[global]\nindex-url = {mirror}/simple\n"},
    "pip by environment before file": {
        "PIP_INDEX_URL": "{mirror}/simple",
        "PIP_CONFIG_FILE": f"[global]\nindex-url = {NOWHERE}\n",
    },
    "uv before pip": {"UV_DEFAULT_INDEX": "{mirror}/simple", "PIP_INDEX_URL": NOWHERE},
    "pip of a proxy": {
        "PIP_CONFIG_FILE": "[global]\nproxy = {mirror}\n",
        "PIP_INDEX_URL": "http://packages.invalid/simple",
    },
}


class Mirror(ThreadingHTTPServer):
    """Has no package, and remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Nothing)
        self.asked: list[str] = []


class _Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Mirror)
        self.server.asked.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What set-up reads, with a `.venv` that has pip and uv, and nothing else yet."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "requirements-setup.lock").touch()
    (tmp_path / "requirements.lock").write_text(f"asyncpg==1.0 --hash=sha256:{'0' * 64}\n")
    venv.create(tmp_path / ".venv", symlinks=True)
    (bundled,) = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    (packages,) = (tmp_path / ".venv").glob("lib/python*/site-packages")
    (packages / "pip.pth").write_text(f"{bundled}\n")
    (tmp_path / ".venv/bin/uv").symlink_to(ROOT / ".venv/bin/uv")
    return tmp_path


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_uv_asks_where_pip_would(checkout: Path, mirror: Mirror, told: dict[str, str]) -> None:
    given = {name: text.format(mirror=f"http://127.0.0.1:{mirror.server_port}") for name, text in told.items()}
    if "PIP_CONFIG_FILE" in given:
        (checkout / "pip.conf").write_text(given["PIP_CONFIG_FILE"])
        given["PIP_CONFIG_FILE"] = str(checkout / "pip.conf")
    others = ("PIP_", "UV_", "MAKE", "ALL_PROXY", "HTTP_PROXY", "http_proxy", "all_proxy", "NO_PROXY", "no_proxy")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    made = subprocess.run(
        ["make", ".venv/.runs"],
        cwd=checkout,
        env={**kept, "HOME": str(checkout), "UV_CACHE_DIR": str(checkout / "cache"), **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert made.returncode == 2
    assert not (checkout / ".venv/.runs").exists()
    assert any(path.endswith("/simple/asyncpg/") for path in mirror.asked), made.stderr
