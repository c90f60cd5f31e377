"""The public contract, read: what each file promises, whether it is built, and what it makes of what is served."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import DocumentNode, GraphQLSchema, Node, build_ast_schema, parse, print_ast

FOLDER = Path(__file__).parents[1] / "schema" / "contract"
_STATE = re.compile(r"^\| `(\w+)\.graphql` \|.*\| (built|promised) \|$", re.MULTILINE)
_ARGUMENT = re.compile(r"^#\+ (\w+)\.(\w+)\((.+)\)$", re.MULTILINE)
# The parts of a definition that hold members, and what is between a type's name and theirs.
_PARTS = {"fields": ".", "values": ".", "types": " | ", "interfaces": " implements "}
_KINDS = ("scalar", "object", "interface", "union", "enum", "input_object")

# What stands in an SDL, a member a line: `Note.title` → `String!`, `Query.user(handle)` → `String!`,
# `Note` → `object`; `SearchSort.NEWEST`, `Note implements Node` and `SearchHit | Note` → `listed`.
Members = Mapping[str, str]


def states() -> dict[str, str]:
    """Each file of the contract by its name, and whether it is built or promised, as its README tells."""
    return dict(_STATE.findall((FOLDER / "README.md").read_text()))


def text(name: str) -> str:
    """A file of the contract."""
    return (FOLDER / f"{name}.graphql").read_text()


def promises(sdl: str) -> Members:
    """What an SDL tells, in types, extensions and `#+` lines."""
    found = dict(pair for node in parse(sdl).definitions for pair in _members(node))
    for owner, field, argument in _ARGUMENT.findall(sdl):
        found.update(_inputs(f"{owner}.{field}(", [_argument(argument)], ")"))
    return found


def breaks(promised: Members, kept: Members, *, whole: bool) -> list[str]:
    """Where `kept` has not what is promised as it is promised; if not `whole`, only its fields lack arguments."""
    missing = [member for member in promised if member not in kept]
    lacking = [f"{member} is missing" for member in missing if whole or _field(member) in promised.keys() & kept.keys()]
    other = [
        f"{member} is {kept[member]}, not {wanted}"
        for member, wanted in promised.items()
        if kept.get(member, wanted) != wanted
    ]
    return lacking + other + [f"{member} is new and required" for member in sorted(_demanded(promised, kept))]


def merged(served: str, added: Iterable[str]) -> GraphQLSchema:
    """What is served with all that these files add to it; fails where they contradict it or one another."""
    present = set(promises(served))
    definitions = list(parse(served).definitions)
    for sdl in added:
        definitions.extend(left for node in parse(sdl).definitions if (left := _lacking(node, present)) is not None)
        for owner, name, argument in _ARGUMENT.findall(sdl):
            if f"{owner}.{name}({argument.partition(':')[0]})" not in present:
                definitions = [_with_argument(node, owner, name, argument) for node in definitions]
    return build_ast_schema(DocumentNode(definitions=tuple(definitions)))


def _members(node: Any) -> Iterator[tuple[str, str]]:
    """A definition or an extension, a member at a time."""
    kind, name = _kind(node), node.name.value if getattr(node, "name", None) else ""
    if kind not in _KINDS:
        return
    if node.kind.endswith("definition"):
        yield name, kind
    for part in ("interfaces", "types", "values"):
        for member in getattr(node, part, None) or ():
            yield f"{name}{_PARTS[part]}{member.name.value}", "listed"
    fields = getattr(node, "fields", None) or ()
    if kind == "input_object":
        yield from _inputs(f"{name}.", fields, "")
        return
    for field in fields:
        yield f"{name}.{field.name.value}", print_ast(field.type)
        yield from _inputs(f"{name}.{field.name.value}(", field.arguments or (), ")")


def _inputs(before: str, given: Iterable[Any], after: str) -> Iterator[tuple[str, str]]:
    for one in given:
        default = print_ast(one.default_value) if one.default_value else "null"
        # Null is what is not given, too.
        yield before + one.name.value + after, print_ast(one.type) + ("" if default == "null" else f" = {default}")


def _kind(node: Node) -> str:
    return node.kind.removesuffix("_definition").removesuffix("_extension").removesuffix("_type")


def _argument(given: str) -> Any:
    """`name: Type = default` as SDL has it."""
    owner: Any = parse(f"type A {{ a({given}): Int }}").definitions[0]
    return owner.fields[0].arguments[0]


def _with_argument(node: Any, owner: str, name: str, argument: str) -> Any:
    if getattr(node, "name", None) is None or node.name.value != owner:
        return node
    return replace(
        node,
        fields=tuple(
            replace(field, arguments=(*(field.arguments or ()), _argument(argument)))
            if field.name.value == name
            else field
            for field in node.fields or ()
        ),
    )


def _field(argument: str) -> str | None:
    """The field that an argument is of; None of any other member."""
    owner, bracket, _ = argument.partition("(")
    return owner if bracket else None


def _demanded(promised: Members, kept: Members) -> Iterator[str]:
    """What must be given beside what was promised, so that who relies on the promise is refused."""
    inputs = {name for name, kind in promised.items() if kind == "input_object"}
    for member in kept.keys() - promised.keys():
        field = _field(member)
        relied_on = field in promised if field else member.partition(".")[0] in inputs
        if relied_on and kept[member].endswith("!"):
            yield member


def _lacking(node: Any, present: set[str]) -> Any:
    """What a definition adds to the members that are present, as an extension where its type is; None if nothing."""
    name = node.name.value
    lacking = {
        part: tuple(one for one in getattr(node, part, None) or () if f"{name}{sign}{one.name.value}" not in present)
        for part, sign in _PARTS.items()
    }
    left = replace(node, **{part: members for part, members in lacking.items() if hasattr(node, part)})
    if name not in present:
        return left
    if not any(lacking.values()):
        return None
    bare = replace(left, description=None) if hasattr(left, "description") else left
    return parse(f"extend {print_ast(bare).removeprefix('extend ')}").definitions[0]
