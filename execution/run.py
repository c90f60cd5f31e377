"""A run: one execution of a plan, level by level from the root, its values placed into the answer as they come."""

import asyncio
import functools
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from graphql import ExecutionResult, GraphQLResolveInfo, OperationType
from graphql.execution import Executor as CoreExecutor
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.exceptions import WrongNumberOfResultsReturned

from execution.allowance import Allowance, TooMuch, current
from execution.completion import complete
from execution.failures import AFTER_ITEMS, Failure, reported
from execution.nodes import BatchFunction, Field, Selection
from execution.places import FieldPlace, Level, Place
from execution.running import Wait


class Asked:
    """A batched field's question: for whom it is asked, and where the answers belong."""

    __slots__ = ("arguments", "function", "parents", "places")

    def __init__(self, function: BatchFunction, arguments: dict[str, Any]) -> None:
        self.function = function
        self.arguments = arguments
        self.parents: list[Any] = []
        self.places: list[FieldPlace] = []

    @property
    def fields(self) -> list[Field]:
        return [place.field for place in self.places]

    def turns(self, allowance: Allowance | None) -> list[list[Any]]:
        """The parents as they are asked for: all at once, unless their answers could be too much then."""
        most = allowance.parents_at_once(self.fields, self.arguments) if allowance else len(self.parents)
        return [self.parents[start : start + most] for start in range(0, len(self.parents), most)]

    async def answers(self, parents: list[Any], context: Any) -> list[Any]:
        """An answer for each parent. A failure of the whole is every parent's."""
        count = len(parents)
        try:
            answers = list(await self.function(parents, context, **self.arguments))
            if len(answers) != count:
                raise WrongNumberOfResultsReturned(expected=count, received=len(answers))
        except Exception as error:
            return [error] * count
        return answers


class Run:
    """One execution. Levels that are entered queue up; what must be waited for is waited for together."""

    def __init__(self, executor: "CoreExecutor[Any]", plan: Selection) -> None:
        self.executor = executor
        self.failures: list[Failure] = []
        self.levels: deque[Level] = deque()
        self._data: dict[str, Any] | None = plan.row.copy()
        self._root = Level(plan, [executor.root_value], [self._data], None, (0,), plan.fields)
        self._waits: list[Wait] = []
        self._asked: dict[Hashable, Asked] = {}
        self._allowance = current()

    def start(self, *, serially: bool | None) -> AwaitableOrValue[ExecutionResult]:
        """The answer, at once when nothing waits. Root fields of mutations go one by one unless told otherwise."""
        if serially is None:
            serially = self.executor.operation.operation is OperationType.MUTATION
        fields = self._root.selection.fields
        turns: Iterator[Iterable[Field]] = iter([[field] for field in fields] if serially else [fields])
        return self._continue(turns)

    def _continue(self, turns: Iterator[Iterable[Field]]) -> AwaitableOrValue[ExecutionResult]:
        for fields in turns:
            self._resolve(self._root, fields)
            self._advance()
            if self._waits:
                return self._continue_later(turns)
            if self._data is None:
                break
        return ExecutionResult(self._data, reported(self.failures) or None)

    async def _continue_later(self, turns: Iterator[Iterable[Field]]) -> ExecutionResult:
        await self._drain()
        for fields in turns if self._data is not None else ():
            self._resolve(self._root, fields)
            self._advance()
            await self._drain()
            if self._data is None:
                break
        return ExecutionResult(self._data, reported(self.failures) or None)

    def _advance(self) -> None:
        while self.levels:
            level = self.levels.popleft()
            self._resolve(level, level.fields)

    def _resolve(self, level: Level, fields: Iterable[Field]) -> None:
        for field in fields:
            place = AskingPlace(self, level, field)
            values = field.source.column(place)
            if values is not None:
                complete(self, field.shape, place, values)

    # Waiting.

    def wait(self, wait: Wait) -> None:
        """Has something waited for, together with whatever else waits; it may enter levels when it is done."""
        self._waits.append(wait)

    def ask(self, function: BatchFunction, arguments: dict[str, Any], place: FieldPlace) -> None:
        """Asks a batched field for all objects of the place's level; the same question from elsewhere joins it."""
        key: Hashable = (function, tuple(arguments.items()))
        try:
            asked = self._asked.get(key)
        except TypeError:  # An argument that cannot be compared by hash: asked on its own.
            asked, key = None, object()
        if asked is None:
            asked = self._asked[key] = Asked(function, arguments)
            self.wait(functools.partial(self._answer, asked))
        asked.parents.extend(place.level.objects)
        asked.places.append(place)

    async def _answer(self, asked: Asked) -> None:
        answers: list[Any] = []
        for some in asked.turns(self._allowance):
            answers.extend(await asked.answers(some, self.executor.context_value))
            if self._allowance and not self._allowance.spend(asked.fields, answers[-len(some) :]):
                raise TooMuch(_keys(asked.places[0]))
        start = 0
        for place in asked.places:
            end = start + len(place.level.objects)
            complete(self, place.field.shape, place, answers[start:end], waited=True)
            start = end

    async def _drain(self) -> None:
        """Waits until nothing waits. Each wait goes on into its own levels without waiting for its siblings."""
        while self._waits:
            waits, self._waits, self._asked = self._waits, [], {}
            if len(waits) == 1:
                await waits[0]()
                self._advance()
            else:
                await self._together(waits)

    async def _together(self, waits: Sequence[Wait]) -> None:
        """Follows the first here, the others in tasks beside it."""
        others = [asyncio.ensure_future(self._follow(wait)) for wait in waits[1:]]
        try:
            await self._follow(waits[0])
            for other in others:
                await other
        except BaseException:
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            raise

    async def _follow(self, wait: Wait) -> None:
        await wait()
        self._advance()
        await self._drain()

    # What resolvers and errors need to know of a place.

    def info(self, place: Place, index: int) -> GraphQLResolveInfo[Any]:
        """graphql-core's resolve info for one object of the level of a place."""
        level, field = place.level, place.field
        above = None if level.place is None else _core_path(level.place, level.where[index])
        path = Path(above, field.key, level.selection.type.name)
        return self.executor.build_resolve_info(field.definition, field.nodes, level.selection.type, path)

    def type_info(self, place: Place) -> Any:
        """The resolve info for questions about types, which hardly ever look at it: made when one does."""
        return _InfoWhenRead(functools.partial(self.info, place, 0))

    def fail(self, place: Place, index: int, cause: Exception, *, after_items: bool = False) -> None:
        """Notes an error at a position, and nulls the nearest nullable position at or above it."""
        ranks: list[float] = [AFTER_ITEMS] if after_items else []
        path: list[str | int] = []
        nulled_below: int | None = None  # How many keys of the path lie below what is nulled.
        position: tuple[Place, int] | None = (place, index)
        while position is not None:
            here, at = position
            if nulled_below is None and here.nullable:
                here.put(at, None)
                nulled_below = len(path)
            step = here.step(at)
            path.append(step.key)
            ranks.append(step.rank)
            position = here.above(at)
        if nulled_below is None:
            self._data = None
            nulled_below = len(path)
        path.reverse()
        ranks.reverse()
        nulls = len(path) - nulled_below
        self.failures.append(Failure(tuple(ranks), tuple(path), nulls, cause, place.field.nodes))


class AskingPlace(FieldPlace):
    """The place of a field whose source is asked, and what the source may want of the run."""

    __slots__ = ("_run",)

    def __init__(self, run: Run, level: Level, field: Field) -> None:
        super().__init__(level, field)
        self._run = run

    @property
    def objects(self) -> list[Any]:
        return self.level.objects

    @property
    def executor(self) -> "CoreExecutor[Any]":
        return self._run.executor

    def ask(self, function: BatchFunction, arguments: dict[str, Any]) -> None:
        self._run.ask(function, arguments, self)

    def info(self, index: int) -> GraphQLResolveInfo[Any]:
        return self._run.info(self, index)

    def type_info(self) -> Any:
        return self._run.type_info(self)


class _InfoWhenRead:
    """Has the attributes of the resolve info that it makes when the first of them is read."""

    def __init__(self, make: Callable[[], GraphQLResolveInfo[Any]]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        self.__dict__.update(self._make()._asdict())
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(name) from None


def _keys(place: Place) -> list[str]:
    """The keys that lead to a place, without its lists' indices."""
    keys: list[str] = []
    position: tuple[Place, int] | None = (place, 0)
    while position is not None:
        step = position[0].step(position[1])
        if isinstance(step.key, str):
            keys.append(step.key)
        position = position[0].above(position[1])
    return keys[::-1]


def _core_path(place: Place, index: int) -> Path:
    step, above = place.step(index), place.above(index)
    return Path(None if above is None else _core_path(*above), step.key, step.parent)
