"""Tests stand on the repository alone: none reads what lies beside the checkout."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def steps_out(path: Path) -> Iterator[int]:
    """The lines on which a file of the project climbs above the project, from its own place."""
    depth = len(path.relative_to(ROOT).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        climbs = isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Path(__file__).parents"
        if climbs and isinstance(node.slice, ast.Constant) and int(node.slice.value) >= depth:
            yield node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("../"):
            yield node.lineno


def test_no_test_reads_beside_the_checkout() -> None:
    found = [f"{path}:{line}" for path in sorted((ROOT / "tests").rglob("*.py")) for line in steps_out(path)]
    # Where this very file looks for it.
    assert [place for place in found if not place.startswith(__file__)] == []


def test_a_bench_that_does_is_known_to() -> None:
    reading = {path.relative_to(ROOT).as_posix() for path in (ROOT / "bench").rglob("*.py") if list(steps_out(path))}
    assert reading == {"bench/replay.py", "bench/discovery/judged.py", "bench/discovery/taste.py"}
