"""Documents that are made to cost: 16 KB of what grows faster than its text, in any mixture."""

import random
from collections.abc import Callable, Iterator

MOST = 16_000

Dice = random.Random
# Writes one part of a selection set on Query; `number` makes it unlike its siblings.
Part = Callable[[Dice, int], str]


def _aliased(dice: Dice, number: int) -> str:
    return f"a{number}: serverNow"


def _repeated(dice: Dice, number: int) -> str:
    return dice.choice(
        ["serverNow", "feed { edges { node { id title author { id handle } } } }", "viewer { user { id } }"]
    )


def _inline(dice: Dice, number: int) -> str:
    return "... on Query { " + _repeated(dice, number) + " }"


def _nested(dice: Dice, number: int) -> str:
    depth = dice.randrange(1, 60)
    return "... { " * depth + "serverNow" + " }" * depth


def _directed(dice: Dice, number: int) -> str:
    return "serverNow " + " ".join(
        dice.choice(["@skip(if: false)", "@include(if: true)", f"@a{number}"]) for _ in range(5)
    )


def _unknown(dice: Dice, number: int) -> str:
    return dice.choice(
        [f"nope{number}", f"feed(a{number}: 1) {{ edges {{ cursor }} }}", f"...F{number}", "feed { nope }"]
    )


def _listed(dice: Dice, number: int) -> str:
    return "nodes(ids: [" + " ".join(f'"{n}"' for n in range(dice.randrange(1, 400))) + "]) { id }"


def _deep(dice: Dice, number: int) -> str:
    depth = dice.randrange(1, 150)
    return "nodes(ids: " + "[" * depth + "]" * depth + ") { id }"


def _objects(dice: Dice, number: int) -> str:
    fields = " ".join(f"x{n}: {{ y: {n} }}" for n in range(dice.randrange(1, 300)))
    return f'search(query: "a", filter: {{ {fields} }}) {{ estimatedTotal }}'


def _introspecting(dice: Dice, number: int) -> str:
    fields = "fields { name args { name } type { name ofType { name } } }"
    return f"i{number}: __schema {{ types {{ name {fields} }} }}"


def _long(dice: Dice, number: int) -> str:
    return f'user(handle: "{"长" * dice.randrange(1, 900)}") {{ id }}'


def _spread(dice: Dice, number: int) -> str:
    return f"...P{dice.randrange(6)}"


PARTS: list[Part] = [
    _aliased,
    _repeated,
    _inline,
    _nested,
    _directed,
    _unknown,
    _listed,
    _deep,
    _objects,
    _introspecting,
    _long,
    _spread,
]


def _filled(dice: Dice, parts: list[Part], room: int) -> str:
    """As many parts as there is room for, in a selection set."""
    texts: list[str] = []
    while True:
        text = dice.choice(parts)(dice, len(texts))
        room -= len(text.encode()) + 1
        if room < 0:
            return "{ " + " ".join(texts or ["serverNow"]) + " }"
        texts.append(text)


def documents(seed: int) -> Iterator[str]:
    """Documents of one kind of part alone or of several, selected, in fragments that are spread or are not."""
    dice = random.Random(seed)
    parts = dice.sample(PARTS, dice.choice([1, 1, 2, 3]))
    # What is spread is there, unless what is unknown is what is tried.
    fragments = [f"fragment P{n} on Query {_filled(dice, parts, 300)}" for n in range(6)]
    room = MOST - len("\n".join(fragments).encode()) - 200
    whole = _filled(dice, parts, room)
    yield "\n".join([f"query {whole}", *fragments])
    yield "\n".join(["query { serverNow }", f"fragment F on Query {whole}"])
    yield (
        "\n".join([f"query A{n} {{ ...F }}" for n in range(150)])
        + f" fragment F on Query {_filled(dice, parts, 9_000)}"
    )
    links = dice.randrange(2, 190)
    small = _filled(dice, parts, 40)[2:-2]
    chain = [f"fragment C{n} on Query {{ ...C{n + 1} {small} }}" for n in range(links)]
    yield "\n".join(["query { ...C0 }", *chain, f"fragment C{links} on Query {{ serverNow }}"])[:MOST]
    names = " ".join(f"$v{n}: {dice.choice(['Int', 'ID!', 'Nope', '[[[Int]]]'])}" for n in range(600))
    yield f"query ({names}) {whole}"[:MOST]
