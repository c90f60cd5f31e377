"""Keyset pages: opaque cursors and the page that every list returns, shaped as a Relay connection.

A cursor names the list that gave it, and a position in it that can be asked for: numbers that its column's type
holds (`Count`, `Weight`), instants in UTC. Whatever else comes is refused before it is asked for.
"""

import base64
import binascii
import functools
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar, cast, overload
from uuid import UUID

import msgspec

from core.errors import Invalid, Refusal

MAX_FIRST = 100
DEFAULT_FIRST = 20
# Of a cursor; those that we give have some 50 to 200.
_MOST_CHARACTERS: Final = 500

# What a key may hold of what PostgreSQL keeps as int and as real.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Weight = Annotated[float, msgspec.Meta(ge=0, le=3e38)]

Node = TypeVar("Node")
Other = TypeVar("Other")
Key = TypeVar("Key")


class InvalidCursor(Refusal):
    code = "INVALID"
    zh = "分页游标无效，请从第一页重新加载"
    en = "The cursor is not valid here; start again from the first page"


class PageInfo(msgspec.Struct, frozen=True):
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class Edge(msgspec.Struct, Generic[Node], frozen=True):
    """An item at its keyset position in the list `of` that name; its cursor is only written for who asks for it."""

    key: object
    node: Node
    of: str

    @property
    def cursor(self) -> str:
        return encode_cursor(self.key, self.of)


class Page(msgspec.Struct, Generic[Node], frozen=True):
    edges: list[Edge[Node]]
    page_info: PageInfo

    @property
    def nodes(self) -> list[Node]:
        return [edge.node for edge in self.edges]

    def holding(self, nodes: Sequence[Other]) -> "Page[Other]":
        """The same page with other nodes at the same cursors: a list of links as the things they lead to."""
        edges = [Edge(edge.key, node, edge.of) for edge, node in zip(self.edges, nodes, strict=True)]
        return Page(edges, self.page_info)


class PageRequest(msgspec.Struct, Generic[Key], frozen=True):
    """What a client asked for: `limit` items after `key` (None: from the start) of the list `of` a name."""

    limit: int
    key: Key | None
    of: str = ""


def encode_cursor(key: object, of: str = "") -> str:
    """The opaque cursor of a keyset position (a UUID, or a tuple of JSON values and UUIDs) in the list `of` a name."""
    return base64.urlsafe_b64encode(msgspec.json.encode((of, key))).rstrip(b"=").decode()


def decode_cursor(cursor: str, key_type: type[Key], of: str = "") -> Key:
    """The position behind a cursor. Raises InvalidCursor for anything that `encode_cursor` would not have made."""
    try:
        if len(cursor) > _MOST_CHARACTERS:
            raise InvalidCursor("after")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        named, key = _decoder(cast(Hashable, key_type)).decode(base64.b64decode(padded, altchars=b"-_", validate=True))
        if named != of or not _can_be_asked_for(key):
            raise InvalidCursor("after")
        return key  # type: ignore[no-any-return]
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise InvalidCursor("after") from error


@functools.cache
def _decoder(key_type: Hashable) -> msgspec.json.Decoder[tuple[str, Any]]:
    return msgspec.json.Decoder(tuple[str, key_type])  # type: ignore[valid-type]


def _can_be_asked_for(value: object) -> bool:
    """Whether a part of a key, and all in it, has a place among what PostgreSQL can hold."""
    if isinstance(value, datetime):
        return value.tzinfo is UTC
    return not isinstance(value, tuple) or all(map(_can_be_asked_for, value))


@overload
def page_request(of: str, first: int | None, after: str | None) -> PageRequest[UUID]: ...


@overload
def page_request(of: str, first: int | None, after: str | None, key_type: type[Key]) -> PageRequest[Key]: ...


def page_request(of: str, first: int | None, after: str | None, key_type: type = UUID) -> PageRequest[Any]:
    """Parses `first` (0 to 100; None, an explicit null, is 20) and `after`, a cursor of the list `of` that name.

    Raises Invalid or InvalidCursor.
    """
    key = None if after is None else decode_cursor(after, key_type, of)
    return PageRequest(limit(first, DEFAULT_FIRST), key, of)


def limit(first: int | None, default: int) -> int:
    """How many of a list are asked for: 0 to 100; None, an explicit null, is `default`. Raises Invalid."""
    if first is None:
        return default
    if not 0 <= first <= MAX_FIRST:
        raise Invalid(
            "first", zh=f"first 必须在 0 到 {MAX_FIRST} 之间", en=f"`first` must be between 0 and {MAX_FIRST}"
        )
    return first


def page_of(found: Sequence[Node], request: PageRequest[Key], key: Callable[[Node], object]) -> Page[Node]:
    """A page of up to `limit + 1` found nodes: the one more only tells that there is a next page."""
    edges = [Edge(key(node), node, request.of) for node in found[: request.limit]]
    return Page(
        edges,
        PageInfo(
            has_next_page=len(found) > request.limit,
            has_previous_page=request.key is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def newest_first(owner: str, key: str = "id", *, most: int, also: str = "true", before: str = "$2") -> str:
    """What follows `SELECT … FROM …` in a lateral subquery: up to `most` of one parent `p.id`, below a cursor.

    It says "this owner's" as a range of the index (owner, key) and not by `=`: PostgreSQL expects few rows of any one
    owner, so with `=` it may fetch and sort them all, a million followers for a page of twenty. Through a range it
    walks the index backwards and stops at the limit, which it must see to know how soon that is.
    """
    return (
        f"WHERE ({owner}, {key}) < (p.id, {before}) AND ({owner}, {key}) > (p.id, '{UUID(int=0)}') AND {also}"
        f" ORDER BY {owner} DESC, {key} DESC LIMIT {most:d}"
    )


def pages_of(
    parents: Sequence[Hashable],
    found: Iterable[tuple[Hashable, Node]],
    request: PageRequest[Key],
    key: Callable[[Node], object],
) -> list[Page[Node]]:
    """A page for each of `parents`, in their order, of what was `found` as (parent, node) in each page's order."""
    nodes: dict[Hashable, list[Node]] = {}
    for parent, node in found:
        nodes.setdefault(parent, []).append(node)
    return [page_of(nodes.get(parent, ()), request, key) for parent in parents]
