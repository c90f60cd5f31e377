"""What a hit shows of itself: its best passage, with the matches marked and everything else escaped.

A page of long texts must cost little: a text is folded once and looked through a bounded number of times by what the
interpreter does fast, to find a few stretches that may be the best; what costs more is only done in these.
"""

import functools
import html
import itertools
import re
from collections.abc import Sequence
from typing import Final

from search import chinese
from search.pinyin import readings
from search.spellings import Spelling

# A passage longer than this is cut to about this many characters around its matches.
_LENGTH: Final = 80
# Longer texts are looked through up to here.
_MOST: Final = 20_000
# So many words of a query are looked for, so many of its spellings, and these divided in so many ways.
_MOST_WORDS, _MOST_SPELLINGS, _MOST_WAYS = 16, 4, 4
# So many places of a word are looked at, and so many of all words; so many stretches around them are tried.
_MOST_PLACES, _MOST_ANCHORS, _MOST_TRIED = 32, 32, 3
# Of the matches in one stretch so many are compared.
_MOST_SPANS: Final = 40
# What is beside a stretch tells where its first word begins, and its last one ends.
_BESIDE: Final = 16

Span = tuple[int, int, int]


def highlight(passages: Sequence[str], words: Sequence[str], spelled: Sequence[Spelling] = ()) -> str | None:
    """The passage with most of the folded `words`, as HTML: matches between <em> and </em>, all else escaped.

    What is `spelled` is marked where it is heard, too. The first passage of several that are as good; None when none
    has any.
    """
    sought, spelled = words[:_MOST_WORDS], spelled[:_MOST_SPELLINGS]
    enough = len(sought) - sum(len(spelling.words) - 1 for spelling in spelled)
    best, most = None, 0
    for passage in passages:
        if most >= enough:
            break
        text = passage[:_MOST]
        begin, end, spans = _densest(text, sought, spelled)
        different = len({word for *_, word in spans})
        if different > most:
            best, most = _marked(text, begin, end, spans), different
    return best


def _densest(text: str, words: Sequence[str], spelled: Sequence[Spelling]) -> tuple[int, int, list[Span]]:
    """The stretch of about `_LENGTH` characters of a text with most different words, and its matches."""
    folded, origins = chinese.folded_with_origins(text)
    if len(folded) <= 2 * _LENGTH:
        return _cut(text, [_placed(origins, span) for span in _spans(folded, 0, len(folded), words, spelled)])
    places = list(_places(folded, words, spelled))
    begins = dict.fromkeys(max(0, at) for begin, end in places for at in (begin, end - _LENGTH))

    def promised(begin: int) -> int:
        stretch = folded[begin : begin + _LENGTH]
        return sum(word in stretch for word in words)

    best: tuple[int, int, list[Span]] = (0, len(text), [])
    for begin in sorted(begins, key=promised, reverse=True)[:_MOST_TRIED]:
        if best[2] and len({word for *_, word in best[2]}) >= promised(begin) + len(spelled):
            break
        spans = _spans(folded, begin, min(len(folded), begin + _LENGTH), words, spelled)
        if len({word for *_, word in spans}) > len({word for *_, word in best[2]}):
            best = _cut(text, [_placed(origins, span) for span in spans])
    return best


def _placed(origins: Sequence[int], span: Span) -> Span:
    """A match where it stands in the text as it was written."""
    return origins[span[0]], origins[span[1] - 1] + 1, span[2]


def _places(folded: str, words: Sequence[str], spelled: Sequence[Spelling]) -> list[tuple[int, int]]:
    """Where the words stand, the rarest first, and where what has no letters there is heard."""
    found: list[tuple[int, int]] = []
    times = {word: folded.count(word) for word in words}
    for word in sorted(filter(times.__getitem__, words), key=times.__getitem__):
        found += itertools.islice(chinese.occurrences(folded, word), _MOST_PLACES)
    for spelling in spelled:
        if not all(word in folded for word in spelling.words):
            heard = _heard(spelling.ways[:_MOST_WAYS]).finditer(folded)
            found += [each.span() for each in itertools.islice(heard, _MOST_PLACES)]
    return found[:_MOST_ANCHORS]


def _spans(folded: str, begin: int, end: int, words: Sequence[str], spelled: Sequence[Spelling]) -> list[Span]:
    """The matches in a stretch of a folded text; those of a spelling count as words of their own."""
    first = max(0, begin - _BESIDE)
    stretch = folded[first : end + _BESIDE]
    # Syllables mean something together.
    syllables = {word for spelling in spelled if len(spelling.words) > 1 for word in spelling.words}
    found = [(first + at, first + stop, word) for at, stop, word in chinese.spans(stretch, words, syllables)]
    for number, spelling in enumerate(spelled, len(words)):
        heard = _heard(spelling.ways[:_MOST_WAYS]).finditer(stretch)
        found += [(first + each.start(), first + each.end(), number) for each in heard]
    return sorted(span for span in found if begin <= span[0] and span[1] <= end)


@functools.lru_cache(16)
def _heard(ways: Sequence[Sequence[str]]) -> re.Pattern[str]:
    """Finds Chinese that may be read as syllables in one of these ways."""
    return re.compile("|".join("".join(f"[{readings()[syllable]}]" for syllable in way) for way in ways))


def _cut(text: str, spans: list[Span]) -> tuple[int, int, list[Span]]:
    """A text, or a stretch of about `_LENGTH` characters of it around matches, and those matches that are in it."""
    if len(text) <= _LENGTH or not spans:
        return 0, len(text), spans
    first, last = _window(spans[:_MOST_SPANS])
    begin = max(0, min(first - max(0, _LENGTH - (last - first)) // 3, len(text) - _LENGTH))
    end = max(last, min(len(text), begin + _LENGTH))
    return begin, end, [span for span in spans if begin <= span[0] and span[1] <= end]


def _window(spans: list[Span]) -> tuple[int, int]:
    """From the first to the last of the matches that fit into one passage and have most different words."""
    best, most = spans[0][:2], 0
    last = 0
    for index, (begin, _, _) in enumerate(spans):
        while last < len(spans) and spans[last][1] <= begin + _LENGTH:
            last += 1
        different = len({word for *_, word in spans[index:last]})
        if different > most:
            best, most = (begin, max(end for _, end, _ in spans[index:last])), different
    return best


def _marked(text: str, begin: int, end: int, spans: list[Span]) -> str:
    pieces = ["…"] if begin else []
    at = begin
    for first, last in _merged(spans):
        pieces += [html.escape(text[at:first]), "<em>", html.escape(text[first:last]), "</em>"]
        at = last
    pieces.append(html.escape(text[at:end]))
    return "".join(pieces) + ("…" if end < len(text) else "")


def _merged(spans: list[Span]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end, _ in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
