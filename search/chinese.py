"""What both engines know of Chinese: one script, words, parts of words, and sounds."""

import asyncio
import functools
import importlib
import itertools
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from zhconv_rs import zhconv

from core import tasks
from search import pinyin
from search.pinyin import is_chinese, sound, sounded, syllables

# A chain of sounds ends after so many characters: nobody types more without choosing.
_LONGEST_CHAIN = 8
# What is loaded late is not in the way of a process that starts.
_READY_SECONDS = 1.0
# How many words the dictionary's frequencies are counted in, and how often one is met that it does not know.
_HEARD, _UNHEARD = 60_000_000, 30
# Chinese; letters and digits; flags, which are two characters each; and emoji and other pictures, each by itself.
_PICTURES = (
    "\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2600-\u2604\u2607-\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff"
)
_RUN = re.compile(f"[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[^\\W_])+|[\U0001f1e6-\U0001f1ff]{{2}}|[{_PICTURES}]")
_OTHER = "[^\\W_\u3400-\u9fff]"
# Variation selectors, and the colours of skin.
_LOOKS = frozenset(map(chr, (0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400))))
# With more odd characters than these a text is folded one by one.
_FEW = 16


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


@functools.lru_cache(8192)
def _folded_char(char: str) -> str:
    # How an emoji is to look is no part of what it is.
    return "" if char in _LOOKS else unicodedata.normalize("NFKC", char).casefold()


def _folded_evenly(text: str) -> str | None:
    """What `text` becomes, when each of its characters becomes one; None when not, or perhaps not."""
    lower = text.casefold()
    if len(lower) != len(text):
        return None
    if not unicodedata.is_normalized("NFKC", text) or any(look in text for look in _LOOKS):
        # Mostly a few kinds of marks, of full width.
        odd = {char: part for char in set(lower) if (part := _folded_char(char)) != char}
        if len(odd) > _FEW or not all(len(part) == 1 and _folded_char(part) == part for part in odd.values()):
            return None
        for char, part in odd.items():
            lower = lower.replace(char, part)
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
    for run in runs(text):
        if not is_chinese(run[0]):
            continue
        spoken = [*map(sounded, spelled(run))]
        for _, begin, end in _jieba().tokenize(run, "search"):
            for stop in {end, min(len(run), begin + _LONGEST_CHAIN)}:
                found["".join(spoken[begin:stop])] = None
                if stop - begin > 1:
                    found["".join(syllable[:1] for syllable in spoken[begin:stop])] = None
    found.pop("", None)
    return list(found)


def heard(text: str) -> list[str]:
    """Each two neighbouring syllables of a folded text: what it is found by, wherever they stand, as it sounds."""
    found: dict[str, None] = {}
    for run in runs(text):
        if is_chinese(run[0]):
            spoken = map(sounded, spelled(run))
            found.update((f"{one}'{other}", None) for one, other in itertools.pairwise(spoken) if one and other)
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
    found = [tight, "".join(spoken), "".join(map(_as_u, spoken, tight))]
    if all(map(is_chinese, tight[:2])):
        found.append("".join(syllable[:1] for syllable in spoken))
    return list(dict.fromkeys(found))


def _as_u(syllable: str, char: str) -> str:
    """A syllable as it is typed by who has no ü; letters stay what they are."""
    return sounded(syllable) if is_chinese(char) else syllable


def typed(beginning: str) -> str:
    """The beginning of a suggestion as `beginnings` has it: without tones, and v for ü."""
    return beginning if beginning.isascii() else "".join(map(_toneless, beginning))


def _toneless(char: str) -> str:
    plain = "v" if char in "üǖǘǚǜ" else sound(char)
    return plain if plain and not is_chinese(char) else char


def is_spelling(word: str) -> bool:
    """Whether a word may be pinyin or initials."""
    return len(word) > 1 and bool(sound(word))


def spans(text: str, wanted: Sequence[str], silent: Collection[str] = ()) -> list[tuple[int, int, int]]:
    """Where a folded text, not a long one, has the wanted words: (begin, end, index). By letters, or else by sounds,
    which `silent` ones are not looked for by."""
    found: list[tuple[int, int, int]] = []
    for index, word in enumerate(wanted):
        by_letters = list(occurrences(text, word))
        found += [(begin, end, index) for begin, end in by_letters]
        if not by_letters and word not in silent and is_spelling(word):
            found += [(begin, end, index) for begin, end in _by_sound(text, sound(word))]
    return sorted(found)


def occurrences(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Where a folded text has a word by its letters, one after the other: those of other letters where they begin."""
    letters = re.escape(word)
    # Looked at after the letters, which are found fast.
    begins = f"(?<!{_OTHER}{letters})" if word[0].isalnum() and not is_chinese(word[0]) else ""
    return (found.span() for found in re.finditer(letters + begins, text))


def _by_sound(text: str, word: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for run, offset in runs_with_beginnings(text):
        if not is_chinese(run[0]):
            continue
        spoken = [*map(sounded, spelled(run))]
        chains = spoken, [syllable[:1] for syllable in spoken]
        for _, begin, _ in _jieba().tokenize(run, "search"):
            for chain in chains:
                end = _covered(chain, begin, word)
                if end:
                    found.append((offset + begin, offset + end))
    return found


def _covered(chain: Sequence[str], begin: int, word: str) -> int:
    """The end of the shortest piece of a chain from `begin` whose sound begins with `word`; 0 when there is none."""
    heard_so_far = ""
    for end in range(begin, len(chain)):
        heard_so_far += chain[end]
        if heard_so_far.startswith(word):
            return end + 1
        if not word.startswith(heard_so_far):
            return 0
    return 0
