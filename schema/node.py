"""The Node interface, and how any global id is found again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry

from schema.context import Context


@strawberry.interface(description="Anything that `node` can find again by its id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque, global and stable.")


# Finds things of one kind, batch first: what the viewer may not see is None.
Finder = Callable[[Sequence[UUID], Context], Awaitable[Sequence[Any]]]


async def find(
    global_ids: Sequence[tuple[str, UUID] | None], finders: Mapping[str, Finder], context: Context
) -> list[Any]:
    """The things behind ids already split, in order; None for what is malformed, unknown or hidden. One call a kind."""
    wanted: dict[str, list[UUID]] = {}
    for found in global_ids:
        if found is not None and found[0] in finders:
            wanted.setdefault(found[0], []).append(found[1])
    things: dict[tuple[str, UUID], Any] = {}
    for kind, identities in wanted.items():
        answers = await context.shown(await finders[kind](identities, context))
        things.update({(kind, identity): thing for identity, thing in zip(identities, answers, strict=True)})
    return [None if found is None else things.get(found) for found in global_ids]
