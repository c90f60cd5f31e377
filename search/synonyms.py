"""What shoppers call one and the same thing: the project's own list, and an operator's on top of it.

A title's other names are kept with its document, so that both engines find by them as they find by all else. When a
list changes, the index is of another shape and is rebuilt.
"""

import functools
import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

import msgspec

from search import chinese
from search.pinyin import is_chinese

_OWN: Final = Path(__file__).parent / "data" / "synonyms.toml"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """A list as it is written: groups of names, those of a group for the same thing."""

    groups: list[list[str]]


class Synonyms:
    """Groups of names, each of the same thing."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._others: dict[str, list[str]] = {}
        for group in groups:
            names = [chinese.folded(name).strip() for name in group]
            for name in names:
                others = self._others.setdefault(name, [])
                others += [other for other in names if other != name and other not in others]
        self.digest = hashlib.blake2b(repr(sorted(self._others.items())).encode(), digest_size=4).hexdigest()

    def of(self, text: str) -> list[str]:
        """What a folded text could say instead of the words it has, and does not say."""
        had = [name for name in self._others if name in text]
        if not had:
            return []
        edges = _edges(text)
        found = dict.fromkeys(
            other for name in had if _is_word(name, text, edges) for other in self._others[name] if other not in text
        )
        return list(found)


def _edges(text: str) -> set[int]:
    """Where words of a folded text begin and end."""
    found: set[int] = set()
    for run, begin in chinese.runs_with_beginnings(text):
        lengths = map(len, chinese.cut(run)) if is_chinese(run[0]) else [len(run)]
        found.update(accumulate(lengths, initial=begin))
    return found


def _is_word(name: str, text: str, edges: set[int]) -> bool:
    """Whether a text has a name as words of its own: 手机套 is none of 手机套餐."""
    at = text.find(name)
    while at >= 0:
        if at in edges and at + len(name) in edges:
            return True
        at = text.find(name, at + 1)
    return False


@functools.cache
def own() -> Synonyms:
    """The project's own list."""
    return Synonyms(_groups(_OWN))


def with_operators(path: Path) -> Synonyms:
    """The project's own list and an operator's. Raises ValueError, in one line, for a file that cannot be one."""
    return Synonyms([*_groups(_OWN), *_groups(path)])


def _groups(path: Path) -> list[list[str]]:
    try:
        groups = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File).groups
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path} is no list of synonyms: {error}") from None
    for group in groups:
        if len(group) < 2 or not all(chinese.runs(name) for name in group):
            raise ValueError(f"{path}: a group is of two names or more, not {group}")
    return groups
