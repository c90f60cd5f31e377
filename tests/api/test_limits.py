"""What one operation may ask for, and that finding out is quick."""

import contextlib
import time

import pytest
from graphql import GraphQLError, parse

from api.limits import Limits, check_shape, fragments_of
from api.limits.prices import REQUEST, Prices
from api.operations import Operations, RequestError
from tests.api.small import SCHEMA

LIMITS = Limits()


def operations(**limits: int) -> Operations:
    return Operations(SCHEMA, limits=Limits(**limits))


def messages(refused: RequestError) -> str:
    return " ".join(error.message for error in refused.errors)


class TestShape:
    @pytest.mark.parametrize(
        ("document", "limits", "noun"),
        [
            ("{ item { inner { inner { inner { name } } } } }", {"depth": 4}, "levels"),
            ("{ " + " ".join(f"a{n}: hello" for n in range(51)) + " }", {}, "aliases"),
            ("{ " + "hello " * 52 + "}", {}, "repeated fields"),
            ("{ " + " ".join("hello @skip(if: false) @include(if: true)" for _ in range(26)) + " }", {}, "directives"),
            ("{ " + "item { name } " * 40 + "}", {"fields": 50, "aliases": 100}, "fields"),
        ],
    )
    def test_refuses_too_much(self, document: str, limits: dict[str, int], noun: str) -> None:
        with pytest.raises(RequestError) as refused:
            operations(**limits).prepare(document, None, {})
        assert noun in messages(refused.value)
        assert refused.value.errors[0].extensions == {"code": "TOO_COMPLEX"}

    def test_refuses_too_many_tokens_and_characters(self) -> None:
        for document in ("{ " + "hello " * 6000 + "}", "{ hello } #" + " " * 100_000):
            with pytest.raises(RequestError):
                operations().prepare(document, None, {})

    def test_counts_fragments_written_out(self) -> None:
        document = "{ item { ...A } } fragment A on Item { inner { ...B } } fragment B on Item { inner { name } }"
        with pytest.raises(RequestError, match="levels"):
            operations(depth=3).prepare(document, None, {})
        operations(depth=4).prepare(document, None, {})

    def test_is_linear_in_nested_fragments(self) -> None:
        links = "".join(
            f"fragment F{n} on Item {{ inner {{ ...F{n + 1} }} a: inner {{ ...F{n + 1} }} }} " for n in range(60)
        )
        document = "{ item { ...F0 } } " + links + "fragment F60 on Item { name }"
        # What visits a fragment for every way to it would not end in this world.
        errors = check_shape(parse(document), LIMITS)
        assert any("more than a billion" in error.message for error in errors)

    def test_survives_fragments_that_contain_themselves(self) -> None:
        with pytest.raises(RequestError, match="itself"):
            operations().prepare("{ item { ...A } } fragment A on Item { inner { ...A } }", None, {})

    @pytest.mark.parametrize(
        "document",
        [
            "{ " * 4000,
            "[" * 10_000,
            "{ item { " + " ".join("inner { name }" for _ in range(800)) + " } }",
            "{ " + "...F " * 2000 + "} fragment F on Query { hello }",
            "{ ...F0 } " + "".join(f"fragment F{n} on Query {{ ...F{n + 1} hello @a }} " for n in range(300)),
            "query (" + " ".join(f"$v{n}: Int" for n in range(1000)) + ") { hello }",
            "{ hello(name: " + "[" * 2000 + "]" * 2000 + ") }",
        ],
    )  # fmt: skip
    def test_hostile_documents_take_little_processor_time(self, document: str) -> None:
        started = time.thread_time()
        with contextlib.suppress(RequestError):
            operations().prepare(document, None, {})
        assert time.thread_time() - started < 2


class TestCost:
    @pytest.mark.parametrize(
        ("document", "variables", "cost"),
        [
            ("{ hello __typename }", {}, 2),
            ("{ item { name } }", {}, 6),
            ("{ items(first: 10) { edges { node { name } } } }", {}, 5 + 10 * 6),
            ("{ items { edges { node { name } } } }", {}, 5 + 20 * 6),
            ("query ($n: Int) { items(first: $n) { edges { node { name } } } }", {"n": 3}, 5 + 3 * 6),
            ("query ($n: Int = 4) { items(first: $n) { edges { node { name } } } }", {}, 5 + 4 * 6),
            ("{ items(first: 1000000) { edges { node { name } } } }", {}, 5 + 100 * 6),
            (
                "{ items(first: 2) { edges { node { ...A } } } } fragment A on Item { ... on Item { name } }",
                {},
                5 + 2 * 6,
            ),
        ],
    )
    def test_multiplies_lists(self, document: str, variables: dict[str, int], cost: int) -> None:
        tree = parse(document)
        prices = Prices(SCHEMA._schema, fragments_of(tree), tree.definitions[0], variables)  # type: ignore[arg-type]
        assert prices.total().cost == REQUEST + cost

    def test_refuses_pages_of_pages(self) -> None:
        document = (
            "query ($n: Int) { items(first: $n) { edges { node { items(first: $n) { edges { node { name } } } } } } }"
        )
        known = operations()
        known.prepare(document, None, {"n": 10})
        with pytest.raises(RequestError, match="ask for fewer items"):
            known.prepare(document, None, {"n": 100})


class TestDocuments:
    def test_are_kept_within_bounds(self) -> None:
        known = operations()
        for number in range(200):
            known.prepare(f"{{ number(value: {number}) hello }} " + "# a b c\n" * 500, None, {})
        kept = known._documents.kept
        assert kept.size <= 24 * 1024 * 1024 and 20 < len(kept) < 100
        assert known.prepare("{ hello }", None, {}).document is known.prepare("{ hello }", None, {}).document

    def test_errors_propose_names_only_when_told_to(self) -> None:
        for suggestions in (True, False):
            with pytest.raises(RequestError) as refused:
                Operations(SCHEMA, suggestions=suggestions).prepare("{ helo }", None, {})
            assert ("Did you mean" in messages(refused.value)) == suggestions

    def test_tell_the_schema_only_when_told_to(self) -> None:
        closed = Operations(SCHEMA, introspection=False)
        with pytest.raises(RequestError, match="introspection"):
            closed.prepare("{ __schema { queryType { name } } }", None, {})
        closed.prepare("{ __typename }", None, {})

    def test_have_a_say_in_python_too(self) -> None:
        error = GraphQLError("x")
        assert RequestError([error]).answer == {"errors": [{"message": "x"}]}
