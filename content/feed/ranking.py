"""Ranks what DISCOVER may show: a sum of a few parts, of which the greatest is the reason.

Most candidates are everybody's, and for most of those nothing but love speaks: they are put in order once for all who
begin a session at a time. Of a session's own are only those in which its viewer has a part. The order is decided by the
candidates and the session's id alone, so that it can be made again.
"""

import heapq
import random
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final
from uuid import UUID

import msgspec

from content.feed.spreading import REASONS, Order
from content.notes import NoteCard

# What each part is worth at its most.
_SIMILAR: Final = 1.0
_FOLLOWED_AUTHOR: Final = 0.8
_FOLLOWED_TOPIC: Final = 0.6
_POPULAR: Final = 0.5
# How much those whom one follows count beside those who like the same.
_FRIENDS: Final = 0.2
# What one engaged with already may be seen again, below what one does not know.
_KNOWN: Final = 0.3
_FRESH: Final = timedelta(days=1)
# Likes, collects and comments together, from which a fresh note is there for being loved.
_LOVED: Final = 10
_TOP: Final = 10
_BY_LOVE: Final = REASONS.index("POPULAR")
_BY_NEWS: Final = REASONS.index("FRESH")


class Scored(msgspec.Struct, frozen=True, gc=False):
    """A note by what it is worth, the number of its reason, and what is kept of it in an order."""

    worth: float
    reason: int
    card: NoteCard
    id: bytes
    author: int
    topic: int


_worth = attrgetter("worth")


class Taste(msgspec.Struct, frozen=True):
    """How much notes suit a person: by those who like the same, and by those whom the person follows."""

    similar: Mapping[UUID, float]
    friends: Mapping[UUID, float]


class Numbers(dict[UUID | None, int]):
    """Numbers of authors and topics, the same for the same; 0 is none."""

    def __missing__(self, one: UUID | None) -> int:
        self[one] = number = len(self) if one else 0
        return number

    def scored(self, card: NoteCard, worth: float, reason: int) -> Scored:
        """A card with its numbers."""
        return Scored(worth, reason, card, card.id.bytes, self[card.author_id], self[card.topic_id])


class Common:
    """The candidates of everybody, and whatever a viewer may have a part in them by."""

    def __init__(self, cards: Sequence[NoteCard]) -> None:
        self.by_id = {card.id: card for card in cards}
        self.by_author: defaultdict[UUID, list[NoteCard]] = defaultdict(list)
        self.by_topic: defaultdict[UUID | None, list[NoteCard]] = defaultdict(list)
        for card in cards:
            self.by_author[card.author_id].append(card)
            self.by_topic[card.topic_id].append(card)
        self.numbers = Numbers({None: 0})
        self.hottest = max((card.hot_score for card in cards), default=0.0)
        self.scored = [self.numbers.scored(card, self.love(card), _BY_LOVE) for card in cards]
        self.scored.sort(key=_worth, reverse=True)

    def love(self, card: NoteCard) -> float:
        """What a note's love is worth beside the hottest; one that became hotter since is worth as much."""
        return _POPULAR / (1 + max(self.hottest - card.hot_score, 0.0))


class Candidates(msgspec.Struct, frozen=True):
    """The notes to rank for a person, and what is known of the person: `cards` are there for their sake."""

    common: Common
    cards: Sequence[NoteCard] = ()
    taste: Taste = Taste({}, {})
    followed: frozenset[UUID] = frozenset()
    topics: frozenset[UUID] = frozenset()
    engaged: frozenset[UUID] = frozenset()
    # Authors of whom nothing is shown.
    hidden: Collection[UUID] = ()


def suiting(taste: Taste) -> dict[UUID, float]:
    """How much each note suits a person: about 1 for the ten that suit best."""
    similar, friends = _levelled(taste.similar), _levelled(taste.friends)
    return {
        note_id: similar.get(note_id, 0.0) + _FRIENDS * friends.get(note_id, 0.0) for note_id in {**similar, **friends}
    }


def _levelled(scores: Mapping[UUID, float]) -> dict[UUID, float]:
    """Scores in parts of what the ten best reach on average."""
    level = sum(heapq.nlargest(_TOP, scores.values())) / _TOP
    return {note_id: score / level for note_id, score in scores.items()} if level else {}


def rank(candidates: Candidates, session_id: UUID, now: datetime) -> Order:
    """The notes of a session that are older than its id, best first."""
    suits, hidden, before = suiting(candidates.taste), candidates.hidden, session_id.bytes
    own = {card.id: card for card in _own(candidates, suits)}
    scored = [one for one in candidates.common.scored if one.card.id not in own]
    scored += _scored(candidates, suits, own.values())
    scored.sort(key=_worth, reverse=True)
    return _order([one for one in scored if one.id < before and one.card.author_id not in hidden], session_id, now)


def _own(candidates: Candidates, suits: Iterable[UUID]) -> Iterator[NoteCard]:
    """The cards in which the viewer has a part."""
    common = candidates.common
    yield from candidates.cards
    for note_id in (*suits, *candidates.engaged):
        if note_id in common.by_id:
            yield common.by_id[note_id]
    for author_id in candidates.followed:
        yield from common.by_author.get(author_id, ())
    for topic_id in candidates.topics:
        yield from common.by_topic.get(topic_id, ())


def _scored(candidates: Candidates, suits: Mapping[UUID, float], cards: Iterable[NoteCard]) -> list[Scored]:
    followed, topics, engaged, love = (
        candidates.followed,
        candidates.topics,
        candidates.engaged,
        candidates.common.love,
    )
    numbers = Numbers(candidates.common.numbers)
    scored = []
    for card in cards:
        parts = (
            _FOLLOWED_AUTHOR if card.author_id in followed else 0.0,
            _SIMILAR * suits.get(card.id, 0.0),
            _FOLLOWED_TOPIC if card.topic_id in topics else 0.0,
            love(card),
        )
        worth = sum(parts) * (_KNOWN if card.id in engaged else 1.0)
        scored.append(numbers.scored(card, worth, parts.index(max(parts))))
    return scored


def _order(scored: Sequence[Scored], session_id: UUID, now: datetime) -> Order:
    since = now - _FRESH
    reasons = bytearray([one.reason for one in scored])
    lot = [place for place, one in enumerate(scored) if one.card.loved < _LOVED and one.card.published_at > since]
    for place in lot:
        if reasons[place] == _BY_LOVE:
            reasons[place] = _BY_NEWS
    random.Random(session_id.int).shuffle(lot)
    return Order(
        ids=b"".join([one.id for one in scored]),
        reasons=bytes(reasons),
        sponsored=bytes([one.card.is_sponsored for one in scored]),
        authors=array("H", [one.author for one in scored]).tobytes(),
        topics=array("H", [one.topic for one in scored]).tobytes(),
        lot=array("H", lot).tobytes(),
    )
