"""Global ids: opaque to clients, the kind of thing and its UUID to us."""

import dataclasses
from operator import attrgetter
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import has_object_definition

from core.errors import Invalid


def encode(kind: str, identity: UUID) -> str:
    """The global id of a thing, e.g. encode("note", …) → "note_0193…"."""
    return f"{kind}_{identity.hex}"


def split(global_id: str) -> tuple[str, UUID] | None:
    """The kind and UUID behind a global id; None when it is not one."""
    kind, _, digits = global_id.rpartition("_")
    if not kind or len(digits) != 32 or not set(digits) <= set("0123456789abcdef"):
        return None
    return kind, UUID(digits)


def decode(kind: str, global_id: str, *field: str | int) -> UUID:
    """The UUID of a `kind`. Raises Invalid, with the input `field`, for the id of anything else."""
    found = split(global_id)
    if found is None or found[0] != kind:
        noun = kind.replace("_", " ")
        raise Invalid(*field, zh="编号无效或类型不符", en=f"Not the id of {'an' if noun[0] in 'aeio' else 'a'} {noun}")
    return found[1]


def given(kind: str, description: str, **default: Any) -> Any:
    """The id of a `kind` in an input: an ID to clients, the UUID behind it to the mutation (`decode_given`).

    note_id: UUID = ids.given("note", "The note.")
    """
    wanted = strawberry.ID | None if default else strawberry.ID
    return strawberry.field(graphql_type=wanted, description=description, metadata={"kind": kind}, **default)


def decode_given(value: Any, *path: str | int) -> None:
    """Turns the ids of an input, and of inputs within it, into UUIDs. Raises Invalid with the field of a wrong one."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            decode_given(item, *path, index)
    elif has_object_definition(value):
        for field in dataclasses.fields(value):  # type: ignore[arg-type]
            found = getattr(value, field.name)
            if "kind" not in field.metadata:
                decode_given(found, *path, field.name)
            elif found is not None and found is not strawberry.UNSET:
                setattr(value, field.name, decode(field.metadata["kind"], found, *path, field.name))


def global_id(kind: str, attribute: str = "id") -> Any:
    """The `id` field of a type whose records are of `kind` and told apart by `attribute`."""

    prefix, of = f"{kind}_", attrgetter(attribute)

    def resolve(root: Any) -> str:
        # As `encode` does it; there are hundreds in an answer.
        return prefix + of(root).hex  # type: ignore[no-any-return]

    return strawberry.field(
        resolver=resolve, description="Opaque, global and stable: `node` finds it by this.", graphql_type=strawberry.ID
    )
