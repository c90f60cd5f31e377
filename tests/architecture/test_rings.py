"""A reader can start at the bottom: no modules need each other in a ring, not even for the types that they name."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.architecture.test_ceilings import ROOMS, ROOT, modules

# The graph's types know each other by nature, as notes, their authors and their products do. That is said in this one
# place, by names that Strawberry looks up later; its imports are for the type checker and count for nothing else.
BY_NATURE = "schema.refs"


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def named_in(path: Path) -> Iterator[tuple[str, ...]]:
    """What each import may mean, the likeliest first: `from a import b` is of the module `a.b`, else of `a`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name,) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.module) for alias in node.names)


def needs() -> dict[str, set[str]]:
    """Which modules of the house each module imports, also under TYPE_CHECKING."""
    paths = {dotted(path): path for path in modules(*ROOMS)}
    return {
        name: {found for names in named_in(path) if (found := next(filter(paths.__contains__, names), None))}
        for name, path in paths.items()
    }


def ring(needed: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


class TestRings:
    def test_there_are_none(self) -> None:
        assert ring({**needs(), BY_NATURE: set()}) == []

    def test_one_would_be_found(self) -> None:
        needed = needs()
        assert BY_NATURE in ring(needed)
        needed[BY_NATURE] = set()
        needed["execution.nodes"].add("execution.run")
        assert {"execution.nodes", "execution.run"} <= set(ring(needed))
