"""Plans: made once for a document and a choice of what it includes, or not at all, which is counted."""

import gc
import weakref
from typing import Any

import pytest
import strawberry
from graphql import DocumentNode, parse
from strawberry.extensions import SchemaExtension

import execution
from execution import documents, plan


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def below(self) -> "Thing":
        return Thing()


@strawberry.type
class Query:
    @strawberry.field
    def thing(self) -> Thing:
        return Thing()


class Watching(SchemaExtension):
    def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        return _next(root, info, *args, **kwargs)


@pytest.fixture
def executor() -> execution.Executor:
    return execution.Executor(strawberry.Schema(Query))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The type of each selection that is compiled."""
    made: list[str] = []
    compile_ = plan.Selection.__init__

    def noting(self: plan.Selection, type_: Any, *given: Any) -> None:
        made.append(type_.name)
        compile_(self, type_, *given)

    monkeypatch.setattr(plan.Selection, "__init__", noting)
    return made


CHOOSING = parse("query ($below: Boolean! = false) { thing { name below @include(if: $below) { name } } }")


async def data(executor: execution.Executor, document: DocumentNode, **variables: Any) -> Any:
    result = await executor.execute(document, variable_values=variables)
    assert result.errors is None
    return result.data


class TestKept:
    async def test_for_a_document(self, executor: execution.Executor, made: list[str]) -> None:
        document = parse("{ thing { name } }")
        assert await data(executor, document) == await data(executor, document) == {"thing": {"name": "thing"}}
        assert made == ["Query", "Thing"]
        assert (executor.plans.executed, executor.plans.handed_over) == (2, {})

    async def test_for_each_choice_of_what_it_includes(self, executor: execution.Executor, made: list[str]) -> None:
        without, with_ = {"thing": {"name": "thing"}}, {"thing": {"name": "thing", "below": {"name": "thing"}}}
        for _ in range(2):
            assert await data(executor, CHOOSING) == await data(executor, CHOOSING, below=False) == without
            assert await data(executor, CHOOSING, below=True) == with_
        assert made == ["Query", "Thing", "Query", "Thing", "Thing"]

    async def test_for_each_operation_of_a_document(self, executor: execution.Executor) -> None:
        document = parse("query One { thing { name } } query Two { thing { __typename } }")
        one = await executor.execute(document, operation_name="One")
        two = await executor.execute(document, operation_name="Two")
        assert (one.data, two.data) == ({"thing": {"name": "thing"}}, {"thing": {"__typename": "Thing"}})

    async def test_as_long_as_their_document(self, executor: execution.Executor) -> None:
        document = parse("{ thing { ...Part } } fragment Part on Thing { name }")
        await data(executor, document)
        plans = [weakref.ref(known) for _, known in executor.plans._documents.values()]
        del document
        gc.collect()
        assert [known() for known in plans] == [None]
        assert executor.plans._documents == {}

    async def test_for_few_choices(
        self, executor: execution.Executor, made: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(documents, "_MOST_CHOICES", 1)
        for below in (True, True, False, True):
            await data(executor, CHOOSING, below=below)
        assert made.count("Query") == 3

    async def test_not_across_fragments_of_other_documents(self, executor: execution.Executor) -> None:
        one = parse("{ thing { ...Part } } fragment Part on Thing { name }")
        other = parse("{ thing { ...Part } } fragment Part on Thing { __typename }")
        mixed = DocumentNode(definitions=(one.definitions[0], other.definitions[1]))
        assert await data(executor, one) == {"thing": {"name": "thing"}}
        assert await data(executor, mixed) == {"thing": {"__typename": "Thing"}}


class TestHandedOver:
    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("{ __schema { queryType { name } } }", "introspection"),
            ('{ ...Part } fragment Part on Query { __type(name: "Thing") { name } }', "introspection"),
            ("query @experimental_disableErrorPropagation { thing { name } }", "directive"),
            ("{ thing { name @unknown } }", "directive"),
        ],
    )
    async def test_and_counted(self, executor: execution.Executor, source: str, reason: str) -> None:
        assert await data(executor, parse(source))
        assert (executor.plans.executed, executor.plans.handed_over) == (0, {reason: 1})

    async def test_when_a_condition_is_null(self, executor: execution.Executor) -> None:
        document = parse("query ($below: Boolean = false) { thing { name @skip(if: $below) } }")
        result = await executor.execute(document, variable_values={"below": None})
        assert result.data is None and result.errors is not None
        assert executor.plans.handed_over == {"condition": 1}

    async def test_with_its_arguments_for_fragments(self, executor: execution.Executor) -> None:
        source = "{ ...Part(yes: true) } fragment Part($yes: Boolean!) on Query { thing { name @include(if: $yes) } }"
        document = parse(source, experimental_fragment_arguments=True)
        assert await data(executor, document) == {"thing": {"name": "thing"}}
        assert executor.plans.handed_over == {"fragment variables": 1}

    async def test_when_an_extension_looks_at_each_field(self) -> None:
        executors = execution.executor_class()
        schema = strawberry.Schema(Query, extensions=[Watching], execution_context_class=executors)
        result = await schema.execute("{ thing { name } }")
        assert result.data == {"thing": {"name": "thing"}}
        assert (executors.plans.executed, executors.plans.handed_over) == (0, {"middleware": 1})

    async def test_what_the_schema_cannot_do(self, executor: execution.Executor) -> None:
        result = await executor.execute(parse("mutation { thing { name } }"))
        assert [error.message for error in result.errors or ()] == [
            "Schema is not configured to execute mutation operation."
        ]
