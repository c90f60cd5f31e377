"""Rates in the graph: each mutation and each costly query is refused after its number, does nothing, and waits."""

import dataclasses
import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)

from core import clock, db
from core.clock import MovableClock
from core.errors import RateLimited
from core.ids import new_id
from core.rates import NoRates
from people.accounts import Identity
from people.accounts import actions as accounts
from people.accounts import queries as account_queries
from schema import errors, rates
from schema.context import Context
from tests.factories.people import person
from tests.graph import Graph, built
from tests.outbox import told

_SCHEMA = built()._schema
assert _SCHEMA.mutation_type is not None
MUTATIONS = sorted(_SCHEMA.mutation_type.fields)
QUERIES = {
    "search": '{ search(query: "露营") { isAvailable } }',
    "searchSuggestions": '{ searchSuggestions(prefix: "露") }',
}
ADDRESS = "203.0.113.7"
_words = itertools.count()


def given(kind: GraphQLInputType) -> Any:
    """A value of a type: as little as there may be, and words that were never given before."""
    if isinstance(kind, GraphQLNonNull):
        return given(kind.of_type)
    if isinstance(kind, GraphQLList):
        return []
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        required = {name: field.type for name, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)}
        return {name: given(wanted) for name, wanted in required.items()}
    scalars = {"Int": 1, "Float": 1.0, "Boolean": True, "Decimal": "1.00", "DateTime": "2099-01-01T00:00:00Z"}
    return scalars.get(kind.name, f"word{next(_words)}")


class Asking:
    """A mutation with arguments of its types, sent again and again."""

    def __init__(self, name: str) -> None:
        assert _SCHEMA.mutation_type is not None
        self.name = name
        field = _SCHEMA.mutation_type.fields[name]
        self._arguments = {argument: found.type for argument, found in field.args.items()}
        declared = ", ".join(f"${argument}: {kind}" for argument, kind in self._arguments.items())
        passed = ", ".join(f"{argument}: ${argument}" for argument in self._arguments)
        call = f"{name}({passed})" if passed else name
        errors = "userErrors { code retryAfter message }"
        self._document = f"mutation{f' ({declared})' if declared else ''} {{ {call} {{ {errors} }} }}"

    async def __call__(self, context: Context) -> list[dict[str, Any]]:
        values = {argument: given(kind) for argument, kind in self._arguments.items()}
        answer = await built().execute(self._document, variable_values=values, context_value=context)
        assert answer.errors is None and answer.data is not None
        found: list[dict[str, Any]] = answer.data[self.name]["userErrors"]
        return found


def limited(errors: list[dict[str, Any]]) -> bool:
    return [error["code"] for error in errors] == ["RATE_LIMITED"]


def somebody(
    graph: Graph,
    identity: UUID | None = None,
    *,
    age: timedelta = timedelta(),
    purchases: int = 0,
    address: str | None = None,
) -> Context:
    context = nobody(graph, address)
    context.viewer = Identity(identity or new_id(), new_id(), clock.now(), False, clock.now() - age, purchases)
    return context


def nobody(graph: Graph, address: str | None) -> Context:
    context = graph.context()
    context.address = address
    return context


async def granted(context: Context, name: str, most: int) -> int:
    """How many of `most` calls were."""
    for count in range(most):
        try:
            await rates.require(context, name)
        except RateLimited:
            return count
    return most


def test_the_table_names_what_the_graph_has() -> None:
    assert rates.LIMITS.keys() <= {*MUTATIONS, *QUERIES}


class TestEveryMutation:
    @pytest.mark.parametrize("name", MUTATIONS)
    async def test_is_refused_after_its_number_and_granted_again(
        self, name: str, statements: list[str], moving_clock: MovableClock
    ) -> None:
        ask, graph = Asking(name), Graph()
        context, rate = somebody(graph, await person()), rates.LIMITS.get(name, rates.GENERAL).person
        with clock.at(clock.now()):
            assert await granted(context, name, rate.most - 1) == rate.most - 1
            assert not limited(await ask(context))
            statements.clear()
            [error] = await ask(context)
            assert error["code"] == "RATE_LIMITED" and 1 <= error["retryAfter"] <= rate.seconds
            # It was not even begun; for others it is granted.
            assert statements == []
            assert not limited(await ask(somebody(graph, await person())))
        moving_clock.move(error["retryAfter"])
        assert not limited(await ask(context))

    @pytest.mark.parametrize("name", MUTATIONS)
    @pytest.mark.usefixtures("database")
    async def test_is_counted_by_the_address_of_who_is_not_signed_in(self, name: str) -> None:
        ask, graph = Asking(name), Graph()
        limit = rates.LIMITS.get(name, rates.GENERAL)
        most = min(limit.nobody.most, limit.address.most if limit.address else limit.nobody.most)
        assert await granted(nobody(graph, ADDRESS), name, most - 1) == most - 1
        assert not limited(await ask(nobody(graph, ADDRESS)))
        assert limited(await ask(nobody(graph, ADDRESS)))
        assert not limited(await ask(nobody(graph, "203.0.113.8"))) and not limited(await ask(nobody(graph, None)))

    @pytest.mark.usefixtures("database")
    async def test_what_is_lifted_is_not_counted(self) -> None:
        ask, graph = Asking("likeNote"), Graph()
        context = somebody(Graph(dataclasses.replace(graph.services, rates=NoRates())))
        for _ in range(rates.GENERAL.person.most + 1):
            assert not limited(await ask(context))


class TestCostlyQueries:
    @pytest.mark.parametrize("name", QUERIES)
    async def test_are_refused_after_their_number(self, name: str, moving_clock: MovableClock) -> None:
        graph, most = Graph(), rates.LIMITS[name].person.most
        context = somebody(graph)
        with clock.at(clock.now()):
            assert await granted(context, name, most) == most
            result = await built().execute(QUERIES[name], context_value=context)
            [error] = result.errors or []
            told = errors.public(error, context).formatted
        assert told["extensions"]["code"] == "RATE_LIMITED" and told["extensions"]["retryAfter"] >= 1
        moving_clock.move(told["extensions"]["retryAfter"])
        assert await granted(context, name, 1) == 1

    async def test_by_address_of_who_is_not_signed_in(self) -> None:
        graph, most = Graph(), rates.LIMITS["search"].nobody.most
        assert await granted(nobody(graph, ADDRESS), "search", 2 * most) == most
        assert await granted(nobody(graph, None), "search", 2 * most) == 2 * most


class TestSignUp:
    async def test_is_counted_by_address_whoever_asks(self) -> None:
        graph = Graph()
        asking = [nobody(graph, ADDRESS) if number % 2 else somebody(graph, address=ADDRESS) for number in range(20)]
        assert [await granted(context, "signUp", 1) for context in asking] == [1] * 20
        assert await granted(somebody(graph, address=ADDRESS), "signUp", 1) == 0


class TestTrust:
    @pytest.mark.parametrize(
        ("age", "purchases", "times"), [(0, 0, 1), (0, 99, 1), (99, 0, 1), (30, 1, 2), (400, 9, 2), (400, 10, 4)]
    )
    async def test_grows_with_time_and_purchases_together(self, age: int, purchases: int, times: int) -> None:
        who = somebody(Graph(), age=timedelta(days=age), purchases=purchases)
        assert await granted(who, "publishNote", 200) == 20 * times
        assert await granted(who, "sendLiveMessage", 200) == 5

    async def test_is_known_with_who_asks(self, statements: list[str], moving_clock: MovableClock) -> None:
        session = await accounts.sign_up("xiaolu", "小鹿", "correct horse")
        await accounts.count_purchase(session.account_id)
        token = session.access_token
        statements.clear()
        who = await account_queries.identity(token)
        assert who is not None and rates.trust(who) == 1 and len(statements) == 1
        with clock.at(clock.now() + timedelta(days=31)):
            assert rates.trust(who) == 2


class TestPublishing:
    @pytest.mark.usefixtures("database")
    async def test_what_is_too_much_is_not_there(self) -> None:
        graph, me = Graph(), await person("作者")
        document = (
            "mutation ($input: PublishNoteInput!) { publishNote(input: $input) { note { id } userErrors { code } } }"
        )
        note = {"title": "露营", "body": "帐篷", "kind": "IMAGE"}
        answers = [
            await built().execute(document, variable_values={"input": note}, context_value=graph.context(me))
            for _ in range(25)
        ]
        codes = [error["code"] for answer in answers for error in (answer.data or {})["publishNote"]["userErrors"]]
        assert codes == ["RATE_LIMITED"] * 5
        assert await db.value("SELECT count(*) FROM notes") == 20 == len(await told("NotePublished"))
