"""How Chinese is read aloud, from pypinyin's own data in a fortieth of the memory.

Importing pypinyin keeps 55 MiB of Python lists. Of its 47,000 phrases, 3,400 say something that their characters alone
do not (银行 is yin hang, not yin xing); those, and one syllable a character, are all that search needs.
"""

import functools
import importlib.util
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_FIRST, _LAST = 0x3400, 0x9FFF
_LONGEST_PHRASE = 10
_TONELESS = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")


def is_chinese(char: str) -> bool:
    """Whether a character is a Chinese one (of the basic plane)."""
    return _FIRST <= ord(char) <= _LAST


def _entries(file: str) -> Iterator[tuple[str, Any]]:
    """The members of a JSON object one by one: decoded as a whole, its pieces would stay in the process for good."""
    package = importlib.util.find_spec("pypinyin")
    if package is None or package.origin is None:
        raise RuntimeError("pypinyin is not installed")
    text = Path(package.origin).with_name(file).read_text(encoding="utf-8")
    decode = json.JSONDecoder().raw_decode
    at = text.find('"')
    while at >= 0:
        key, at = decode(text, at)
        value, at = decode(text, text.index(":", at) + 2)
        yield key, value
        at = text.find('"', at)


@functools.cache
def _syllables() -> list[str]:
    """The commonest syllable, with its tone, of each character from U+3400."""
    syllables = [""] * (_LAST - _FIRST + 1)
    for code, readings in _entries("pinyin_dict.json"):
        if _FIRST <= int(code) <= _LAST:
            syllables[int(code) - _FIRST] = sys.intern(readings.split(",", 1)[0])
    return syllables


@functools.cache
def _phrases() -> dict[str, list[str]]:
    """The toneless syllables of phrases that are read otherwise than their characters alone."""
    phrases: dict[str, list[str]] = {}
    for phrase, readings in _entries("phrases_dict.json"):
        if len(readings) == len(phrase) and any(
            reading[0] != _toned(char) for char, reading in zip(phrase, readings, strict=True)
        ):
            toneless = [sys.intern(reading[0].translate(_TONELESS)) for reading in readings]
            if toneless != [_toned(char).translate(_TONELESS) for char in phrase]:
                phrases[phrase] = toneless
    return phrases


def _toned(char: str) -> str:
    return _syllables()[ord(char) - _FIRST] if is_chinese(char) else ""


def load() -> None:
    """Reads the data, which takes half a second; otherwise the first question does."""
    _phrases()


@functools.lru_cache(4096)
def syllables(word: str) -> Sequence[str]:
    """One toneless syllable for each character of a word in simplified Chinese; "" for what is not Chinese."""
    spoken: list[str] = []
    at = 0
    while at < len(word):
        known, size = _phrase_at(word, at)
        spoken += known
        at += size
    return spoken


def _phrase_at(word: str, begin: int) -> tuple[list[str], int]:
    """The reading of the longest known phrase at `begin`, or else of the one character there, and its length."""
    for end in range(min(len(word), begin + _LONGEST_PHRASE), begin + 1, -1):
        known = _phrases().get(word[begin:end])
        if known is not None:
            return known, end - begin
    return [_toned(word[begin]).translate(_TONELESS)], 1
