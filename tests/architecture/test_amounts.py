"""Every field says how much it holds, and what is guessed at may be asked for but once: else costs would be wrong."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from api.limits.lengths import is_page
from execution import amount_of
from schema.effort import effort_of
from tests.graph import built

# Longer texts than this are declared: others weigh next to nothing.
SHORT = 200
# An input with one of these proves who one is.
SECRETS = {"password", "newPassword", "currentPassword", "refreshToken"}


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for name, type_ in built()._schema.type_map.items():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            yield from ((f"{name}.{key}", field) for key, field in type_.fields.items())


class TestAmounts:
    def test_lists_are_pages_or_say_how_long_they_are(self) -> None:
        """`metadata=execution.amount(3, most=100)` on the field."""
        silent = [
            name
            for name, field in fields()
            if is_list_type(get_nullable_type(field.type))
            and not name.endswith("Connection.edges")
            and not {"first", "ids"} & set(field.args)
            and amount_of(field) is None
        ]
        assert silent == []

    def test_pages_take_first(self) -> None:
        assert [name for name, field in fields() if is_page(field) and "first" not in field.args] == []

    def test_long_texts_say_how_long_they_are(self) -> None:
        silent = []
        for name, field in fields():
            longest = re.search(r"(?:to|most) ([\d,]+) characters", field.description or "")
            if longest is None or get_named_type(field.type).name != "String":
                continue
            most = int(longest[1].replace(",", ""))
            declared = amount_of(field)
            if most > SHORT and (declared is None or declared.most != most):
                silent.append(name)
        assert silent == []

    def test_what_is_usual_is_no_more_than_what_is_allowed(self) -> None:
        found = [(name, amount_of(field)) for name, field in fields()]
        assert [name for name, amount in found if amount and not 0 <= amount.typical <= amount.most] == []


class TestEffort:
    def test_each_mutation_says_what_it_takes(self) -> None:
        assert [name for name, field in fields() if name.startswith("Mutation.") and effort_of(field) is None] == []

    def test_whatever_takes_a_secret_is_asked_for_once(self) -> None:
        several, found = [], set()
        for name, field in fields():
            if not name.startswith("Mutation.") or "input" not in field.args:
                continue
            effort = effort_of(field)
            if SECRETS & set(getattr(get_named_type(field.args["input"].type), "fields", {})):
                found.add(name)
                if effort is None or not effort.alone:
                    several.append(name)
        assert several == [] and {"Mutation.signUp", "Mutation.signIn", "Mutation.refreshSession"} <= found
