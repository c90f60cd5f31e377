"""What somebody may have meant who found little: the query, with what sounds or looks alike put into it from a title.

Nothing here asks anything: titles are given, and a correction comes whole from one of them, so that it finds that.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from search import chinese
from search.pinyin import is_chinese, syllables

# So many are told, so many titles are looked at, and so much of a query and of a title.
MOST: Final = 3
MOST_TITLES: Final = 100
_LONGEST, _TITLE = 40, 80
# One Chinese character in so many may be another. Of fewer a word is left that means something else.
_CHARACTERS: Final = 4
# From so many letters on one may be wrong, and two.
_ONE_WRONG, _TWO_WRONG, _SLIPS = 5, 9, 2
# What a character costs that only sounds alike, and a word that is spelled by its sounds.
_ALIKE, _SPELLED = 0.5, 0.25


class _Fit(msgspec.Struct, frozen=True, order=True):
    """What stands for a piece of a query in a title, and how far it is from it."""

    cost: float
    letters: str


def beginnings(text: str) -> list[str]:
    """With what suggestions begin of which a folded query may be a slip: as it sounds, and as its first part does."""
    tight = "".join(chinese.runs(text))[:_LONGEST]
    if not tight:
        return []
    spoken = [syllable or char for syllable, char in zip(chinese.spelled(tight), tight, strict=True)]
    first = spoken[: 2 if is_chinese(tight[0]) else 3]
    return list(dict.fromkeys(["".join(spoken), "".join(first)]))


def corrections(text: str, titles: Sequence[str]) -> list[str]:
    """What a folded query may have been meant to be, the nearest first; nothing when a title says it as it is."""
    pieces = chinese.runs(text)
    if not pieces or len(text) > _LONGEST:
        return []
    found: dict[str, float] = {}
    for title in titles[:MOST_TITLES]:
        fits = _fits(pieces, chinese.folded(title)[:_TITLE])
        if not fits:
            continue
        cost = sum(fit.cost for fit in fits)
        if not cost:
            return []
        meant = _put(text, pieces, fits)
        found[meant] = min(cost, found.get(meant, cost))
    return sorted(found, key=found.__getitem__)[:MOST]


def _fits(pieces: Sequence[str], title: str) -> list[_Fit]:
    """What stands for each of the pieces; nothing when one has nothing."""
    stretches = [chinese.cut(run) if is_chinese(run[0]) else [run] for run in chinese.runs(title)]
    found = []
    for piece in pieces:
        fit = _Fit(0.0, piece) if piece in title else min(_candidates(piece, stretches), default=None)
        if fit is None:
            return []
        found.append(fit)
    return found


def _put(text: str, pieces: Sequence[str], fits: Sequence[_Fit]) -> str:
    """A query with each of its pieces replaced."""
    put, at = "", 0
    for piece, fit in zip(pieces, fits, strict=True):
        begin = text.index(piece, at)
        put += text[at:begin] + fit.letters
        at = begin + len(piece)
    return (put + text[at:]).strip()


def _candidates(piece: str, stretches: Sequence[Sequence[str]]) -> Iterator[_Fit]:
    for words in stretches:
        if not is_chinese(words[0][0]):
            yield from _mistyped(piece, words[0])
        elif is_chinese(piece[0]):
            yield from _alike(piece, words)
        elif chinese.is_spelling(piece):
            yield from _spelt(piece, words)


def _mistyped(piece: str, word: str) -> Iterator[_Fit]:
    """A word of which a piece is a slip."""
    slips = _slips(piece, word)
    if slips is not None:
        yield _Fit(float(slips), word)


def _alike(piece: str, words: Sequence[str]) -> Iterator[_Fit]:
    """Words as long as a piece of Chinese in which few characters are other ones, or sound alike."""
    for begin in range(len(words)):
        letters = _chain(words, begin, len(piece))
        others = [index for index, (one, other) in enumerate(zip(piece, letters, strict=False)) if one != other]
        if len(letters) != len(piece) or 2 * len(others) > len(piece):
            continue
        spoken, heard = chinese.spelled(piece), chinese.spelled(letters)
        differing = sum(spoken[index] != heard[index] for index in others)
        if differing <= len(piece) // _CHARACTERS:
            yield _Fit(differing + _ALIKE * (len(others) - differing), letters)


def _chain(words: Sequence[str], begin: int, least: int) -> str:
    """The words from the one at `begin` on that have so many characters together, or more."""
    chain = ""
    while len(chain) < least and begin < len(words):
        chain += words[begin]
        begin += 1
    return chain


def _spelt(piece: str, words: Sequence[str]) -> Iterator[_Fit]:
    """Words that are spelled as a piece of other letters is, or nearly."""
    sounds = ["".join(syllables(word)) for word in words]
    for begin in range(len(words)):
        sound = ""
        for end in range(begin, len(words)):
            sound += sounds[end]
            slips = _slips(piece, sound)
            if slips is not None:
                yield _Fit(_SPELLED + slips, "".join(words[begin : end + 1]))
            if len(sound) > len(piece) + _SLIPS:
                break


def _slips(typed: str, meant: str) -> int | None:
    """How many letters of a word are wrong, missing, too many or swapped with the next; None for too many."""
    most = _SLIPS if len(typed) >= _TWO_WRONG else 1 if len(typed) >= _ONE_WRONG else 0
    # Hardly anybody mistypes the first letter, and most words are told apart by it.
    if typed[0] != meant[:1] or abs(len(typed) - len(meant)) > most or (not most and typed != meant):
        return None
    above: list[int] = []
    row = list(range(len(meant) + 1))
    for index, letter in enumerate(typed):
        over, above, row = above, row, [index + 1]
        for at, other in enumerate(meant):
            step = min(above[at] + (letter != other), above[at + 1] + 1, row[at] + 1)
            if index and at and letter == meant[at - 1] and typed[index - 1] == other:
                step = min(step, over[at - 1] + 1)
            row.append(step)
    return row[-1] if row[-1] <= most else None
