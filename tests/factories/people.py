"""People for tests."""

import itertools
from uuid import UUID

from people.accounts import actions

_numbers = itertools.count(1)


async def person(name: str = "小鹿") -> UUID:
    """A new account that nobody can sign in to."""
    return await actions.create(f"person_{next(_numbers)}", name, "no password")
