"""Keyset pages: opaque cursors and the page that every list returns, shaped as a Relay connection."""

import base64
import binascii
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from core.errors import Invalid, Refusal

MAX_FIRST = 100
DEFAULT_FIRST = 20

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
    """An item at its keyset position; its cursor is only written for who asks for it."""

    key: object
    node: Node

    @property
    def cursor(self) -> str:
        return encode_cursor(self.key)


class Page(msgspec.Struct, Generic[Node], frozen=True):
    edges: list[Edge[Node]]
    page_info: PageInfo

    @property
    def nodes(self) -> list[Node]:
        return [edge.node for edge in self.edges]

    def holding(self, nodes: Sequence[Other]) -> "Page[Other]":
        """The same page with other nodes at the same cursors: a list of links as the things they lead to."""
        edges = [Edge(edge.key, node) for edge, node in zip(self.edges, nodes, strict=True)]
        return Page(edges, self.page_info)


class PageRequest(msgspec.Struct, Generic[Key], frozen=True):
    """What a client asked for: `limit` items after `key` (None: from the start)."""

    limit: int
    key: Key | None


def encode_cursor(key: object) -> str:
    """The opaque cursor of a keyset position (a UUID, or a tuple of JSON values and UUIDs)."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, key_type: type[Key]) -> Key:
    """The position behind a cursor. Raises InvalidCursor for anything that `encode_cursor` would not have made."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=key_type)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise InvalidCursor("after") from error


def page_request(
    first: int | None,
    after: str | None,
    key_type: type[Key] = UUID,  # type: ignore[assignment]
) -> PageRequest[Key]:
    """Parses `first` (0 to 100; None, an explicit null, is 20) and `after`. Raises Invalid or InvalidCursor."""
    return PageRequest(limit(first, DEFAULT_FIRST), None if after is None else decode_cursor(after, key_type))


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
    edges = [Edge(key(node), node) for node in found[: request.limit]]
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
