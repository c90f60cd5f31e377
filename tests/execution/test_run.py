"""Runs: what happens when, what waits for what, and how far an error reaches."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, parse

import execution
from tests.execution.world import Later
from tests.waiting import come


class Steps:
    """The context: notes what happens, and lets one step wait for another."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.reached: dict[str, asyncio.Event] = {}

    def reach(self, name: str) -> None:
        self.taken.append(name)
        self.event(name).set()

    def event(self, name: str) -> asyncio.Event:
        return self.reached.setdefault(name, asyncio.Event())


@strawberry.type
class Step:
    name: str

    @strawberry.field
    async def after(self, info: strawberry.Info[Steps, None], other: str) -> str:
        await info.context.event(other).wait()
        info.context.reach(self.name)
        return self.name

    @strawberry.field
    def next(self) -> "Step":
        return Step(name=f"{self.name}+")

    @strawberry.field
    async def next_later(self) -> "Step":
        await asyncio.sleep(0)
        return Step(name=f"{self.name}+")

    @strawberry.field
    def never(self) -> str:
        raise ValueError(f"{self.name} never comes")

    @strawberry.field(graphql_type=int)
    async def twice(self) -> Any:
        return Later(1, 0)


@strawberry.type
class Query:
    @strawberry.field
    def step(self, name: str = "a") -> Step:
        return Step(name=name)

    @strawberry.field
    def steps(self, count: int) -> list[Step]:
        return [Step(name=str(number)) for number in range(count)]

    @strawberry.field
    def maybe(self, name: str = "a") -> Step | None:
        return Step(name=name)

    @strawberry.field
    async def forever(self, info: strawberry.Info[Steps, None]) -> str:
        try:
            info.context.reach("waiting")
            await asyncio.Event().wait()
        finally:
            info.context.reach("stopped")
        return ""


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def take(self, info: strawberry.Info[Steps, None], name: str, fail: bool = False) -> Step:
        info.context.reach(f"begin {name}")
        await asyncio.sleep(0)
        if fail:
            raise ValueError(f"{name} fails")
        info.context.reach(f"end {name}")
        return Step(name=name)

    @strawberry.mutation
    def take_at_once(self, info: strawberry.Info[Steps, None], name: str) -> Step:
        info.context.reach(name)
        return Step(name=name)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def steps(self, info: strawberry.Info[Steps, None], count: int = 2) -> AsyncIterator[Step]:
        try:
            if not count:
                raise ValueError("no steps")
            for number in range(count):
                yield Step(name=str(number))
        finally:
            info.context.reach("closed")


SCHEMA = strawberry.Schema(Query, Mutation, Subscription, execution_context_class=execution.executor_class())
EXECUTOR = execution.Executor(SCHEMA)


async def answer(source: str, steps: Steps | None = None, **variables: Any) -> ExecutionResult:
    return await come(EXECUTOR.execute(parse(source), None, steps or Steps(), variables))


def messages(result: ExecutionResult) -> list[tuple[str, Any]]:
    return [(error.message, error.path) for error in result.errors or ()]


class TestWaiting:
    async def test_fields_wait_together(self) -> None:
        steps = Steps()
        steps.reach("go")
        fields = [f'{name}: step(name: "{name}") {{ after(other: "{other}") }}' for name, other in ("ab", "bc")]
        result = await answer(f'{{ {" ".join(fields)} c: step(name: "c") {{ after(other: "go") }} }}', steps)
        assert result.data == {name: {"after": name} for name in "abc"}
        assert steps.taken == ["go", "c", "b", "a"]

    async def test_what_is_below_one_does_not_wait_for_its_siblings(self) -> None:
        steps = Steps()
        result = await answer('{ step { after(other: "a+") nextLater { after(other: "go") } } }', steps_at("go", steps))
        assert result.data == {"step": {"after": "a", "nextLater": {"after": "a+"}}}
        assert steps.taken == ["go", "a+", "a"]

    async def test_what_was_waited_for_is_not_waited_for_again(self) -> None:
        result = await answer("{ step { twice } }")
        assert messages(result) == [("Int cannot represent non-integer value: <Later instance>", ["step", "twice"])]

    async def test_is_cancelled_with_the_operation(self) -> None:
        steps = Steps()
        running = asyncio.ensure_future(answer('{ forever step { after(other: "b") } }', steps))
        await steps.event("waiting").wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert steps.taken == ["waiting", "stopped"]

    def test_nothing_waits_without_a_loop(self) -> None:
        result = SCHEMA.execute_sync("{ step { next { name } } }")
        assert result.data == {"step": {"next": {"name": "a+"}}}

    def test_mutations_need_no_loop_either(self) -> None:
        steps = Steps()
        source = 'mutation { a: takeAtOnce(name: "a") { name } b: takeAtOnce(name: "b") { name } }'
        result = SCHEMA.execute_sync(source, context_value=steps)
        assert result.data == {"a": {"name": "a"}, "b": {"name": "b"}}
        assert steps.taken == ["a", "b"]


class TestMutations:
    async def test_run_one_after_the_other_with_all_that_is_below(self) -> None:
        steps = Steps()
        result = await answer(
            'mutation { a: take(name: "a") { nextLater { after(other: "end a") } } b: take(name: "b") { name }'
            ' c: takeAtOnce(name: "c") { name } }',
            steps,
        )
        assert result.errors is None
        assert steps.taken == ["begin a", "end a", "a+", "begin b", "end b", "c"]

    async def test_stop_when_there_is_no_answer_left(self) -> None:
        steps = Steps()
        result = await answer(
            'mutation { a: take(name: "a") { name } b: take(name: "b", fail: true) { name }'
            ' c: take(name: "c") { name } }',
            steps,
        )
        assert result.data is None
        assert messages(result) == [("b fails", ["b"])]
        assert steps.taken == ["begin a", "end a", "begin b"]


class TestErrors:
    async def test_reach_up_to_what_may_be_null(self) -> None:
        result = await answer("{ maybe { next { never } } step { name } }")
        assert result.data == {"maybe": None, "step": {"name": "a"}}
        assert messages(result) == [("a+ never comes", ["maybe", "next", "never"])]

    async def test_reach_the_root(self) -> None:
        result = await answer("{ steps(count: 2) { never } }")
        assert result.data is None
        assert messages(result) == [("0 never comes", ["steps", 0, "never"])]

    async def test_come_in_the_order_of_the_document(self) -> None:
        result = await answer(
            '{ late: maybe { nextLater { never } } early: maybe { never } last: maybe(name: "z") { never } }'
        )
        assert [path for _, path in messages(result)] == [
            ["late", "nextLater", "never"],
            ["early", "never"],
            ["last", "never"],
        ]


class TestSubscriptions:
    async def test_each_event_is_answered_by_the_plan(self) -> None:
        steps, before = Steps(), EXECUTOR.plans.executed
        stream = await EXECUTOR.subscribe(parse("subscription { steps { nextLater { name } } }"), None, steps)
        assert isinstance(stream, AsyncIterator)
        results = [result async for result in stream]
        assert [result.data for result in results] == [
            {"steps": {"nextLater": {"name": "0+"}}},
            {"steps": {"nextLater": {"name": "1+"}}},
        ]
        assert EXECUTOR.plans.executed == before + 2
        assert steps.taken == ["closed"]

    async def test_an_event_may_fail_and_the_next_come(self) -> None:
        stream = await EXECUTOR.subscribe(parse("subscription { steps { name never } }"), None, Steps())
        assert isinstance(stream, AsyncIterator)
        assert [messages(result) for result in [result async for result in stream]] == [
            [("0 never comes", ["steps", "never"])],
            [("1 never comes", ["steps", "never"])],
        ]

    async def test_run_through_strawberry_too(self) -> None:
        before = EXECUTOR.plans.executed
        stream: Any = await SCHEMA.subscribe("subscription { steps(count: 1) { name } }", context_value=Steps())
        assert [result.data async for result in stream] == [{"steps": {"name": "0"}}]
        assert EXECUTOR.plans.executed == before + 1

    async def test_wrong_variables_start_nothing(self) -> None:
        document = parse("subscription ($count: Int!) { steps(count: $count) { name } }")
        found = await EXECUTOR.subscribe(document, None, Steps(), {})
        assert isinstance(found, ExecutionResult) and found.errors


class TestDepth:
    async def test_is_not_bounded_by_the_stack(self) -> None:
        depth = 150  # As deep as documents are parsed.
        source = "{ step " + "{ next " * depth + "{ name }" + " }" * depth + " }"
        found: Any = (await answer(source)).data
        found = found["step"]
        for _ in range(depth):
            found = found["next"]
        assert found == {"name": "a" + "+" * depth}


def steps_at(name: str, steps: Steps) -> Steps:
    steps.reach(name)
    return steps
