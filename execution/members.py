"""Members of unions: of which type an object is, where its class alone tells."""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLAbstractType, GraphQLUnionType
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import has_object_definition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.union import StrawberryUnion

_RECORDS = "class_of_all"


def records(cls: type) -> Callable[[object, object], bool]:
    """The `is_type_of` of a type of the instances of `cls`: their classes are looked at here, each once."""

    def is_type_of(value: object, info: object) -> bool:
        return isinstance(value, cls)

    setattr(is_type_of, _RECORDS, cls)
    return is_type_of


def class_behind(is_type_of: Callable[..., Any]) -> type | None:
    """The class by whose instances alone `is_type_of` decides, if it is known."""
    return getattr(is_type_of, _RECORDS, None)


class Members(dict[type, str | None]):
    """By the class of an object, the name of its type in a union, as Strawberry resolves it; None: Strawberry is asked.

    It is asked of its own types, of what may have been cast, and where a member decides otherwise than by `records`.
    """

    def __init__(self, union: GraphQLUnionType) -> None:
        self._classes = [(type_.name, class_behind(type_.is_type_of)) for type_ in union.types]

    def __missing__(self, cls: type) -> str | None:
        self[cls] = found = self._told(cls)
        return found

    def _told(self, cls: type) -> str | None:
        # Without attributes of its own an object carries no mark of a cast.
        if cls.__dictoffset__ or hasattr(cls, TYPE_CAST_ATTRIBUTE) or has_object_definition(cls):
            return None
        for name, own in self._classes:
            if own is None or issubclass(cls, own):
                return None if own is None else name
        return None

    def names(self, objects: Sequence[Any]) -> list[str | None] | None:
        """The names of the types of all objects; None when one's class does not tell."""
        names = [self[type(one)] for one in objects]
        return None if None in names else names


def members_of(abstract: GraphQLAbstractType) -> Members | None:
    """The members of a union that Strawberry resolves in its own way."""
    declared = abstract.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if isinstance(abstract, GraphQLUnionType) and type(declared) is StrawberryUnion:
        return Members(abstract)
    return None
