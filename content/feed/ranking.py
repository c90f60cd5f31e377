"""Ranks what DISCOVER may show, and says why: a sum of a few parts, of which the greatest is the reason.

Then the order is spread: no author twice in a row, no topic three times, few sponsored notes, and now and then a note
that nobody knows yet. All of it is decided by the candidates and the session's id alone, so that it can be made again.
"""

import heapq
import random
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from content.feed.candidates import Candidates, Taste
from content.notes import NoteCard

# What each part is worth at its most.
_SIMILAR = 1.0
_FOLLOWED_AUTHOR = 0.8
_FOLLOWED_TOPIC = 0.6
_POPULAR = 0.5
# How much those whom one follows count beside those who like the same.
_FRIENDS = 0.2
# What one engaged with already may be seen again, below what one does not know.
_KNOWN = 0.3
_LONGEST = 500
# Of so many notes one at the most is sponsored, and one is a note that few know yet.
_SPONSORED_EVERY = 8
_UNKNOWN_EVERY = 8
_FRESH = timedelta(days=1)
# Likes, collects and comments together, from which a fresh note is there for being loved.
_LOVED = 10
_TOP = 10


class Ranked(msgspec.Struct, frozen=True):
    """A note's place in somebody's feed: why it is there."""

    note_id: UUID
    reason: str


class _Scored(msgspec.Struct, frozen=True):
    card: NoteCard
    score: float
    reason: str
    unknown: bool


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


def rank(candidates: Candidates, session_id: UUID, now: datetime) -> list[Ranked]:
    """The feed of a session, best first; at most 500 notes, each once."""
    suits = suiting(candidates.taste)
    hottest = max((card.hot_score for card in candidates.cards), default=0.0)
    scored = sorted(
        (_score(card, candidates, suits, hottest, now) for card in candidates.cards),
        key=lambda one: (one.score, one.card.hot_score, one.card.id),
        reverse=True,
    )
    unknown = [one for one in scored if one.unknown]
    random.Random(session_id.int).shuffle(unknown)
    return [Ranked(one.card.id, one.reason) for one in _spread(scored, unknown)]


def _score(
    card: NoteCard, candidates: Candidates, suits: Mapping[UUID, float], hottest: float, now: datetime
) -> _Scored:
    unknown = card.loved < _LOVED and now - card.published_at < _FRESH
    parts = (
        _FOLLOWED_AUTHOR * (card.author_id in candidates.followed),
        _SIMILAR * suits.get(card.id, 0.0),
        _FOLLOWED_TOPIC * (card.topic_id in candidates.topics),
        _POPULAR / (1 + hottest - card.hot_score),
    )
    reasons = ("FOLLOWED_AUTHOR", "SIMILAR_TASTE", "FOLLOWED_TOPIC", "FRESH" if unknown else "POPULAR")
    known = _KNOWN if card.id in candidates.engaged else 1.0
    return _Scored(card, known * sum(parts), reasons[parts.index(max(parts))], unknown)


def _spread(scored: Sequence[_Scored], unknown: Sequence[_Scored]) -> list[_Scored]:
    """The scored in their order, but for what would bore; sponsored notes beyond their share are left out."""
    feed: list[_Scored] = []
    recent: deque[NoteCard] = deque(maxlen=_SPONSORED_EVERY - 1)
    left = {one.card.id: one for one in scored}
    waiting = {one.card.id: one for one in unknown}
    while left and len(feed) < _LONGEST:
        chosen = None
        if len(feed) % _UNKNOWN_EVERY == _UNKNOWN_EVERY - 1:
            chosen = _first_fitting(waiting.values(), recent)
        chosen = chosen or _first_fitting(left.values(), recent) or _first_paid_for_by_nobody(left.values())
        if chosen is None:
            break
        feed.append(chosen)
        recent.append(chosen.card)
        del left[chosen.card.id]
        waiting.pop(chosen.card.id, None)
    return feed


def _first_fitting(offered: Iterable[_Scored], recent: Sequence[NoteCard]) -> _Scored | None:
    author = recent[-1].author_id if recent else None
    stale = recent[-1].topic_id if len(recent) > 1 and recent[-1].topic_id == recent[-2].topic_id else None
    sponsored = any(card.is_sponsored for card in recent)
    for one in offered:
        card = one.card
        if card.author_id == author or (stale is not None and card.topic_id == stale):
            continue
        if not (sponsored and card.is_sponsored):
            return one
    return None


def _first_paid_for_by_nobody(left: Iterable[_Scored]) -> _Scored | None:
    """Where all that is left is by one author or about one topic, better that than nothing."""
    return next((one for one in left if not one.card.is_sponsored), None)
