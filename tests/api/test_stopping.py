"""Whenever a stop comes, it is silent, and leaves nothing running."""

import random
import signal
import time
from pathlib import Path

import pytest

from tests.services import programs
from tests.waiting import by_and_by


def started(folder: Path, *options: str) -> programs.Program:
    """A server on the way."""
    return programs.Program("serve", "--port", "0", "--data", str(folder), *options, environment={})


def stopped(server: programs.Program, by: signal.Signals, folder: Path) -> str:
    """What a server printed that was stopped: no complaint."""
    printed = server.stop(by)
    assert server.process.returncode == 0, printed
    assert not [word for word in ("Traceback", "ERROR", "WARNING", "never") if word in printed], printed
    assert not pid_file(folder).exists()
    return printed


def pid_file(folder: Path) -> Path:
    """There while the database runs."""
    return folder / "postgres" / "postmaster.pid"


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_at_each_step_of_a_start(data_folder: Path, by: signal.Signals) -> None:
    for step in ((data_folder / "postgres").exists, pid_file(data_folder).exists):
        server = started(data_folder)
        by_and_by(step)
        stopped(server, by, data_folder)


def test_at_any_moment_of_a_start(data_folder: Path) -> None:
    for _ in range(8):
        server = started(data_folder)
        by_and_by(pid_file(data_folder).exists)
        time.sleep(random.uniform(0, 3))
        stopped(server, signal.SIGTERM, data_folder)


def test_when_ready_and_soon_after(data_folder: Path) -> None:
    for within in (0, 1.5, 1.5, 3):
        server = programs.Served("--data", str(data_folder), environment={})
        time.sleep(random.uniform(0, within))
        printed = stopped(server, signal.SIGTERM, data_folder)
        assert f"http://{server.address}/graphql" in printed


def test_while_the_demo_is_founded(data_folder: Path) -> None:
    server = started(data_folder, "--demo")
    by_and_by(pid_file(data_folder).exists)
    time.sleep(random.uniform(0, 6))
    stopped(server, signal.SIGTERM, data_folder)


def test_when_the_demo_is_there(data_folder: Path) -> None:
    """On a free port, which is known only once it is had: the demo's pictures are at it."""
    server = started(data_folder, "--demo")
    by_and_by(lambda: "serving on" in server.printed() or server.process.poll() is not None)
    stopped(server, signal.SIGTERM, data_folder)


def test_before_anything_is_loaded(data_folder: Path) -> None:
    """There is nothing to end in good order yet: it ends at once, and without a word."""
    for _ in range(5):
        server = started(data_folder)
        # Python itself has begun, and has not come far.
        time.sleep(random.uniform(0.1, 0.2))
        printed = server.stop(signal.SIGTERM)
        assert "Traceback" not in printed and server.process.returncode in (0, -signal.SIGTERM)
