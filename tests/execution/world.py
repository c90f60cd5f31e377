"""A world of records that misbehave at random, yet always the same way for the same seed."""

import asyncio
import enum
import random
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, Undefined


class Colour(enum.Enum):
    RED = "red"
    GREEN = 2
    BLUE = "BLUE"


class Mood(enum.StrEnum):
    CALM = "CALM"
    WILD = "wild"


class Printed:
    """Something that only its text tells."""

    def __str__(self) -> str:
        return "printed"


class Later:
    """A value that must be waited for: an exception is raised then."""

    def __init__(self, value: Any, ticks: int) -> None:
        self._value = value
        self._ticks = ticks

    def __await__(self) -> Generator[Any, None, Any]:
        for _ in range(self._ticks):
            yield from asyncio.sleep(0).__await__()
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


@dataclass(frozen=True)
class World:
    """`trouble` is how likely a value is to misbehave; where nothing `waits`, the same happens at once."""

    seed: int
    trouble: float = 0.0
    waits: bool = True

    def dice(self, *key: object) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *key))))

    def value(self, thing: "Thing", name: str) -> Any:
        """What an attribute of a thing is, or raises."""
        dice = self.dice(thing.key, name)
        value = self.drawn(dice, thing, name)
        if dice.random() < 0.15:
            return self.later(value, dice)
        if isinstance(value, Exception) and dice.random() < 0.8:
            raise value
        return value

    def later(self, value: Any, dice: random.Random) -> Any:
        ticks = dice.randrange(4)
        if self.waits:
            return Later(value, ticks)
        if isinstance(value, Exception):
            raise value
        return value

    def drawn(self, dice: random.Random, thing: "Thing", name: str) -> Any:
        if dice.random() < self.trouble:
            return dice.choice(TROUBLE)(f"{thing.key}.{name}")
        kind, _, shape = name.partition("_")
        if shape.startswith("sure") or dice.random() > 0.1:
            if "grid" in shape:
                return [self._items(dice, thing, f"{name}.{row}", kind) for row in range(dice.randrange(3))]
            if "list" in shape:
                return self._items(dice, thing, name, kind)
            return GOOD[kind](dice, thing, name)
        return None

    def _items(self, dice: random.Random, thing: "Thing", name: str, kind: str) -> Any:
        items: list[Any] = []
        for number in range(dice.randrange(4)):
            item = GOOD[kind](dice, thing, f"{name}.{number}")
            if dice.random() < self.trouble / 2:
                item = dice.choice(TROUBLE)(f"{thing.key}.{name}.{number}")
            if dice.random() < 0.05 and not isinstance(item, Exception):
                item = self.later(item, dice)
            items.append(item)
        form = dice.random()
        if form < self.trouble / 2:
            return self._broken(items, name)
        if form > 0.95:
            return self._stream(items)
        return tuple(items) if form > 0.9 else iter(items) if form > 0.8 else items

    def _broken(self, items: list[Any], name: str) -> Iterator[Any]:
        yield from items
        raise ValueError(f"{name} breaks off")

    def _stream(self, items: list[Any]) -> Any:
        async def stream() -> AsyncIterator[Any]:
            for item in items:
                await asyncio.sleep(0)
                yield item

        return stream() if self.waits and not any(isinstance(item, Later) for item in items) else items


class Thing:
    """A record of the world: any public attribute is drawn when it is read."""

    __slots__ = ("key", "kind", "world")

    def __init__(self, world: World, key: str, kind: str) -> None:
        self.world = world
        self.key = key
        self.kind = kind

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.world.value(self, name)

    def below(self, name: str, kind: str) -> "Thing":
        return Thing(self.world, f"{self.key}.{name}", kind)


def _thing(*kinds: str) -> Callable[[random.Random, Thing, str], Thing]:
    return lambda dice, thing, name: thing.below(name, dice.choice(kinds))


GOOD: dict[str, Callable[[random.Random, Thing, str], Any]] = {
    "text": lambda dice, thing, name: dice.choice(["团购", "", name]),
    "number": lambda dice, thing, name: dice.randrange(-5, 5),
    "fraction": lambda dice, thing, name: dice.choice([0.5, 2.0, -1e300, 3]),
    "flag": lambda dice, thing, name: dice.random() < 0.5,
    "key": lambda dice, thing, name: dice.choice([f"id-{thing.key}", "7", 7]),
    "colour": lambda dice, thing, name: dice.choice([*Colour, "red", "BLUE"]),
    "mood": lambda dice, thing, name: dice.choice([*Mood, "CALM", "wild"]),
    "odd": lambda dice, thing, name: dice.choice([1, 3, 5, 7]),
    "knot": _thing("knot"),
    "leaves": _thing("leaves"),
    "being": _thing("human", "droid"),
    "pet": _thing("cat", "dog"),
}

TROUBLE: list[Callable[[str], Any]] = [
    lambda name: ValueError(f"{name} fails"),
    lambda name: KeyError(name),
    lambda name: GraphQLError(f"{name} is refused", extensions={"code": "REFUSED"}),
    lambda name: None,
    lambda name: None,
    lambda name: Undefined,
    lambda name: 3.7,
    lambda name: float("nan"),
    lambda name: 2**40,
    lambda name: 4,
    lambda name: "12",
    lambda name: name,
    lambda name: True,
    lambda name: b"bytes",
    lambda name: ["x", 1],
    lambda name: {"a": 1},
    lambda name: Printed(),
    lambda name: Colour.GREEN,
]
