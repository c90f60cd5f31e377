"""An execution ends when its answer becomes more than was thought, and no single question asks for too much."""

from typing import Any

import pytest
import strawberry
from graphql import FieldNode, parse

import execution
from execution import allowance

asked: list[int] = []


async def _things(parents: list[Any], context: Any) -> list[list["Thing"]]:
    asked.append(len(parents))
    return [[Thing() for _ in range(10)] for _ in parents]


def _resolve() -> Any:
    raise NotImplementedError


@strawberry.type
class Thing:
    name: str = "thing"
    things: list["Thing"] = strawberry.field(
        resolver=execution.batches(_things, _resolve), metadata=execution.amount(2, most=1_000)
    )


@strawberry.type
class Query:
    @strawberry.field
    def thing(self) -> Thing:
        return Thing()


DOCUMENT = parse("{ thing { things { things { things { name } } } } }")


def weights() -> dict[int, float]:
    """Each item of each list weighs one."""
    found, left = {}, list[Any](DOCUMENT.definitions)
    while left:
        node = left.pop()
        if isinstance(node, FieldNode):
            found[id(node)] = 1.0
        left.extend(node.selection_set.selections if node.selection_set else ())
    return found


@pytest.fixture
def executor() -> execution.Executor:
    asked.clear()
    return execution.Executor(strawberry.Schema(Query, execution_context_class=execution.executor_class()))


async def test_ends_where_it_became_too_much(executor: execution.Executor) -> None:
    allowed = execution.Allowance(109, weights())
    with pytest.raises(execution.TooMuch, match=r"^thing\.things\.things$"), execution.allowing(allowed):
        await executor.execute(DOCUMENT)
    assert asked == [1, 10]


async def test_goes_on_within_it(executor: execution.Executor) -> None:
    with execution.allowing(execution.Allowance(1_110, weights())):
        result = await executor.execute(DOCUMENT)
    assert not result.errors and allowance.current() is None


async def test_asks_for_so_many_that_even_the_longest_answers_can_be_borne(executor: execution.Executor) -> None:
    with execution.allowing(execution.Allowance(10**6, weights())):
        result = await executor.execute(DOCUMENT)
    # 20,000 items at a time, of lists of up to 1,000.
    assert asked == [1, 10, 20, 20, 20, 20, 20]
    assert result.data and len(result.data["thing"]["things"][9]["things"][9]["things"]) == 10
    asked.clear()
    await executor.execute(DOCUMENT)
    assert asked == [1, 10, 100]
