"""What goes on beside its caller belongs to somebody who ends it: timers, tasks and threads are begun here alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "demo", "schema", "execution", "search", "content", "commerce", "people", "core")
# What begins something. A task of a group and `asyncio.to_thread` are waited for by whoever begins them.
BEGINNING = {
    "create_task",
    "ensure_future",
    "call_later",
    "call_at",
    "run_in_executor",
    "ThreadPoolExecutor",
    "ProcessPoolExecutor",
    "Thread",
    "start_soon",
}
# Each place that may, and who ends what it begins.
OWNERS = {
    "core/tasks.py:begin": "`core.tasks.owned`, which the runtime and every command with a database hold open",
    "core/lending.py:_put_back": "`Lender.close`, when the pool is closed",
    "api/runtime.py:kept_running": "its own block",
    "api/serving.py:until_stopped": "itself",
    "api/guarded_http.py:_set_timer": "the connection, when it is lost",
    "api/embedded.py:start_early": "`EmbeddedPostgres.start`, which waits for it",
    "api/connection.py:say": "the socket: a client that is gone is sent nothing",
    "api/graphql_ws.py:_subscribe": "the socket, when it ends",
    "api/graphql_sse.py:_with_heartbeat": "the stream, when it ends",
    "search/circuit.py:broken": "`Circuit.close`, when the engine is closed",
    "execution/run.py:_together": "itself",
    "execution/streams/alone.py:alone": "the subscription, which its connection cancels",
    "execution/streams/audiences.py:put": "the audience, which ends with its last member",
    "execution/streams/audiences.py:missed": "those who wait for it",
    "execution/streams/members.py:catch_up": "the member, which its connection ends",
    "execution/streams/channels.py:__init__": "the channel, which ends with its last audience",
}


def groups(tree: ast.AST) -> set[str]:
    """The names of the task groups in a module."""
    return {
        item.optional_vars.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if "TaskGroup" in ast.unparse(item.context_expr) and isinstance(item.optional_vars, ast.Name)
    }


def begun(tree: ast.AST) -> Iterator[str]:
    """The functions of a module in which something is begun."""
    waited_for = groups(tree)

    def below(node: ast.AST, function: str) -> Iterator[str]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.Call):
            owner, _, name = ast.unparse(node.func).rpartition(".")
            if name in BEGINNING and owner not in waited_for:
                yield function
        for child in ast.iter_child_nodes(node):
            yield from below(child, function)

    yield from below(tree, "the module")


def test_everything_that_is_begun_has_an_owner() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{function}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for function in begun(ast.parse(path.read_text()))
    }
    assert found == set(OWNERS)


@pytest.mark.parametrize(
    "line",
    [
        "asyncio.create_task(work())",
        "loop.call_later(1, work)",
        "loop.run_in_executor(None, work)",
        "asyncio.ensure_future(work())",
        "threading.Thread(target=work).start()",
        "concurrent.futures.ThreadPoolExecutor(1)",
    ],
)
def test_each_kind_is_found(line: str) -> None:
    assert list(begun(ast.parse(f"class A:\n async def f(self):\n  if 1:\n   {line}"))) == ["f"]


def test_what_is_waited_for_where_it_is_begun_has_one() -> None:
    group = "async with asyncio.TaskGroup() as group:\n  group.create_task(work())"
    assert list(begun(ast.parse(f"async def f():\n {group}\n await asyncio.to_thread(g)"))) == []
