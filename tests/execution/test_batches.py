"""Batched fields: asked once for all their parents, together with whatever else waits."""

import asyncio
from typing import Any

import strawberry
from graphql import ExecutionResult, parse

import execution
from tests.waiting import come

Calls = list[tuple[str, list[str], dict[str, Any]]]


class Node:
    def __init__(self, name: str) -> None:
        self.name = name
        self.children = [Node(f"{name}{letter}") for letter in "ab"] if len(name) < 3 else []


def batched(function: Any) -> Any:
    async def resolve(root: Any, info: strawberry.Info, tags: list[str] | None = None, most: int | None = 2) -> Any:
        raise AssertionError("graphql-core asks for one at a time.")

    return strawberry.field(resolver=execution.batches(function, resolve))


async def labels(nodes: list[Node], context: Calls, **arguments: Any) -> list[str]:
    context.append(("labels", [node.name for node in nodes], arguments))
    return [node.name.upper() for node in nodes]


async def only_some(nodes: list[Node], context: Calls, **arguments: Any) -> list[Any]:
    return [node.name if node.name.endswith("a") else ValueError(f"not {node.name}") for node in nodes]


async def nothing(nodes: list[Node], context: Calls, **arguments: Any) -> list[str]:
    raise ValueError("nothing works")


async def too_few(nodes: list[Node], context: Calls, **arguments: Any) -> list[str]:
    return ["only one"]


async def selves(nodes: list[Node], context: Calls, **arguments: Any) -> tuple[Node, ...]:
    context.append(("selves", [node.name for node in nodes], arguments))
    return tuple(nodes)


# Each of the two goes on only when the other has begun.
class Meeting:
    def __init__(self) -> None:
        self.one, self.other = asyncio.Event(), asyncio.Event()


async def one(nodes: list[Node], context: Meeting, **arguments: Any) -> list[str]:
    context.one.set()
    await context.other.wait()
    return ["one"] * len(nodes)


async def other(nodes: list[Node], context: Meeting, **arguments: Any) -> list[str]:
    context.other.set()
    await context.one.wait()
    return ["other"] * len(nodes)


@strawberry.type
class Item:
    name: str
    children: list["Item"]
    label: str = batched(labels)
    some: str | None = batched(only_some)
    none: str | None = batched(nothing)
    few: str | None = batched(too_few)
    same: "Item" = batched(selves)
    one: str = batched(one)
    other: str = batched(other)


@strawberry.type
class Query:
    @strawberry.field(graphql_type=list[Item])
    def items(self) -> Any:
        return [Node("x"), Node("y")]


EXECUTOR = execution.Executor(strawberry.Schema(Query))


async def answer(source: str, context: Any = None, **variables: Any) -> ExecutionResult:
    return await EXECUTOR.execute(parse(source), None, context if context is not None else [], variables)


def messages(result: ExecutionResult) -> list[tuple[str, Any]]:
    return [(error.message, error.path) for error in result.errors or ()]


class TestAsking:
    async def test_all_parents_of_a_level_are_asked_for_at_once(self) -> None:
        calls: Calls = []
        result = await answer("{ items { label children { label } } }", calls)
        assert result.data == {
            "items": [
                {"label": "X", "children": [{"label": "XA"}, {"label": "XB"}]},
                {"label": "Y", "children": [{"label": "YA"}, {"label": "YB"}]},
            ]
        }
        # Nothing waits before the second level: it joins the question.
        assert [sorted(names) for _, names, _ in calls] == [["x", "xa", "xb", "y", "ya", "yb"]]

    async def test_a_level_behind_a_batch_is_asked_for_after_it(self) -> None:
        calls: Calls = []
        await answer("{ items { same { label } } }", calls)
        assert [(name, names) for name, names, _ in calls] == [("selves", ["x", "y"]), ("labels", ["x", "y"])]

    async def test_arguments_come_by_their_python_names(self) -> None:
        calls: Calls = []
        await answer("query ($most: Int) { items { label(tags: [], most: $most) } }", calls, most=3)
        assert [arguments for _, _, arguments in calls] == [{"tags": [], "most": 3}]

    async def test_other_arguments_are_another_question(self) -> None:
        calls: Calls = []
        await answer("{ items { a: label(most: 1) b: label(most: 1) c: label(most: 2) } }", calls)
        assert [(names, arguments["most"]) for _, names, arguments in calls] == [(["x", "y"] * 2, 1), (["x", "y"], 2)]

    async def test_arguments_that_cannot_be_compared_are_asked_alone(self) -> None:
        calls: Calls = []
        result = await answer('{ items { a: label(tags: ["t"]) b: label(tags: ["t"]) } }', calls)
        assert len(calls) == 2
        assert result.data == {"items": [{"a": "X", "b": "X"}, {"a": "Y", "b": "Y"}]}

    async def test_siblings_wait_together(self) -> None:
        result = await come(answer("{ items { one other } }", Meeting()))
        assert result.data == {"items": [{"one": "one", "other": "other"}] * 2}

    async def test_nobody_is_not_asked_for(self) -> None:
        calls: Calls = []
        await answer("{ items { children { children { children { label } } } } }", calls)
        assert calls == []


class TestFailing:
    async def test_for_one_parent(self) -> None:
        result = await answer("{ items { children { some } } }")
        assert result.data == {"items": [{"children": [{"some": f"{name}a"}, {"some": None}]} for name in "xy"]}
        assert messages(result) == [
            ("not xb", ["items", 0, "children", 1, "some"]),
            ("not yb", ["items", 1, "children", 1, "some"]),
        ]

    async def test_for_all(self) -> None:
        result = await answer("{ items { name none } }")
        assert result.data == {"items": [{"name": "x", "none": None}, {"name": "y", "none": None}]}
        assert messages(result) == [("nothing works", ["items", 0, "none"]), ("nothing works", ["items", 1, "none"])]

    async def test_by_giving_too_few_answers(self) -> None:
        result = await answer("{ items { few } }")
        assert result.data == {"items": [{"few": None}, {"few": None}]}
        assert [message for message, _ in messages(result)] == [
            "Received wrong number of results in dataloader, expected: 2, received: 1"
        ] * 2
