"""Any operation on any world is answered as graphql-core answers it."""

import asyncio
import os
from typing import Any

import pytest
from graphql import ExecutionResult, parse, validate
from hypothesis import HealthCheck, Phase, assume, given, note, settings, strategies

import execution
from tests.execution import nasty, oracle
from tests.execution.documents import Operation, odd_numbers, operations
from tests.execution.world import World

EXAMPLES = int(os.environ.get("SOAK", "150"))

SCHEMA = nasty.build()
EXECUTOR = execution.Executor(SCHEMA)

worlds = strategies.builds(
    World, seed=strategies.integers(0, 2**32), trouble=strategies.sampled_from([0.0, 0.02, 0.1, 0.3])
)


def given_to(world: World, operation: Operation) -> dict[str, Any]:
    return {
        "root_value": nasty.root(world),
        "context_value": {"calls": []},
        "variable_values": operation.variables,
    }


@settings(
    max_examples=EXAMPLES,
    derandomize="SOAK" not in os.environ,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=[Phase.generate],  # Operations hardly shrink, and take minutes to try.
)
@given(operation=operations(SCHEMA._schema, Odd=odd_numbers), world=worlds)
def test_the_answer_is_graphql_cores(operation: Operation, world: World) -> None:
    note(f"{operation.source}\n{operation.variables}")
    document = parse(operation.source)
    assume(not validate(SCHEMA._schema, document))
    still = World(world.seed, world.trouble, waits=False)

    wanted = oracle.answer_at_once(SCHEMA, document, **given_to(still, operation))
    asked = given_to(world, operation)
    found = asyncio.run(EXECUTOR.execute(document, **asked))

    assert found.data == wanted.data
    assert oracle.told(found.errors) == oracle.told(wanted.errors)
    waited = asyncio.run(oracle.answer(SCHEMA, document, **given_to(world, operation)))
    assert waited.data == found.data
    assert oracle.settled(waited) == oracle.settled(found)
