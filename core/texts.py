"""What of a text can be seen, and how long it is as a person counts: by Unicode's rules, in time linear in the text.

Whoever works on a text has looked at its length before (`most_code_points`).
"""

import unicodedata
from collections.abc import Iterable
from typing import Final

import regex

# An emoji, with what may change it: presentation, skin or a keycap. Several joined by U+200D are one picture.
_EMOJI: Final = r"\p{Extended_Pictographic}(?:[\uFE0E\uFE0F]|\p{Emoji_Modifier})?\u20E3?"
# Where what can't be seen by itself changes what is seen: in emoji, keycaps, flags of regions, and between letters of
# scripts that join them.
_MEANT: Final = (
    r"\U0001F3F4[\U000E0020-\U000E007E]{1,8}\U000E007F"
    rf"|{_EMOJI}(?:\u200D{_EMOJI})*"
    r"|[0-9#*]\uFE0F\u20E3"
    r"|(?<=[\p{Arabic}\p{Syriac}\p{Mongolian}]|\p{ccc=9})[\u200C\u200D](?=\p{L})"
)
# What Unicode calls default ignorable, controls of lines, directions and annotations, and symbols that are blank.
_NOTHING: Final = r"[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\uFFF9-\uFFFB\uFFFC\u2800\U0001D159--[\n\t]]"
_DROPPED: Final = regex.compile(rf"({_MEANT})|{_NOTHING}", regex.VERSION1)
_SEEN: Final = regex.compile(r"[^\p{Z}\p{C}\p{M}]")
# More marks on one character than any script writes; NFC would take the square of their number to put them in order.
_STACKED: Final = regex.compile(r"(\p{M}{10})\p{M}+")
_BROKEN: Final = regex.compile(r"\p{Cs}")
# `\X` walks back through all flags before it, so those are taken out first: one or two letters of them are one flag.
_FLAG: Final = regex.compile(r"\p{Regional_Indicator}{1,2}")
_GRAPHEME: Final = regex.compile(r"\X")
# Scripts in use; what is of none of them (old ones) is one script for this.
_SCRIPTS: Final = (
    *("Arabic", "Armenian", "Bengali", "Bopomofo", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek"),
    *("Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Kannada", "Katakana", "Khmer", "Lao", "Latin"),
    *("Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Thaana", "Thai", "Tibetan"),
)
# What is written together and looks like nothing of the other: Unicode Technical Standard 39, highly restrictive.
_TOGETHER: Final = (("Latin", "Han", "Hiragana", "Katakana"), ("Latin", "Han", "Bopomofo"), ("Latin", "Han", "Hangul"))


def _of(scripts: Iterable[str]) -> str:
    return "".join(rf"\p{{Script={script}}}" for script in scripts)


_ONE_SCRIPT: Final = regex.compile(
    "|".join(rf"[{_of((*scripts, 'Common', 'Inherited'))}]*" for scripts in (*_TOGETHER, *zip(_SCRIPTS)))
    + f"|[^{_of(_SCRIPTS)}]*"
)


def most_code_points(characters: int) -> int:
    """How many code points a text of so many characters may have: some scripts and emoji take several for one."""
    return 4 * characters + 600


def visible(text: str) -> str:
    """What can be seen of a text, in NFC and without outer white space.

    Lines end in LF, and no more than ten marks stand on one character.
    """
    # Dropped before NFC, as it may stand between what is to be put together.
    seen: str = _DROPPED.sub(r"\1", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _STACKED.sub(r"\1", seen)).strip()


def is_seen(text: str) -> bool:
    """Whether anything of a text can be seen."""
    return _SEEN.search(text) is not None


def is_of_one_script(text: str) -> bool:
    """Whether its letters are of one script, or of those that are written together: Latin with Han, kana, Hangul…"""
    return _ONE_SCRIPT.fullmatch(text) is not None


def is_broken(text: str) -> bool:
    """Whether half a pair of surrogates is in a text, which no encoding can write."""
    return _BROKEN.search(text) is not None


def characters(text: str) -> int:
    """How many characters a person sees: grapheme clusters (Unicode Standard Annex 29)."""
    if text.isascii():
        return len(text)
    return sum(1 for _ in _GRAPHEME.finditer(_FLAG.sub("A", text)))
