"""What a hit shows of itself: its best passage, with the matches marked and everything else escaped."""

import html
from collections.abc import Sequence

from search import chinese

# A passage longer than this is cut to about this many characters around its matches.
_LENGTH = 80
# Longer texts are looked through up to here.
_MOST = 20_000

Span = tuple[int, int, int]


def highlight(passages: Sequence[str], words: Sequence[str]) -> str | None:
    """The passage with most of the folded `words`, as HTML: matches between <em> and </em>, all else escaped.

    The first passage of several that are as good; None when none has any.
    """
    best, most = None, 0
    for passage in passages:
        if most == len(words):
            break
        text = passage[:_MOST]
        begin, end, spans = _densest(text, _spans(text, words))
        different = len({word for *_, word in spans})
        if different > most:
            best, most = _marked(text, begin, end, spans), different
    return best


def _spans(text: str, words: Sequence[str]) -> list[Span]:
    """Where a text as it was written has the words."""
    folded, origins = chinese.folded_with_origins(text)
    return [(origins[begin], origins[end - 1] + 1, word) for begin, end, word in chinese.spans(folded, words)]


def _densest(text: str, spans: list[Span]) -> tuple[int, int, list[Span]]:
    """The stretch of about `_LENGTH` characters with most different words, and its matches."""
    if len(text) <= _LENGTH or not spans:
        return 0, len(text), spans
    first, last = _window(spans)
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
