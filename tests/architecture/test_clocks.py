"""No test looks at a wall clock: a slow machine makes none of them red.

Work is counted, or the clock is moved (`core.clock`). What happens in its own time is waited for by `tests/waiting.py`,
whose patience ends only where something fails.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import waiting

TESTS = Path(__file__).parents[1]
LOOKS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}
# Seconds that nothing takes, however slow the machine.
PATIENT = 20
ALLOWED = {
    "waiting.py": "waits for all others",
    "services/stripe.py": "Stripe's library takes no notification that is older than five minutes of this clock",
    "commerce/payments/test_stripe.py": "as above",
}


def called(call: ast.Call) -> str:
    """What is called, as it is written: `asyncio.timeout`, `anext`."""
    return ast.unparse(call.func)


def seconds(given: ast.expr | None, known: dict[str, float]) -> float | None:
    """What a number or a constant of the module is; None for what is not known before it runs."""
    if isinstance(given, ast.Constant) and isinstance(given.value, int | float):
        return given.value
    return known.get(given.id) if isinstance(given, ast.Name) else None


def constants(tree: ast.Module) -> dict[str, float]:
    """The numbers that have a name in a module."""
    found = {"PATIENCE": float(waiting.PATIENCE)}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            number = seconds(node.value, {})
            found |= {} if number is None else {node.targets[0].id: number}
    return found


def limit(call: ast.Call) -> ast.expr | None:
    """The time that a call allows something, if it is one that does."""
    by_name = {given.arg: given.value for given in call.keywords}
    if called(call) in ("asyncio.timeout", "asyncio.wait_for", "asyncio.wait"):
        place = {"asyncio.timeout": 0, "asyncio.wait_for": 1}.get(called(call), len(call.args))
        return by_name.get("timeout", call.args[place] if place < len(call.args) else None)
    if called(call).endswith(".wait") and call.args:
        return call.args[0]
    return None


def faults(source: str) -> Iterator[tuple[int, str]]:
    """Where tests look at a clock, and how."""
    tree = ast.parse(source)
    known = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield node.lineno, "import the module `time`, so that one sees what is asked of it"
        if not isinstance(node, ast.Call):
            continue
        owner, _, name = called(node).rpartition(".")
        if (owner == "time" and name in LOOKS) or (owner.endswith(("loop", "loop()")) and name == "time"):
            yield node.lineno, f"{called(node)} looks at the clock"
        allowed = limit(node)
        if allowed is not None and (seconds(allowed, known) or 0) < PATIENT:
            yield node.lineno, f"{called(node)} ends before a slow machine has begun"
        if called(node) in ("asyncio.sleep", "time.sleep") and seconds(node.args[0], known):
            yield node.lineno, f"{called(node)} waits for nothing: wait until it has happened"
        if owner == "httpx" and name in ("get", "post", "Client", "AsyncClient"):
            given = {given.arg: given.value for given in node.keywords}
            if "transport" not in given and (seconds(given.get("timeout"), known) or 0) < PATIENT:
                yield node.lineno, f"{called(node)} gives up after five seconds"


def test_no_test_looks_at_a_wall_clock() -> None:
    found = [
        f"{name}:{line} {fault}"
        for path in sorted(TESTS.rglob("*.py"))
        if (name := path.relative_to(TESTS).as_posix()) not in ALLOWED
        for line, fault in faults(path.read_text())
    ]
    assert found == []


def test_whoever_may_does() -> None:
    assert [name for name in ALLOWED if not list(faults((TESTS / name).read_text()))] == []


@pytest.mark.parametrize(
    "source",
    [
        "began = time.monotonic()",
        "from time import perf_counter",
        "asyncio.get_running_loop().time()",
        "loop.time()",
        "asyncio.timeout(5)",
        "SOON = 0.5\nasyncio.timeout(SOON)",
        "asyncio.timeout(whatever())",
        "await asyncio.wait_for(it, 2)",
        "await asyncio.wait_for(it, timeout=2)",
        "await asyncio.wait([it], timeout=0.1)",
        "process.wait(10)",
        "await asyncio.sleep(0.1)",
        "PAUSE = 1\ntime.sleep(PAUSE)",
        "httpx.get(url)",
        "httpx.AsyncClient(base_url=url)",
        "httpx.Client(timeout=3)",
    ],
)
def test_each_kind_is_found(source: str) -> None:
    assert len(list(faults(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "began = time.process_time()",
        "asyncio.timeout(60)",
        "asyncio.timeout(PATIENCE)",
        "await asyncio.wait([it])",
        "await event.wait()",
        "await asyncio.sleep(0)",
        "await asyncio.sleep(random.uniform(0, 1))",
        "httpx.AsyncClient(transport=app)",
        "httpx.get(url, timeout=PATIENCE)",
        "clock.now()",
    ],
)
def test_what_hangs_on_no_clock_is_none(source: str) -> None:
    assert list(faults(source)) == []
