"""A schema with all that can go wrong in it: each leaf, list and object, nullable or not, by each kind of resolver."""

# Resolvers are given things of the world, whatever they are annotated with.
# mypy: disable-error-code="no-any-return, arg-type"

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, NewType, Optional, Union

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

import execution
from tests.execution.world import Colour, Later, Mood, Thing, World

Odd = NewType("Odd", int)
strawberry.enum(Colour)
strawberry.enum(Mood)


def _odd(value: Any) -> Any:
    """Odd numbers pass; 7 vanishes, everything else is refused."""
    if not isinstance(value, int) or value % 2 == 0:
        raise ValueError(f"{type(value).__name__} is not odd")
    return None if value == 7 else value


LEAVES: dict[str, Any] = {
    "text": str,
    "number": int,
    "fraction": float,
    "flag": bool,
    "key": strawberry.ID,
    "colour": Colour,
    "mood": Mood,
    "odd": Odd,
}


def _shapes(kind: str, of: Any) -> dict[str, Any]:
    """A field of each shape and nullability; `sure` ones are never null unless they misbehave."""
    return {
        f"{kind}_maybe": of | None,
        f"{kind}_sure": of,
        f"{kind}_list": list[of | None] | None,
        f"{kind}_sure_list": list[of],
        f"{kind}_sure_list_maybe": list[of | None],
        f"{kind}_grid": list[list[of | None] | None] | None,
        f"{kind}_sure_grid": list[list[of]],
    }


def _fields(**kinds: Any) -> Callable[[type], type]:
    """Adds fields of each shape to a type: plain attributes of its records."""

    def decorate(cls: type) -> type:
        for kind, of in kinds.items():
            cls.__annotations__ = inspect.get_annotations(cls) | _shapes(kind, of)
        return cls

    return decorate


def _verdict(kind: str, value: Any) -> Any:
    """Whether a value is of a kind: at once, later, or not to be found out."""
    if not isinstance(value, Thing):
        return False
    dice = value.world.dice(value.key, "is", kind)
    if dice.random() < value.world.trouble / 5:
        raise TypeError(f"{value.key} might be a {kind}")
    return value.kind == kind


def _verdict_later(kind: str, value: Any) -> Any:
    verdict = _verdict(kind, value)
    return value.world.later(verdict, value.world.dice(value.key)) if isinstance(value, Thing) else verdict


def _draw(root: Thing, name: str) -> Any:
    return root.world.value(root, name)


async def _drawn(root: Thing, name: str) -> Any:
    found = _draw(root, name)
    return await found if isinstance(found, Later) else found


class Allowed(BasePermission):
    message = "not allowed"

    async def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return bool(source.world.dice(source.key, "allowed").random() >= source.world.trouble)


class Loud(FieldExtension):
    async def resolve_async(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        found = await next_(source, info, **kwargs)
        return found.upper() if isinstance(found, str) else found


def _answer(parent: Any, name: str, key: str) -> Any:
    try:
        world: World = parent.world
    except AttributeError as error:  # No thing at all: a list or an object misbehaved above.
        return error
    if world.dice("batch", name).random() < world.trouble / 2:
        return ValueError(f"nobody gets {name}")
    return world.drawn(world.dice(parent.key, key), parent, key)


def batched(name: str) -> Any:
    """A batched field that draws `name` for each parent, or fails for one or all of them."""

    def answers(parents: list[Any], **arguments: Any) -> list[Any]:
        found = [_answer(parent, name, f"{name}_{arguments}") for parent in parents]
        if all(str(each) == f"nobody gets {name}" for each in found):
            raise found[0]
        return found

    async def together(parents: list[Any], context: Any, **arguments: Any) -> list[Any]:
        await asyncio.sleep(0)
        context["calls"].append((name, len(parents)))
        return answers(parents, **arguments)

    async def resolve(root: Any, info: strawberry.Info, first: int | None = 2) -> Any:
        if not root.world.waits:
            return answers([root], first=first)[0]
        loader = info.context.get((name, first))
        if loader is None:

            async def load(parents: list[Any]) -> list[Any]:
                return await together(parents, info.context, first=first)

            loader = info.context[name, first] = DataLoader(load_fn=load, cache=False)
        return await loader.load(root)

    return strawberry.field(resolver=execution.batches(together, resolve))


@strawberry.input
class Filter:
    words: list[str]
    colours: list[Colour] = strawberry.field(default_factory=lambda: [Colour.RED])
    most: int | None = 3
    odd: Odd | None = None
    inner: Optional["Filter"] = None


@strawberry.type
@_fields(**LEAVES)
class Leaves:
    pass


@strawberry.interface
class Being:
    key_sure: strawberry.ID
    text_maybe: str | None
    being_list: list[Optional["Being"]] | None
    being_maybe: Optional["Being"]

    @strawberry.field
    def greeting(self, to: str = "you") -> str:
        return _draw(self, f"text_sure_{to}")


@strawberry.type
class Human(Being):
    pet_maybe: Annotated[Union["Cat", "Dog"], strawberry.union("Pet")] | None
    number_sure: int

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> Any:
        return _verdict("human", value)


@strawberry.type
class Droid(Being):
    colour_sure: Colour
    leaves_sure: Leaves

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> Any:
        return _verdict_later("droid", value)


@strawberry.type
class Cat:
    text_sure: str
    being_sure: Being

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> Any:
        return _verdict("cat", value)


@strawberry.type
class Dog:
    text_sure: str | None
    number_sure_list: list[int]

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> Any:
        return _verdict("dog", value)


Pet = Annotated[Cat | Dog, strawberry.union("Pet")]


@strawberry.type
@_fields(leaves=Leaves, being=Being, pet=Pet)
class Knot:
    text_sure: str
    number_maybe: int | None
    knot_sure: "Knot"
    knot_maybe: Optional["Knot"]
    knot_list: list[Optional["Knot"]] | None
    knot_sure_list: list["Knot"]
    knot_grid: list[list[Optional["Knot"]] | None] | None
    text_sure_batch: str = batched("text_sure_batch")
    number_batch: int | None = batched("number_batch")
    knot_batch: Optional["Knot"] = batched("knot_batch")
    being_list_batch: list[Being] | None = batched("being_list_batch")

    @strawberry.field
    def by_self(self) -> int | None:
        return _draw(self, "number_self")

    @strawberry.field
    def by_root(root: Any, times: int = 1, filter: Filter | None = None) -> str:  # noqa: N805
        return _draw(root, f"text_sure_{times}_{filter}")

    @strawberry.field
    def by_parent(self, info: strawberry.Info, parent: strawberry.Parent[Any]) -> Optional["Knot"]:
        assert info.context["calls"] is not None
        return _draw(parent, f"knot_{info.path.key}")

    @strawberry.field
    def by_path(self, info: strawberry.Info) -> str:
        return "/".join(map(str, info.path.as_list()))

    @strawberry.field
    async def by_async(self, colours: list[Colour] | None = None) -> Pet | None:
        return await _drawn(self, f"pet_{colours}")

    @strawberry.field
    async def by_async_sure(self, info: strawberry.Info) -> list[Leaves]:
        return await _drawn(self, f"leaves_sure_list_{info.field_name}")

    @strawberry.field(permission_classes=[Allowed])
    async def guarded(self, times: int = 1) -> Optional["Knot"]:
        return await _drawn(self, f"knot_guarded{times}")

    @strawberry.field(extensions=[Loud()])
    async def loud(self) -> str:
        return await _drawn(self, "text_sure_loud")


@strawberry.type
class Query(Knot):
    @strawberry.field
    def echo(
        self,
        text: str = "x",
        number: int | None = None,
        filter: Filter | None = None,
        colours: list[Colour] = strawberry.UNSET,
        odd: Odd | None = strawberry.UNSET,
    ) -> str:
        return repr((text, number, filter, colours, odd))


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def tie(self, info: strawberry.Info, name: str = "a") -> Knot:
        info.context["calls"].append(("tie", name))
        return await _drawn(self, f"knot_sure_{name}")

    @strawberry.mutation
    def untie(self, info: strawberry.Info, name: str = "a") -> Knot | None:
        info.context["calls"].append(("untie", name))
        return _draw(self, f"knot_{name}")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def knots(self, info: strawberry.Info, count: int = 2) -> AsyncIterator[Knot]:
        for number in range(min(count, 5)):
            yield info.root_value.below(f"event{number}", "knot")


def build(**options: Any) -> strawberry.Schema:
    config = StrawberryConfig(
        scalar_map={Odd: strawberry.scalar(name="Odd", serialize=_odd, parse_value=_odd)},
    )
    return strawberry.Schema(Query, Mutation, Subscription, types=[Human, Droid], config=config, **options)


def root(world: World) -> Thing:
    return Thing(world, "root", "knot")
