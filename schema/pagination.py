"""Relay's shapes that every list shares, declared once: a connection is named, and given the word for what it lists."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar, get_args

import strawberry

FIRST = "How many at the most, 0 to 100."
AFTER = "The `endCursor` of the page before; leave out for the first page."

# The arguments of a list that is a batched field: `first: First = 20, after: After = None`.
First = Annotated[int | None, strawberry.argument(description=FIRST)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]

Item = TypeVar("Item")


@strawberry.type(description="Where a page lies in its list. Pages go forward only.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether `after: endCursor` finds more.")
    has_previous_page: bool = strawberry.field(description="Whether something lies before this page.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor; null on an empty page.")


class Edge(Generic[Item]):
    """An item in a list; a subclass tells more of it."""

    cursor: str
    node: Item


class Connection(Generic[Item]):
    """A page of items: `@connection("note", "notes") class NoteConnection(Connection[Note])`."""

    edges: list[Edge[Item]]
    page_info: PageInfo


Declared = TypeVar("Declared", bound=type)


def connection(
    one: str, many: str, *, edge: type[Edge[Any]] | None = None, **words: str
) -> Callable[[Declared], Declared]:
    """Makes a subclass of Connection a type of the graph, and its edges (`edge`, or plain ones) another: XEdge.

    `one` and `many` say what is listed: "live stream", "live streams". Where that reads badly, `words` replace the
    descriptions of the `page`, its `edges`, the `edge_type` and its `node`.
    """

    def declare(cls: Declared) -> Declared:
        [item] = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]
        plain = edge or type(cls.__name__.replace("Connection", "Edge"), (Edge,), {"__module__": cls.__module__})
        cursor = (str, "Where to go on from.")
        node = (item, words.get("node") or f"The {_last(one)}.")
        edges = _declare(plain, words.get("edge_type") or f"{_a(one)} in a list.", cursor=cursor, node=node)
        return _declare(
            cls,
            words.get("page") or f"A page of {many}.",
            edges=(list[edges], words.get("edges") or f"The {_last(many)} of this page."),  # type: ignore[valid-type]
            page_info=(PageInfo, "Where the page lies."),
        )

    return declare


def _declare(cls: Declared, description: str, **fields: tuple[Any, str]) -> Declared:
    """The class as a type of the graph, with `fields` before its own; each is its type and description."""
    own = inspect.get_annotations(cls)
    cls.__annotations__ = {**{name: kind for name, (kind, _) in fields.items()}, **own}
    for name, (_, text) in fields.items():
        setattr(cls, name, strawberry.field(description=text))
    return strawberry.type(cls, description=description)


def _last(words: str) -> str:
    return words.rpartition(" ")[2]


def _a(noun: str) -> str:
    return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}"
