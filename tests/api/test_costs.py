"""What operations of the real graph cost: what people need passes, what would be too much does not."""

from typing import Any

import orjson
import pytest
from graphql import get_introspection_query

from api.limits import Limits
from api.operations import Operation, Operations
from api.refusals import RequestError
from tests.graph import Graph, built

CARD = """query { feed(first: 20) { edges { reason node { id kind title likeCount viewerHasLiked
  author { id handle displayName avatarUrl } media { kind url } topics { id name }
  productTags { x y product { id title imageUrls minPrice { amount currency } groupBuys {
    id price { amount currency } teamSize endsAt status available
    openTeams(first: 3) { edges { node { id remainingCount expiresAt leader { displayName avatarUrl } } } } } } } } }
  pageInfo { hasNextPage endCursor } } }"""
MEMBERS = "openTeams(first: 100) { edges { node { members { user { handle } } } } }"


@pytest.fixture(scope="module")
def operations() -> Operations:
    return Operations(built())


def refusal(operations: Operations, document: str, **variables: Any) -> Any:
    """What is told in English and in Chinese."""
    with pytest.raises(RequestError) as refused:
        operations.prepare(document, None, variables)
    [english], [chinese] = (refused.value.answer_in(language)["errors"] for language in ("en", "zh"))
    assert english["extensions"]["code"] == "TOO_COMPLEX"
    return english, chinese


class TestWhatPeopleNeed:
    def test_a_feed_with_open_teams_passes_by_far(self, operations: Operations) -> None:
        assert operations.prepare(CARD, None, {}).price.cost < 15_000

    def test_the_schema_is_told_once(self, operations: Operations) -> None:
        whole = get_introspection_query(specified_by_url=True, directive_is_repeatable=True)
        assert operations.prepare(whole, None, {}).price.cost > 10_000
        many = " ".join(f"a{n}: __schema {{ types {{ name fields {{ name type {{ name }} }} }} }}" for n in range(50))
        english, _ = refusal(operations, "{ " + many + " }")
        assert english["extensions"]["field"] == "a0"

    def test_twenty_likes_are_one_operation(self, operations: Operations) -> None:
        likes = " ".join(f'a{n}: likeNote(input: {{ noteId: "a" }}) {{ note {{ id }} }}' for n in range(20))
        operations.prepare("mutation { " + likes + " }", None, {})


class TestTooMuch:
    @pytest.mark.parametrize(
        ("inner", "field"),
        [
            (
                "liveStreams(first: 100) { edges { node { listings { product { variants { id name } } } } } }",
                "variants",
            ),
            ("feed(first: 100) { edges { node { related(first: 100) { edges { node { body } } } } } }", "related"),
            ("groupBuys(first: 100) { edges { node { " + MEMBERS + " } } }", "members"),
        ],
    )
    def test_the_costliest_field_is_named(self, operations: Operations, inner: str, field: str) -> None:
        english, chinese = refusal(operations, "{ " + inner + " }")
        told = english["extensions"]
        assert field in told["field"] and told["cost"] / 2 <= told["fieldCost"] <= told["cost"] > told["allowed"]
        for number in (told["cost"], told["allowed"], told["fieldCost"]):
            assert str(number) in english["message"] and str(number) in chinese["message"]
        assert "开销" in chinese["message"] and english["extensions"] == chinese["extensions"]

    def test_long_texts_count(self, operations: Operations) -> None:
        titles, bodies = (
            operations.prepare(f"{{ feed(first: 100) {{ edges {{ node {{ {name} }} }} }} }}", None, {}).price
            for name in ("title", "body")
        )
        assert bodies.size > 3 * titles.size and bodies.reach > 2 * titles.reach

    @pytest.mark.parametrize(
        "other",
        [
            'signIn(input: { handle: "a", password: "b" }) { session { accessToken } }',
            'signUp(input: { handle: "a", displayName: "a", password: "b" }) { session { accessToken } }',
            'refreshSession(input: { refreshToken: "a" }) { session { accessToken } }',
        ],
    )
    def test_what_is_guessed_at_is_asked_for_once(self, operations: Operations, other: str) -> None:
        one = 'a: signIn(input: { handle: "a", password: "b" }) { session { accessToken } }'
        refusal(operations, f"mutation {{ {one} b: {other} }}")
        refusal(operations, f"mutation {{ {one} ...F }} fragment F on Mutation {{ ... on Mutation {{ b: {other} }} }}")
        operations.prepare(f"mutation {{ {other} }}", None, {})

    def test_an_answer_that_nothing_watches_is_small_whatever_it_finds(self, operations: Operations) -> None:
        notes = "feed(first: 100) { edges { node { media { url } productTags { product { imageUrls } } } } }"
        operations.prepare("{ " + notes + " }", None, {})
        english, _ = refusal(operations, '{ __type(name: "Note") { name } ' + notes + " }")
        assert english["extensions"]["bytes"] > english["extensions"]["allowed"]


class TestAnswers:
    async def run(self, operations: Operations, operation: Operation) -> Any:
        return orjson.loads(await operations.run(operation, Graph().context()))

    async def test_are_never_larger_than_allowed(self) -> None:
        operations = Operations(built(), limits=Limits(answer=100))
        assert (await self.run(operations, operations.prepare("{ serverNow }", None, {})))["data"]
        longer = Operations(built()).prepare("{ " + "a" * 90 + ": serverNow }", None, {})
        with pytest.raises(RequestError, match="bytes"):
            await self.run(operations, longer)

    async def test_tell_what_was_expected_for_who_asks(self, operations: Operations) -> None:
        operation = operations.prepare("{ serverNow }", None, {}, tells_cost=True)
        cost = (await self.run(operations, operation))["extensions"]["cost"]
        assert cost == {**operation.price.told(), "allowed": 50_000, "allowedBytes": 10_000_000}
        assert "extensions" not in await self.run(operations, operations.prepare("{ serverNow }", None, {}))
