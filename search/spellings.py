"""What keyboards write of Chinese: sounds with tone marks, apostrophes, gaps and v for ü, or one character for another.

A query so has other readings than its words. Each is what a document must have all of, in terms that both engines
index: words, neighbouring syllables (`chinese.heard`), and pieces (`chinese.grams`).
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from search import chinese
from search.lookalikes import lookalikes
from search.pinyin import divided, is_chinese, sound, sounded, tones

# What may stand between the syllables of one spelling.
_GAP: Final = re.compile("[\\s'’‘ʼ`´·-]*")
# A query has no more readings by its sounds, and none of its spellings more letters.
_MOST_READINGS: Final = 8
_LONGEST: Final = 40
# Of a spelling parts are looked for in so many ways.
_MOST_PARTED: Final = 4
# So many readings have another character in the place of one, of a query of so many; of a longer one the sound is read.
_MOST_VARIANTS: Final = 24
_SHORT, _LONGEST_MISREAD = 4, 10


class Spelling(msgspec.Struct, frozen=True):
    """Neighbouring words of a query that may be Chinese by its sounds, and the ways to divide them into syllables.

    It is `certain` when nobody writes anything else so: with an apostrophe between two, or tone marks over two vowels.
    """

    words: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    certain: bool = False


class Reading(msgspec.Struct, frozen=True):
    """What a document must have all of."""

    words: Sequence[str] = ()
    sounds: Sequence[str] = ()
    grams: Sequence[str] = ()


def spellings(text: str) -> list[Spelling]:
    """What of a folded query may be spelled Chinese, of two syllables or more."""
    found, words, gaps, end = list[Spelling](), list[str](), "", 0
    for run, begin in chinese.runs_with_beginnings(text):
        letters = "" if is_chinese(run[0]) or len(run) > _LONGEST else sound(run)
        spelled = bool(letters and divided(letters))
        if words and not (spelled and _GAP.fullmatch(text, end, begin)):
            found += _spelling(words, gaps)
            words, gaps = [], ""
        if spelled:
            gaps += text[end:begin] if words else ""
            words.append(run)
        end = begin + len(run)
    return found + (_spelling(words, gaps) if words else [])


def _spelling(words: Sequence[str], gaps: str) -> list[Spelling]:
    if sum(map(len, words)) > _LONGEST:
        return []
    marks = tones("".join(words))
    every = itertools.islice(itertools.product(*(divided(sound(word)) for word in words)), _MOST_READINGS)
    ways = [tuple(itertools.chain(*way)) for way in every]
    several = tuple(sorted((way for way in ways if len(way) > 1 and marks <= len(way)), key=len))
    return [Spelling(tuple(words), several, bool(gaps.strip()) or marks > 1)] if several else []


def readings(text: str, words: Sequence[str], found: Sequence[Spelling], *, misread: bool) -> list[Reading]:
    """How a folded query of these words and spellings reads: first by its words; `misread`, by what it is like, too."""
    if misread:
        return [Reading(words=words), *_spoken(words, found), *_misread(text)]
    by_words = [] if any(spelling.certain for spelling in found) else [Reading(words=words)]
    return [*by_words, *_spoken(words, found)]


def heard_parts(found: Sequence[Spelling]) -> list[list[str]]:
    """The pairs of syllables of each way to read each spelling: some of them are a part of a query."""
    return [syllable_pairs(way) for spelling in found for way in spelling.ways[:_MOST_PARTED]]


def _spoken(words: Sequence[str], found: Sequence[Spelling]) -> list[Reading]:
    """How a query of these words reads when its spellings are Chinese."""
    if not found:
        return []
    rest = [word for word in words if not any(word in spelling.words for spelling in found)]
    return [
        Reading(words=rest, sounds=[pair for way in ways for pair in syllable_pairs(way)])
        for ways in itertools.islice(itertools.product(*(spelling.ways for spelling in found)), _MOST_READINGS)
    ]


def syllable_pairs(syllables: Sequence[str]) -> list[str]:
    """Each two neighbouring syllables, as `chinese.heard` has them."""
    return list(dict.fromkeys(f"{one}'{other}" for one, other in itertools.pairwise(syllables)))


def _misread(text: str) -> list[Reading]:
    """How a folded query reads when its Chinese is right by its sounds alone, or has one character that looks alike."""
    units, others = list[str](), list[str]()
    for run in chinese.runs(text):
        units, others = (units + _units(run), others) if is_chinese(run[0]) else (units, [*others, run])
    if not units or sum(map(len, units)) > _LONGEST_MISREAD:
        return []
    sounds = [pair for unit in units for pair in syllable_pairs([*map(sounded, chinese.spelled(unit))])]
    single = [unit for unit in units if len(unit) == 1]
    length = sum(map(len, units))
    # Of a longer query enough is left, with one wrong, that it is found by.
    variants = itertools.islice(_variants(units), _MOST_VARIANTS if length <= _SHORT else 0)
    return [Reading(others, sounds, single)] * bool(sounds) + [Reading(others, grams=grams) for grams in variants]


def _variants(units: Sequence[str]) -> Iterator[list[str]]:
    """The pieces of units, of which one has another character that looks like its own."""
    for index, unit in enumerate(units):
        for at, char in enumerate(unit):
            for other in lookalikes(char):
                changed = [*units[:index], unit[:at] + other + unit[at + 1 :], *units[index + 1 :]]
                yield [pair for each in changed for pair in chinese.pairs(each)]


def _units(run: str) -> list[str]:
    """The words of a stretch of Chinese. Characters that are none, as one is that was mistaken, stay together."""
    units: list[str] = []
    single = False
    for word in chinese.cut(run):
        if units and (len(word) == 1 or (single and len(units[-1]) == 1)):
            units[-1] += word
        else:
            units.append(word)
        single = len(word) == 1
    return units
