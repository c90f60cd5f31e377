"""A cursor is good for the list that gave it, and nothing that is no place in a list gets as far as the database.

The lists are found in the schema: one that is built next is tried as well.
"""

import base64
import datetime
import itertools
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import msgspec
import pytest
from graphql import GraphQLEnumType, GraphQLField, GraphQLObjectType, get_nullable_type

from core import pagination
from core.rates import NoRates
from schema import errors
from search.embedded import Embedded
from tests.graph import Graph, built
from tests.schema import things


@dataclass(frozen=True)
class List:
    """A list of the graph, sorted or chosen in one of the ways that its enums name."""

    owner: str
    field: str
    choice: str

    @property
    def document(self) -> str:
        asked = f"{self.field}({self.choice} after: $after) {{ pageInfo {{ endCursor }} }}"
        if self.owner == "Query":
            return f"query ($after: String!) {{ {asked} }}"
        if self.owner == "Viewer":
            return f"query ($after: String!) {{ viewer {{ {asked} }} }}"
        return f"query ($after: String!, $id: ID!) {{ node(id: $id) {{ ... on {self.owner} {{ {asked} }} }} }}"


def lists() -> list[List]:
    """Every list of the schema."""
    return [
        List(owner.name, name, choice)
        for owner in built()._schema.type_map.values()
        if isinstance(owner, GraphQLObjectType)
        for name, field in owner.fields.items()
        if "after" in field.args
        for choice in _choices(field)
    ]


def _choices(field: GraphQLField) -> Iterator[str]:
    """Ways to ask for a list: each of its enums' values, and whatever else it demands."""
    enums = {name: get_nullable_type(argument.type) for name, argument in field.args.items()}
    named = [[f"{name}: {value}" for value in kind.values] for name, kind in enums.items() if _is_enum(kind)]
    demanded = [f'{name}: "露"' for name, argument in field.args.items() if str(argument.type) == "String!"]
    for chosen in itertools.product(*named):
        yield " ".join([*chosen, *demanded])


def _is_enum(kind: object) -> bool:
    return isinstance(kind, GraphQLEnumType)


LISTS = lists()
NOW = datetime.datetime(2026, 11, 29, tzinfo=datetime.UTC)
# By the kind of a key's part: one that may stand there, those that may, and those that never may, as JSON.
PARTS: dict[object, tuple[Any, list[str], list[str]]] = {
    UUID: (
        UUID("0193e5a0-0000-7000-8000-000000000000"),
        ['"ffffffff-ffff-7fff-bfff-ffffffffffff"', '"00000000-0000-0000-0000-000000000000"'],
        ['"x"', "0", "null", '"ffffffff-ffff-7fff-bfff-fffffffffffff"'],
    ),
    int: (
        1,
        [str(2**31 - 1), str(2**31), str(2**53)],
        ["-1", str(2**63), str(2**64), "1" + "0" * 100, "1.5", "null", '"1"', "NaN"],
    ),
    float: (1.0, ["0.0", "1e37", "3.5e38", "1e308"], ["1e309", "-1e309", "NaN", "Infinity", "null", '"1"']),
    datetime.datetime: (
        NOW,
        ['"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59.999999Z"'],
        [
            *('"9999-12-31T23:59:59-14:00"', '"0001-01-01T00:00:00+14:00"', '"10000-01-01T00:00:00Z"'),
            *('"2026-11-29T00:00:00"', '"-0001-01-01T00:00:00Z"', "0", "null"),
        ],
    ),
    bool: (False, ["true"], ["null", "0"]),
    str: ("RELEVANCE", [], ['"\\u0000"', '"\\ud800"', "null", "1"]),
}


def parts(key_type: Any) -> list[Any]:
    """The kinds of a key's parts, in their order."""
    if hints := typing.get_type_hints(key_type) if hasattr(key_type, "__annotations__") else {}:
        return [_kind(hint) for hint in hints.values()]
    if typing.get_origin(key_type) is tuple:
        return [_kind(hint) for hint in typing.get_args(key_type)]
    return [_kind(key_type)]


def _kind(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return float
    return getattr(hint, "__origin__", hint)


def crafted(of: str, key_type: Any) -> Iterator[tuple[str, bool]]:
    """Cursors of a list's shape with one part at its limits or beyond, and whether it is beyond them."""
    kinds = parts(key_type)
    whole = [msgspec.json.encode(PARTS[kind][0]).decode() for kind in kinds]
    single = len(kinds) == 1 and key_type in (UUID, *_annotated_numbers(key_type))
    for place, kind in enumerate(kinds):
        _, near, beyond = PARTS[kind]
        for text, never in [*((one, False) for one in near), *((one, True) for one in beyond)]:
            changed = [*whole[:place], text, *whole[place + 1 :]]
            yield written(of, changed[0] if single else f"[{','.join(changed)}]"), never
    yield written(of, f"[{','.join([*whole, *whole])}]"), True


def _annotated_numbers(key_type: Any) -> tuple[Any, ...]:
    return (key_type,) if getattr(key_type, "__origin__", None) is int else ()


def written(of: str, json: str) -> str:
    return base64.urlsafe_b64encode(f'["{of}",{json}]'.encode()).rstrip(b"=").decode()


@pytest.fixture
async def graph(tmp_path: Path, database: None) -> typing.AsyncIterator[Graph]:
    """The graph with an engine that answers."""
    engine = Embedded(tmp_path / "search")
    await engine.open()
    yield Graph(replace(Graph().services, search=engine, rates=NoRates()))
    await engine.close()


class Asking:
    """The graph as somebody asks it who may look into everything; it tells what each list decodes its cursors to."""

    def __init__(self, graph: Graph, me: UUID, found: dict[str, str]) -> None:
        self._graph, self._me, self._found = graph, me, found

    async def code(self, asked: List, after: str) -> str | None:
        """The code of the only error, if any."""
        given = {} if asked.owner in ("Query", "Viewer") else {"id": self._found[asked.owner]}
        context = self._graph.context(self._me)
        variables = {"after": after, **given}
        result = await built().execute(asked.document, variable_values=variables, context_value=context)
        codes = [errors.public(error, context).extensions["code"] for error in result.errors or ()]
        assert len(codes) <= 1
        return codes[0] if codes else None

    async def key(self, asked: List) -> tuple[str, Any]:
        """The name that a list's cursors must have, and what their keys are."""
        seen = []

        def noted(cursor: str, key_type: Any, of: str = "") -> Any:
            seen.append((of, key_type))
            raise pagination.InvalidCursor("after")

        with mock.patch.object(pagination, "decode_cursor", noted):
            assert await self.code(asked, "") == "INVALID"
        [key] = set(seen)
        return key


@pytest.fixture
async def asking(graph: Graph) -> Asking:
    return Asking(graph, *await things.made())


class TestCursors:
    async def test_of_every_other_list_are_refused(self, asking: Asking) -> None:
        keys = [await asking.key(asked) for asked in LISTS]
        assert len(keys) > 20 and len({of for of, _ in keys}) >= len({(one.owner, one.field) for one in LISTS})
        given = {of: next(crafted(of, key_type))[0] for of, key_type in keys}
        for asked, (own, _) in zip(LISTS, keys, strict=True):
            assert await asking.code(asked, given[own]) in (None, "INVALID")
            for other in given.keys() - {own}:
                assert await asking.code(asked, given[other]) == "INVALID", (asked, other)

    async def test_of_places_that_no_list_has_are_refused(self, asking: Asking) -> None:
        for asked in LISTS:
            for cursor, never in crafted(*await asking.key(asked)):
                wanted = ("INVALID",) if never else (None, "INVALID")
                assert await asking.code(asked, cursor) in wanted, (asked, base64.urlsafe_b64decode(cursor + "=="))

    async def test_that_are_none_are_refused(self, asking: Asking) -> None:
        none = ["", "%", "长", "\ud800", "AAAA", "bnVsbA", "W10", "W1tbWw", "e" * 2**20]
        for asked, cursor in itertools.product(LISTS, none):
            assert await asking.code(asked, cursor) == "INVALID", (asked, cursor[:9])
