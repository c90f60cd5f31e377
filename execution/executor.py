"""The door: graphql-core's executor class, replaced for a Strawberry schema by one that runs plans."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

import strawberry
from graphql import DocumentNode, ExecutionResult, execute, subscribe
from graphql.pyutils import AwaitableOrValue
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from execution.documents import Plans
from execution.run import Run


class BreadthFirst(StrawberryGraphQLCoreExecutionContext):
    """Executes operations, and the events of subscriptions, by plans; what has none goes on to graphql-core.

    Everything before is graphql-core's: the operation's choice, its variables, the stream behind a subscription.
    """

    plans: ClassVar[Plans]

    def execute_operation(self, serially: bool | None = None) -> AwaitableOrValue[Any]:
        plan = self.plans.find(self)
        if plan is None:
            return super().execute_operation(serially)
        return Run(self, plan).start(serially=serially)


def executor_class() -> type[BreadthFirst]:
    """A new executor class with plans of its own: one for each schema."""

    class PlannedExecution(BreadthFirst):
        plans = Plans()

    return PlannedExecution


class Executor:
    """Executes operations on a Strawberry schema without its request cycle: no parsing, validation or extensions."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema._schema
        own: type = schema.execution_context_class
        self._class = own if issubclass(own, BreadthFirst) else executor_class()

    @property
    def plans(self) -> Plans:
        """The plans, and how many operations had one."""
        return self._class.plans

    async def execute(
        self,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> ExecutionResult:
        """The answer to a validated query or mutation."""
        result = execute(
            self._schema,
            document,
            root_value,
            context_value,
            variable_values,
            operation_name,
            executor_class=self._class,
            operation_extensions=None,
        )
        return result if isinstance(result, ExecutionResult) else await result

    async def subscribe(
        self,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> AsyncIterator[ExecutionResult] | ExecutionResult:
        """The answers to a validated subscription, or the errors because of which there are none."""
        result = subscribe(
            self._schema,
            document,
            root_value,
            context_value,
            variable_values,
            operation_name,
            executor_class=self._class,
            operation_extensions=None,
        )
        if isinstance(result, AsyncIterator | ExecutionResult):
            return result
        return await result
