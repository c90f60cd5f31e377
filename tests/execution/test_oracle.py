"""Any operation on any world is answered as graphql-core answers it."""

import asyncio
import os
from typing import Any
from unittest import mock

import pytest
from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType, parse, validate
from hypothesis import HealthCheck, Phase, given, note, settings, strategies
from hypothesis_graphql import from_schema, nodes

import execution
from execution import compiled
from tests.execution import nasty, oracle
from tests.execution.documents import operation
from tests.execution.world import World

# How many operations are tried; `make soak` tries more, and others each time.
SOAK = int(os.environ.get("SOAK", "0"))

# graphql-core leaves behind what it no longer needs.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

SCHEMA = nasty.build()
EXECUTOR = execution.Executor(SCHEMA)

worlds = strategies.builds(
    World, seed=strategies.integers(0, 2**32), trouble=strategies.sampled_from([0.0, 0.05, 0.1, 0.2])
)


def tried(times: int, soaking: int) -> settings:
    return settings(
        max_examples=soaking or times,
        derandomize=not SOAK,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # Operations hardly shrink, and take minutes to try.
        suppress_health_check=list(HealthCheck),
    )


def given_to(world: World, variables: dict[str, Any]) -> dict[str, Any]:
    return {"root_value": nasty.root(world), "context_value": {"calls": []}, "variable_values": variables}


async def answers(document: DocumentNode, **given: Any) -> list[ExecutionResult]:
    """Ours: to the operation, or to each event of a subscription."""
    if document_kind(document) is not OperationType.SUBSCRIPTION:
        return [await EXECUTOR.execute(document, **given)]
    stream = await EXECUTOR.subscribe(document, **given)
    return [stream] if isinstance(stream, ExecutionResult) else [result async for result in stream]


def document_kind(document: DocumentNode) -> OperationType:
    return next(node.operation for node in document.definitions if isinstance(node, OperationDefinitionNode))


def serially(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Which mutations were called, in which order."""
    return [(name, of) for name, of in given["context_value"]["calls"] if name in ("tie", "untie")]


def check(document: DocumentNode, world: World, variables: dict[str, Any]) -> None:
    """Compares ours, by columns, compiled and compact, with graphql-core where nothing waits and where as much does."""
    still = World(world.seed, world.trouble, waits=False)
    theirs = given_to(still, variables)
    wanted = asyncio.run(oracle.answers(SCHEMA, document, at_once=True, **theirs))
    waited = asyncio.run(oracle.answers(SCHEMA, document, at_once=False, **given_to(world, variables)))
    for warm, many in ((10**9, 10**9), (0, 10**9), (0, 0)):
        ours = given_to(world, variables)
        with mock.patch.multiple(compiled, WARM=warm, MANY=many):
            found = [oracle.plain(result) for result in asyncio.run(answers(document, **ours))]
        assert [result.data for result in found] == [result.data for result in wanted]
        assert [oracle.told(result.errors) for result in found] == [oracle.told(result.errors) for result in wanted]
        assert serially(ours) == serially(theirs)
        assert [result.data for result in found] == [result.data for result in waited]
        assert all(map(oracle.alike, found, waited))


@tried(250, SOAK)
@given(seed=strategies.integers(0, 2**32), world=worlds)
def test_any_operation(seed: int, world: World) -> None:
    written = operation(SCHEMA._schema, seed)
    note(f"{written.source}\n{written.variables}")
    check(parse(written.source), world, written.variables)


@tried(30, SOAK // 20)
@given(
    document=from_schema(
        SCHEMA._schema,
        print_ast=lambda document: document,
        custom_scalars={"Odd": strategies.integers(-3, 2).map(lambda number: nodes.Int(2 * number + 1))},
    ),
    world=worlds,
)
def test_any_operation_of_hypothesis_graphql(document: DocumentNode, world: World) -> None:
    check(document, world, {})


class TestWritten:
    @pytest.mark.parametrize("seed", range(20))
    def test_operations_are_valid(self, seed: int) -> None:
        assert validate(SCHEMA._schema, parse(operation(SCHEMA._schema, seed).source)) == []

    def test_all_of_them_are_planned(self) -> None:
        for seed in range(20):
            written = operation(SCHEMA._schema, seed)
            asyncio.run(answers(parse(written.source), **given_to(World(seed), written.variables)))
        assert EXECUTOR.plans.handed_over == {}
