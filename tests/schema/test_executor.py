"""Any query of the graph is answered breadth first as graphql-core answers it."""

import random
from collections.abc import Sequence
from unittest import mock
from uuid import UUID

import pytest
from graphql import ExecutionResult, parse

import execution
from content.live import actions as live_actions
from content.notes import actions as note_actions
from core import clock
from execution import compiled
from people.follows import actions as follow_actions
from schema import ids
from tests.execution import oracle
from tests.execution.documents import SCALARS, Operation, Writer
from tests.factories import group_buys, live, orders
from tests.factories.notes import note
from tests.factories.people import person
from tests.graph import Graph, built, core

pytestmark = pytest.mark.usefixtures("database")

QUERIES = 60
# Search needs an engine, and cursors are only good where they come from.
ELSEWHERE = ("search", "searchSuggestions", "after")


async def world(me: UUID) -> list[str]:
    """Something of everything, and the ids by which it is found."""
    author, buyer = await person("作者"), await person("团员")
    offer = await group_buys.offer(author, team_size=3)
    taken = await group_buys.opened(offer, me)
    seat = await group_buys.joined(taken.team, buyer)
    noted = [await note(author, product_ids=[offer.product_id]) for _ in range(3)]
    await note_actions.like(me, noted[0].id)
    await note_actions.add_comment(me, noted[0].id, "种草了")
    await follow_actions.follow(me, author)
    stream = await live.live(author)
    await live_actions.add_listing(author, stream.id, offer.product_id, offer.id)
    order = await orders.paid(me)
    found = [
        ("user", me),
        ("user", author),
        ("note", noted[0].id),
        ("product", offer.product_id),
        ("variant", offer.variant_id),
        ("shop", offer.shop_id),
        ("group_buy", offer.id),
        ("team", taken.team.id),
        ("seat", seat.seat.id),
        ("order", taken.order.id),
        ("order", order.id),
        ("live_stream", stream.id),
        ("note", offer.id),
    ]
    return [ids.encode(kind, identity) for kind, identity in found]


def written(seed: int, known: Sequence[str]) -> Operation:
    scalars = SCALARS | {
        "ID": lambda dice: dice.choice(known),
        "String": lambda dice: dice.choice(["lu", "种草", ""]),
        "Int": lambda dice: dice.choice([1, 2, 3, 101]),
        "DateTime": lambda dice: "2026-11-22T05:12:00Z",
        "Decimal": lambda dice: "99.00",
    }
    schema = built()._schema
    assert schema.query_type is not None
    writer = Writer(schema, random.Random(seed), scalars=scalars, generosity=0.2, without=ELSEWHERE)
    return writer.operation(schema.query_type, "query")


async def test_any_query() -> None:
    me, graph = await person("我"), Graph()
    known = await world(me)
    executor = execution.Executor(built())
    results: list[ExecutionResult] = []
    with clock.at(clock.now()):
        for seed in range(QUERIES):
            operation = written(seed, known)
            document = parse(operation.source)
            # By columns, by compiled rows, by compact ones.
            with mock.patch.multiple(compiled, WARM=seed % 3 // 2 * 10**9, MANY=seed % 3 * 10**9):
                found = oracle.plain(await executor.execute(document, None, graph.context(me), operation.variables))
            [wanted] = await oracle.answers(
                core(), document, at_once=False, context_value=graph.context(me), variable_values=operation.variables
            )
            assert found.data == wanted.data, operation
            assert oracle.alike(found, wanted), operation
            results.append(found)
    assert sum(bool(result.data) for result in results) > QUERIES / 2
