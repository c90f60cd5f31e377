"""How Python's names become the graph's: once a name, where Strawberry does it for each argument of each request."""

import functools
from typing import Final

from strawberry.schema.name_converter import NameConverter
from strawberry.utils.str_converters import to_camel_case

_camel: Final = functools.cache(to_camel_case)


class RememberedNames(NameConverter):
    """snake_case → camelCase; there are as many names as the graph has fields and arguments."""

    def apply_naming_config(self, name: str) -> str:
        return _camel(name)
