"""What both engines know of Chinese: one script, words, parts of words, and sounds."""

import asyncio
import functools
import importlib
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from zhconv_rs import zhconv

from core import tasks
from search import pinyin
from search.pinyin import is_chinese, syllables

# A chain of sounds ends after so many characters: nobody types more without choosing.
_LONGEST_CHAIN = 8
# What is loaded late is not in the way of a process that starts.
_READY_SECONDS = 1.0
# How many words the dictionary's frequencies are counted in, and how often one is met that it does not know.
_HEARD, _UNHEARD = 60_000_000, 30
_RUN = re.compile("[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[^\\W_])+")


@functools.cache
def _jieba() -> Any:
    """The cutter of words; loading it, and with it its dictionary, takes a tenth of a second."""
    return importlib.import_module("rjieba")


def load_soon() -> None:
    """Has a thread load all that is known of Chinese in a moment. A question that comes before loads it itself."""
    tasks.begin(_load_later(), "search.chinese")


async def _load_later() -> None:
    await asyncio.sleep(_READY_SECONDS)
    await asyncio.to_thread(_load)


def _load() -> None:
    _jieba()
    pinyin.load()


@functools.lru_cache(65_536)
def _folded_char(char: str) -> str:
    return unicodedata.normalize("NFKC", char).casefold()


def _folded_evenly(text: str) -> str | None:
    """What `text` becomes, when each of its characters becomes one; None when not, or perhaps not."""
    lower = text.casefold()
    if len(lower) != len(text) or not unicodedata.is_normalized("NFKC", text):
        return None
    simplified = zhconv(lower, "zh-CN")
    return simplified if len(simplified) == len(text) else None


def _folded_parts(text: str) -> list[str]:
    """What each character of `text` becomes: NFKC, lower case, simplified."""
    parts = list(map(_folded_char, text))
    whole = "".join(parts)
    simplified = zhconv(whole, "zh-CN")
    if len(simplified) != len(whole):
        simplified = "".join(converted if len(converted := zhconv(char, "zh-Hans")) == 1 else char for char in whole)
    if len(parts) == len(whole):
        return list(simplified)
    at, folded = 0, []
    for part in parts:
        folded.append(simplified[at : at + len(part)])
        at += len(part)
    return folded


def folded(text: str) -> str:
    """`text` in the one form in which it is indexed and asked for: NFKC, lower case, simplified characters."""
    even = _folded_evenly(text)
    return "".join(_folded_parts(text)) if even is None else even


def folded_with_origins(text: str) -> tuple[str, Sequence[int]]:
    """`folded(text)`, and for each of its characters the index in `text` of the one it came from."""
    even = _folded_evenly(text)
    if even is not None:
        return even, range(len(text))
    parts = _folded_parts(text)
    return "".join(parts), [index for index, part in enumerate(parts) for _ in part]


def runs_with_beginnings(text: str) -> list[tuple[str, int]]:
    """The unbroken stretches of Chinese, and of other letters and digits, of a folded text, with their beginnings."""
    return [(found[0], found.start()) for found in _RUN.finditer(text)]


def runs(text: str) -> list[str]:
    """The unbroken stretches of Chinese, and of other letters and digits, of a folded text."""
    return _RUN.findall(text)


def cut(run: str) -> list[str]:
    """The words of an unbroken stretch of Chinese."""
    words: list[str] = _jieba().cut(run)
    return words


def words(text: str) -> list[str]:
    """The distinct words of a folded text, in their order."""
    found: list[str] = []
    for run in runs(text):
        found += cut(run) if is_chinese(run[0]) else [run]
    return list(dict.fromkeys(found))


@functools.lru_cache(8192)
def rareness(word: str) -> float:
    """How much a folded word of Chinese tells, from .1 for the commonest to 1: by how rarely it is met at large.

    Unlike its frequency in the index it never changes, so neither does the order of what is found.
    """
    frequency = _jieba().suggest_freq(word) if _jieba().has_word(word) else 0
    # A character is in many words: that it is none by itself tells less.
    unheard = _UNHEARD * 3 if len(word) == 1 else _UNHEARD
    share = math.log(_HEARD / (frequency + unheard)) / math.log(_HEARD / unheard)
    return min(1.0, max(0.1, share))


def grams(text: str) -> list[str]:
    """The pieces by which a folded text is found: each Chinese character, each word of other letters, and each two
    neighbours of either.

    An index of cut words decides once and for all what can be found; a piece is found however its surroundings are cut.
    """
    found: list[str] = []
    for run in runs(text):
        found += [*run, *pairs(run)] if is_chinese(run[0]) else [run, *map(letters, pairs(run))]
    return found


def letters(pair: str) -> str:
    """The piece that two letters are inside of a word, which is not the word that has these letters alone."""
    return f"~{pair}"


def pairs(word: str) -> list[str]:
    """Each two neighbours of a word; the word itself when it has no two."""
    if len(word) < 2:
        return [word]
    return [word[index : index + 2] for index in range(len(word) - 1)]


def sounds(text: str) -> list[str]:
    """How one may type a folded text by its sounds: from the beginning of each word, in full and by initials.

    露营帐篷 → luying, ly, luyingzhangpeng, lyzp, zhangpeng, zp.
    """
    found: dict[str, None] = {}
    for run, _ in runs_with_beginnings(text):
        if not is_chinese(run[0]):
            continue
        spoken = spelled(run)
        for _, begin, end in _jieba().tokenize(run, "search"):
            for stop in {end, min(len(run), begin + _LONGEST_CHAIN)}:
                found["".join(spoken[begin:stop])] = None
                if stop - begin > 1:
                    found["".join(syllable[:1] for syllable in spoken[begin:stop])] = None
    found.pop("", None)
    return list(found)


def spelled(run: str) -> list[str]:
    """One syllable for each character of a folded text, phrases read as phrases; "" for what is not Chinese."""
    spoken: list[str] = []
    for word in _jieba().cut(run):
        spoken += syllables(word)
    return spoken


def beginnings(text: str) -> list[str]:
    """What a folded text begins with, for suggestions: itself without gaps, its sounds in full, and their initials."""
    tight = "".join(char for char in text if char.isalnum())
    if not tight:
        return []
    spoken = [syllable or char for syllable, char in zip(spelled(tight), tight, strict=True)]
    found = [tight, "".join(spoken)]
    if all(map(is_chinese, tight[:2])):
        found.append("".join(syllable[:1] for syllable in spoken))
    return list(dict.fromkeys(found))


def is_spelling(word: str) -> bool:
    """Whether a word may be pinyin or initials."""
    return len(word) > 1 and word.isascii() and word.isalpha()


def spans(text: str, wanted: Sequence[str]) -> list[tuple[int, int, int]]:
    """Where a folded text has the wanted words, by letters or else by sounds: (begin, end, index of the word)."""
    found: list[tuple[int, int, int]] = []
    for index, word in enumerate(wanted):
        by_letters = _occurrences(text, word)
        found += [(begin, end, index) for begin, end in by_letters]
        if not by_letters and is_spelling(word):
            found += [(begin, end, index) for begin, end in _by_sound(text, word)]
    return sorted(found)


def _occurrences(text: str, word: str) -> list[tuple[int, int]]:
    found = []
    at = text.find(word)
    while at >= 0:
        inside = at > 0 and text[at - 1].isalnum() and not is_chinese(text[at - 1])
        if is_chinese(word[0]) or not inside:
            found.append((at, at + len(word)))
        at = text.find(word, at + len(word))
    return found


def _by_sound(text: str, word: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for run, offset in runs_with_beginnings(text):
        if not is_chinese(run[0]):
            continue
        begins, chains = _heard(run)
        for begin in begins:
            for chain in chains:
                end = _covered(chain, begin, word)
                if end:
                    found.append((offset + begin, offset + end))
    return found


@functools.lru_cache(4096)
def _heard(run: str) -> tuple[list[int], tuple[list[str], list[str]]]:
    """Where the words of an unbroken stretch of Chinese begin, and its syllables in full and by their initials."""
    spoken = spelled(run)
    begins = [begin for _, begin, _ in _jieba().tokenize(run, "search")]
    return begins, (spoken, [syllable[:1] for syllable in spoken])


def _covered(chain: Sequence[str], begin: int, word: str) -> int:
    """The end of the shortest piece of a chain from `begin` whose sound begins with `word`; 0 when there is none."""
    sound = ""
    for end in range(begin, len(chain)):
        sound += chain[end]
        if sound.startswith(word):
            return end + 1
        if not word.startswith(sound):
            return 0
    return 0
