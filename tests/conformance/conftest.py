"""The served product, with the demo's data, and the suites' packages as locked, on the Node of a wheel."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from tests import contract
from tests.graph import built
from tests.services import cannot_be_had, node
from tests.services.programs import Served, serving

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the demo's data, to be asked and changed by all suites."""
    folder = tmp_path_factory.mktemp("conformance")
    for parent in (folder, *folder.parents[:2]):
        # PostgreSQL's own user must reach its folder.
        parent.chmod(0o755)
    # One address and one person do all that the suites do.
    with serving("--data", str(folder / "data"), "--demo", ZHONGCAO_RATE_LIMITS="0") as server:
        yield server


@pytest.fixture(scope="session")
def packages() -> None:
    """The packages of package-lock.json in node_modules; one process installs them, the others wait."""
    locked = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    with (HERE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == locked:
            return
        try:
            node.npm("ci", folder=HERE)
        except node.Unavailable as missing:
            shutil.rmtree(HERE / "node_modules", ignore_errors=True)
            cannot_be_had(missing)
        stamp.write_text(locked)


@pytest.fixture
def suite(packages: None, served: Served, tmp_path: Path) -> Callable[[str], tuple[int, dict[str, object]]]:
    """Runs a suite by its name: how many checks it made, and what failed, by name."""
    schema = tmp_path / "schema.graphql"
    schema.write_text(built().as_str())
    promised = tmp_path / "contract.graphql"
    promised.write_text("\n".join(contract.text(name) for name, state in contract.states().items() if state == "built"))

    def run(name: str) -> tuple[int, dict[str, object]]:
        given = {
            "SERVER": f"http://{served.address}/graphql",
            "SCHEMA": str(schema),
            "CONTRACT": str(promised),
            "SCRATCH": str(tmp_path),
        }
        ran = subprocess.run(
            [node.NODE, HERE / f"{name}.mjs"],
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        told = orjson.loads(ran.stdout)
        return told["checks"], told["failures"]

    return run
