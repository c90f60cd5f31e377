"""How well a document answers a query: one measure for both engines, and nothing of it depends on the index.

An engine finds candidates by its own means and cheaply; their order comes from here. As a score is made of the query,
the document and a fixed dictionary's word frequencies alone, what a page's cursor points at stays where it was.
"""

import functools
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from search import chinese
from search.engine import LOOSEST, Answer, Document, Found, Hit, Position, Query
from search.pinyin import is_chinese, sound
from search.synonyms import Synonyms

# So many candidates are put in order; those beyond keep the engine's.
WINDOW: Final = 100
# With less of the pairs and words of a query, nothing is found even loosely.
LEAST_COVERED: Final = 0.15

# What a character, a pair of neighbours in a word, a pair across two words, and a whole word of other letters weigh
# at most, and two neighbouring letters of one: half a word that is typed with a slip has most of them.
_CHARACTER, _PAIR, _ACROSS, _LETTERS, _TWO_LETTERS = 0.4, 0.8, 0.4, 0.8, 0.4
# What a match is worth that is not in the title: among synonyms, in names and topics, by sound, in the text.
_ALSO, _NAMED, _SOUNDED, _TEXT = 0.8, 0.7, 0.6, 0.4
# Saying a thing again counts a little, and the less the longer the title: BM25's k1 and b, and a usual title's length.
_AGAIN, _BREVITY, _USUAL = 0.6, 0.9, 40
# What an unbroken stretch of the query adds.
_UNBROKEN: Final = 0.3
_LOVED: Final = 0.05
# Of a long text its beginning decides; all of it is found.
_JUDGED: Final = 500
_SOLD_OUT: Final = 0.001
# What meaning exactly the same is worth: as much as having the query in a long text. What has it in its title, or most
# of it, comes first.
_ALIKE: Final = 0.2

_NONE: Final[Mapping[Found, float]] = {}


class Texts(msgspec.Struct, frozen=True, array_like=True):
    """What of a document decides, folded: `names` with topics a line each, `also` what the title could say instead,
    `sounds` those of title, names and topics with a space before each; and how loved it is."""

    title: str
    names: str = ""
    also: str = ""
    text: str = ""
    sounds: str = ""
    popular: int = 0
    sold_out: bool = False


def texts(source: Document, synonyms: Synonyms) -> Texts:
    """What of a document decides."""
    title, *spoken = folded = [chinese.folded(each) for each in (source.title, *source.names, *source.topics)]
    sounds = dict.fromkeys(sound for each in folded for sound in chinese.sounds(each))
    return Texts(
        title=title,
        names="\n".join(spoken),
        also="\n".join(synonyms.of(title)),
        text=chinese.folded(source.text[:_JUDGED]),
        sounds="".join(f" {sound}" for sound in sounds),
        popular=source.popular,
        sold_out=source.sold_out,
    )


class Part(msgspec.Struct, frozen=True):
    """A piece of a query, and what having it weighs. A `whole` one is a word of other letters than Chinese; what is
    `inside` of such a word is found where that is heard."""

    letters: str
    weight: float
    whole: bool = False
    inside: str = ""

    @property
    def tells(self) -> bool:
        """Whether having it means something: scattered characters do not."""
        return self.whole or len(self.letters) > 1

    @property
    def gram(self) -> str:
        """The piece of `chinese.grams` that it is."""
        return self.letters if self.whole or is_chinese(self.letters[0]) else chinese.letters(self.letters)


# A query is at most 200 characters, which make some 80 KiB of parts.
@functools.lru_cache(64)
def parts(text: str) -> Sequence[Part]:
    """The pieces of a folded query: what is rare in the language weighs more.

    A pair across two words weighs no more than the commoner of the two: 么意 in 什么意思 is rare, and tells nothing.
    """
    found: dict[tuple[str, bool], Part] = {}
    for run in chinese.runs(text):
        for part in _weighed(run) if is_chinese(run[0]) else _spelt(run):
            known = found.get((part.letters, part.whole))
            if known is None or known.weight < part.weight:
                found[part.letters, part.whole] = part
    return list(found.values())


def _spelt(word: str) -> list[Part]:
    """A word of other letters, and each two neighbours in it."""
    pairs = [Part(pair, _TWO_LETTERS, inside=word) for pair in chinese.pairs(word) if len(word) > 1]
    return [Part(word, _LETTERS, whole=True), *pairs]


def telling(word: str) -> float:
    """How much it says that a document has a folded word."""
    return sum(part.weight for part in parts(word))


def telling_parts(query: Query) -> list[Part]:
    """The parts of a query by which something is found that has not all. What is spelled is heard in parts instead, but
    when it finds nothing so, and may be a slip."""
    spelled = {word for spelling in query.spelled for word in spelling.words} if query.loose != LOOSEST else set()
    return [part for part in parts(query.text) if part.tells and (part.inside or part.letters) not in spelled]


def has_parts(text: str) -> bool:
    """Whether one can have a part of a folded query: of a single word or pair one has all or nothing."""
    return sum(part.tells for part in parts(text)) > 1


def _weighed(run: str) -> list[Part]:
    """The characters and pairs of an unbroken stretch of Chinese."""
    words = [(word, chinese.rareness(word)) for word in chinese.cut(run)]
    told = [(number, rareness) for number, (word, rareness) in enumerate(words) for _ in word]
    found = []
    for index, (char, (word, rareness)) in enumerate(zip(run, told, strict=True)):
        found.append(Part(char, _CHARACTER * min(rareness, chinese.rareness(char))))
        if index + 1 < len(run):
            pair = run[index : index + 2]
            other, others = told[index + 1]
            weight = _PAIR * min(rareness, chinese.rareness(pair)) if word == other else _ACROSS * min(rareness, others)
            found.append(Part(pair, weight))
    return found


class Judged(msgspec.Struct, frozen=True):
    """How well a document answers: its score, and the share of the query's pairs and words, by weight, that it has."""

    score: float
    covered: float


def judged(text: str, texts: Texts, unseen: bool = False) -> Judged:
    """How well a document answers a folded query.

    `unseen`: it has all of it, and what is not seen here is in the rest of a long text, is heard in one, or is meant.
    """
    title, words = texts.title, chinese.runs(texts.title)
    saturation = _AGAIN * (1 - _BREVITY + _BREVITY * len(title) / _USUAL)
    total = said = telling = covered = 0.0
    heard: set[str] = set()
    for part in parts(text):
        weight = part.weight
        total += weight
        told = weight if part.tells else 0.0
        telling += told
        times = words.count(part.letters) if part.whole else title.count(part.letters)
        if times:
            covered += told
            said += weight * times * (1 + _AGAIN) / (times + saturation)
        elif worth := _elsewhere(part, texts, heard) or (_TEXT if unseen else 0.0):
            covered += told
            said += weight * worth * (1 + _AGAIN) / (1 + saturation)
    if not total:
        return Judged(factor(texts.popular, texts.sold_out), 1.0)
    score = said / total + _UNBROKEN * _unbroken(text.replace(" ", ""), title)
    return Judged(score * factor(texts.popular, texts.sold_out), covered / telling if telling else 1.0)


def factor(popular: int, sold_out: bool) -> float:
    """What a score is multiplied by: what many love counts more, by 1.3 for a million; what is sold out comes last."""
    return (1 + _LOVED * math.log10(1 + max(0, popular))) * (_SOLD_OUT if sold_out else 1.0)


def page(
    query: Query,
    answer: Answer,
    things: Sequence[Found],
    texts: Sequence[Texts],
    offset: int,
    limit: int,
    alike: Mapping[Found, float] = _NONE,
    partly: Collection[Found] = (),
) -> Answer:
    """The answer with those of its hits that a page shows: `things` are candidates in an engine's order, of which
    the first, those with `texts`, are put in ours. `alike` says of some, from 0 to 1, how near their meaning is.
    All but those that have it `partly` have all of the query, somewhere: what puts in order does not exclude them."""
    hits = []
    for thing, text in zip(things, texts, strict=False):
        near, whole = alike.get(thing), thing not in partly
        found = judged(query.text, text, whole and is_doubtful(query, text))
        if near is not None or whole or found.covered >= LEAST_COVERED:
            score = found.score if near is None else found.score + _meant(near, text)
            hits.append(Hit(thing, Position(score, thing.tie)))
    hits.sort(key=lambda hit: (-hit.position.rank, hit.position.tie))
    total = answer.total - (len(texts) - len(hits))
    hits += [Hit(thing, Position(0.0, thing.tie)) for thing in things[len(texts) :]]
    return msgspec.structs.replace(answer, hits=hits[offset : offset + max(0, limit)], total=total)


def is_doubtful(query: Query, text: Texts) -> bool:
    """Whether a document may have more of a query than its texts tell: in their rest, by sound, or by what is meant."""
    return len(text.text) >= _JUDGED or bool(query.spelled) or query.loose == LOOSEST


def _meant(near: float, texts: Texts) -> float:
    return _ALIKE * near * factor(texts.popular, texts.sold_out)


def _elsewhere(part: Part, texts: Texts, heard: set[str]) -> float:
    """What a part is worth that the title does not have. Adds to `heard` a word that is found by its sound."""
    letters = part.letters
    if letters in texts.also:
        return _ALSO
    if letters in texts.names:
        return _NAMED
    if part.inside in heard:
        return _SOUNDED
    if part.whole and chinese.is_spelling(letters) and f" {sound(letters)}" in texts.sounds:
        heard.add(letters)
        return _SOUNDED
    # A single character is in almost any longer text.
    return _TEXT if part.tells and letters in texts.text else 0.0


def _unbroken(text: str, title: str) -> float:
    """The share of a query that the longest stretch of it in the title has."""
    best = 0
    for begin in range(len(text)):
        end = begin + best + 1
        while end <= len(text) and text[begin:end] in title:
            best = end - begin
            end += 1
    return best / len(text) if text else 0.0
