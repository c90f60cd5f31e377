"""Files and functions stay small, modules say why they exist, and no room looks into another's private files."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "demo", "schema", "execution", "search", "content", "commerce", "people", "core")
MOST_LINES_A_FILE = 400
MOST_LINES_A_TEST_FILE = 500
MOST_LINES_A_FUNCTION = 50
# Meaningless names: whatever would go there has a better home.
NO_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}
PRIVATE = {"models", "rules"}


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, including what it takes from packages by name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


class TestSizes:
    def test_files(self) -> None:
        lengths = {name_of(path): len(path.read_text().splitlines()) for path in modules(*ROOMS)}
        assert {name: length for name, length in lengths.items() if length > MOST_LINES_A_FILE} == {}
        assert statistics.median(lengths.values()) <= 120

    def test_test_files(self) -> None:
        lengths = {name_of(path): len(path.read_text().splitlines()) for path in modules("tests")}
        assert {name: length for name, length in lengths.items() if length > MOST_LINES_A_TEST_FILE} == {}

    def test_functions(self) -> None:
        long = {
            f"{name_of(path)}:{node.name}": node.end_lineno - node.lineno + 1
            for path in modules(*ROOMS)
            for node in functions(path)
            if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > MOST_LINES_A_FUNCTION
        }
        assert long == {}


class TestModules:
    def test_each_says_why_it_exists(self) -> None:
        assert [name_of(path) for path in modules(*ROOMS) if not ast.get_docstring(ast.parse(path.read_text()))] == []

    def test_none_has_a_meaningless_name(self) -> None:
        assert [name_of(path) for path in modules(*ROOMS) if path.stem in NO_NAMES] == []

    def test_no_import_hides_in_a_function(self) -> None:
        hidden = [
            f"{name_of(path)}:{inner.lineno}"
            for path in modules(*ROOMS)
            for node in functions(path)
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ]
        # The command line imports the server only for the commands that need it: it starts faster so.
        assert [place for place in hidden if not place.startswith("api/cli")] == []


class TestRooms:
    def test_models_and_rules_are_private(self) -> None:
        trespasses = []
        for path in modules(*ROOMS):
            room = ".".join(path.relative_to(ROOT).parts[:-1])
            for module in imported(path):
                head, _, last = module.rpartition(".")
                if last in PRIVATE and head.split(".")[0] in ROOMS and not (room + ".").startswith(head + "."):
                    trespasses.append(f"{name_of(path)} imports {module}")
        assert trespasses == []

    def test_no_model_points_into_another_room(self) -> None:
        strings = [
            f"{name_of(path)}:{node.lineno}"
            for path in modules(*ROOMS)
            if path.stem == "models"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and node.attr in ("ForeignKeyField", "OneToOneField", "ManyToManyField")
        ]
        assert strings == []
