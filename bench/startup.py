"""How long `serve` takes to be ready, on an empty folder and on a warm one, and what the idle process weighs.

`python -m bench.startup --from-nothing` measures what a newcomer waits instead: a clone, `make run` with caches and a
home that are empty, until the README's first query is answered. Packages come from where this machine has them from.
"""

import contextlib
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import orjson

from bench.figures import Figure, show
from bench.server import free_port, scratch, serving

_RUNS = 5
_SETTLE = 3.0
_PATIENCE = 240.0
_CHECKOUT = Path(__file__).parents[1]
# What this environment must not lend to a newcomer's.
_OURS = ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "UV_", "ZHONGCAO_", "DATABASE_", "REDIS_", "MEILI_")


class Result(msgspec.Struct):
    """Seconds to ready (medians), and MiB of the idle process."""

    cold: float
    warm: float
    idle_mib: float


def measure(folder: Path) -> Result:
    """Starts servers on new folders below `folder`, then on the same ones again."""
    folders = [folder / f"start{number}" for number in range(_RUNS)]
    cold, warm, idle = [], [], []
    for data in folders:
        with serving(data) as server:
            cold.append(server.ready_after)
    for data in folders:
        with serving(data) as server:
            warm.append(server.ready_after)
            time.sleep(_SETTLE)
            idle.append(server.resident_mib())
    return Result(statistics.median(cold), statistics.median(warm), max(idle))


def figures() -> list[Figure]:
    """Measures on folders of its own."""
    with scratch() as folder:
        result = measure(folder)
    return [
        Figure("`serve` ready on an empty data folder, median of 5", f"{result.cold:.2f} s", "< 5 s"),
        Figure("`serve` ready on a warm data folder, median of 5", f"{result.warm:.2f} s", "< 2 s"),
        Figure("memory of the idle process, most of 5", f"{result.idle_mib:.0f} MiB", "< 200 MiB"),
    ]


def from_nothing() -> list[Figure]:
    """Clones what is committed here, and waits as a newcomer does. The parts follow each other without a gap."""
    with scratch() as folder:
        began = time.time()
        clone = folder / "zhongcao"
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", _CHECKOUT, clone], check=True)
        cloned = time.time()
        with _newcomers_server(clone, _bare(folder)) as url:
            answer = _first_answer(url, (_CHECKOUT / "README.md").read_text())
            answered = time.time()
        assert answer["data"]["feed"]["edges"], answer
        with_uv, installed = ((clone / ".venv" / name).stat().st_mtime for name in ("bin/uvx", ".runs"))
    return [
        Figure("from nothing to the answer of the README's first query", f"{answered - began:.1f} s", "≤ 45 s"),
        Figure("… `git clone`", f"{cloned - began:.1f} s"),
        Figure("… `.venv` with uv, by pip", f"{with_uv - cloned:.1f} s"),
        Figure("… all else that `make run` needs, by uv", f"{installed - with_uv:.1f} s"),
        Figure("… PostgreSQL, demo data, the first answer", f"{answered - installed:.1f} s"),
    ]


def _bare(folder: Path) -> dict[str, str]:
    """The environment of somebody who has nothing of this project, nor any cache: Python and `make` alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    here = str(Path(sys.executable).parent)
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != here)
    empty = {"HOME": str(folder / "home"), "UV_CACHE_DIR": str(folder / "uv"), "PIP_NO_CACHE_DIR": "1"}
    return {**kept, "PATH": path, **empty}


@contextmanager
def _newcomers_server(clone: Path, environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = ["make", "run", f"PORT={port}", f"DATA={clone.parent / 'data'}"]
    with (clone.parent / "make.log").open("wb") as log:
        made = subprocess.Popen(
            command, cwd=clone, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield f"http://127.0.0.1:{port}/graphql"
        except TimeoutError as error:
            raise TimeoutError(f"{error}:\n{(clone.parent / 'make.log').read_text()}") from error
        finally:
            os.killpg(made.pid, signal.SIGINT)
            made.wait(30)


def _first_answer(url: str, readme: str) -> dict[str, Any]:
    first = re.search(r"```graphql\n(.*?)```", readme, re.DOTALL)
    assert first is not None
    asked = urllib.request.Request(url, orjson.dumps({"query": first[1]}), {"Content-Type": "application/json"})
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(asked) as answer:
            found: dict[str, Any] = orjson.loads(answer.read())
            return found
        time.sleep(0.02)
    raise TimeoutError(f"no answer after {_PATIENCE} s")


if __name__ == "__main__":
    if "--from-nothing" in sys.argv:
        show("From nothing", from_nothing())
    else:
        show("Start", figures())
