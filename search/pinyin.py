"""How Chinese is read aloud, from pypinyin's own data in a fortieth of the memory.

Importing pypinyin keeps 55 MiB of Python lists. Of its 47,000 phrases, 3,400 say something that their characters alone
do not (银行 is yin hang, not yin xing); those, and one syllable a character, are all that search needs.
"""

import functools
import importlib.util
import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_FIRST, _LAST = 0x3400, 0x9FFF
_LONGEST_PHRASE = 10
_LONGEST_SYLLABLE, _MOST_WAYS = 6, 8
# The four tones over a vowel, and the two dots over ü.
_MARKS = {0x300, 0x301, 0x304, 0x30C, 0x308}
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


@functools.cache
def readings() -> dict[str, str]:
    """All characters that may be read so, by each toneless syllable as it is `sound`ed."""
    found: dict[str, list[str]] = {}
    for code, several in _entries("pinyin_dict.json"):
        if _FIRST <= int(code) <= _LAST:
            for syllable in {sounded(each.translate(_TONELESS)) for each in several.split(",")}:
                found.setdefault(syllable, []).append(chr(int(code)))
    # What is hummed (m, ng) is nothing that anybody types for a word.
    return {syllable: "".join(chars) for syllable, chars in found.items() if set(syllable) & set("aeiou")}


def sounded(letters: str) -> str:
    """Toneless letters as sounds are compared: ü is typed as v and as u, and no syllable is another by it alone."""
    return letters.replace("v", "u")


def sound(word: str) -> str:
    """The letters of a word that may be pinyin, without tones, as sounds are compared; "" for what can be none."""
    if not word.isascii():
        word = "".join(char for char in unicodedata.normalize("NFD", word) if ord(char) not in _MARKS)
    return sounded(word) if word.isascii() and word.isalpha() else ""


def tones(word: str) -> int:
    """How many tone marks a word has."""
    return (
        0
        if word.isascii()
        else sum(ord(char) in _MARKS for char in unicodedata.normalize("NFD", word) if char != "\u0308")
    )


def divided(letters: str) -> list[tuple[str, ...]]:
    """The ways, a few at the most, in which a `sound` is one whole syllable after the other: xian is xian and xi'an."""
    ways: list[list[tuple[str, ...]]] = [[] for _ in letters] + [[()]]
    known = readings()
    for begin in range(len(letters) - 1, -1, -1):
        for end in range(min(len(letters), begin + _LONGEST_SYLLABLE), begin, -1):
            if ways[end] and letters[begin:end] in known:
                ways[begin] += [(letters[begin:end], *rest) for rest in ways[end]]
        del ways[begin][_MOST_WAYS:]
    return ways[0]


def syllables(word: str) -> Sequence[str]:
    """One toneless syllable for each character of a word in simplified Chinese; "" for what is not Chinese."""
    return _kept_syllables(word) if len(word) <= _LONGEST_PHRASE else _syllables_of(word)


@functools.lru_cache(4096)
def _kept_syllables(word: str) -> Sequence[str]:
    return _syllables_of(word)


def _syllables_of(word: str) -> Sequence[str]:
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
