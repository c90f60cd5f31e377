"""The order of DISCOVER and its reasons: pure decisions over candidates."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from content.feed.candidates import Candidates, Taste
from content.feed.ranking import rank, suiting
from content.notes import NoteCard
from core.ids import new_id

NOW = datetime(2026, 11, 11, 20, tzinfo=UTC)


def card(
    *,
    author_id: UUID | None = None,
    hours: float = 48,
    loved: int = 20,
    hot_score: float = 1.0,
    is_sponsored: bool = False,
    topic_id: UUID | None = None,
) -> NoteCard:
    published = NOW - timedelta(hours=hours)
    return NoteCard(new_id(), author_id or new_id(), is_sponsored, loved, published, hot_score, topic_id)


def given(
    cards: Sequence[NoteCard],
    *,
    similar: Mapping[UUID, float] | None = None,
    friends: Mapping[UUID, float] | None = None,
    followed: Sequence[UUID] = (),
    topics: Sequence[UUID] = (),
    engaged: Sequence[UUID] = (),
) -> Candidates:
    taste = Taste(similar or {}, friends or {})
    return Candidates(cards, taste, frozenset(followed), frozenset(topics), frozenset(engaged))


def order(candidates: Candidates, session_id: UUID | None = None) -> list[UUID]:
    return [one.note_id for one in rank(candidates, session_id or new_id(), NOW)]


class TestReasons:
    def test_all_five_occur(self) -> None:
        author, topic = new_id(), new_id()
        by, alike, about = card(author_id=author, hot_score=-9), card(hot_score=-9), card(topic_id=topic, hot_score=-9)
        loved, new = card(), card(hours=1, loved=2)
        found = rank(
            given([by, alike, about, loved, new], similar={alike.id: 0.7}, followed=[author], topics=[topic]),
            new_id(),
            NOW,
        )
        assert {one.note_id: one.reason for one in found} == {
            by.id: "FOLLOWED_AUTHOR",
            alike.id: "SIMILAR_TASTE",
            about.id: "FOLLOWED_TOPIC",
            loved.id: "POPULAR",
            new.id: "FRESH",
        }

    def test_the_greatest_part_is_the_reason_and_all_count(self) -> None:
        author, topic = new_id(), new_id()
        one = card(author_id=author, hot_score=-9)
        both = card(author_id=author, hot_score=-9, topic_id=topic)
        other = card(hot_score=-9, topic_id=topic)
        found = rank(given([other, one, both], followed=[author], topics=[topic]), new_id(), NOW)
        assert [found[0].note_id, found[0].reason] == [both.id, "FOLLOWED_AUTHOR"]


class TestTaste:
    def test_those_whom_one_follows_count_less_than_those_alike(self) -> None:
        alike, friends, both = new_id(), new_id(), new_id()
        scores = suiting(Taste({alike: 1.0, both: 1.0}, {friends: 40.0, both: 40.0}))
        assert scores[both] > scores[alike] > scores[friends] > 0

    def test_what_one_knows_comes_later(self) -> None:
        known, unknown = card(), card(hot_score=0.5)
        assert order(given([known, unknown], engaged=[known.id])) == [unknown.id, known.id]


class TestSpread:
    def test_no_author_twice_in_a_row_while_there_is_another(self) -> None:
        one, two = new_id(), new_id()
        loved = [card(author_id=one, hot_score=5 - place) for place in range(3)]
        others = [card(author_id=two, hot_score=-place) for place in range(2)]
        authors = {made.id: made.author_id for made in (*loved, *others)}
        assert [authors[found] for found in order(given([*loved, *others]))] == [one, two, one, two, one]

    def test_nothing_is_lost_where_all_is_by_one(self) -> None:
        author = new_id()
        made = [card(author_id=author, hot_score=float(place)) for place in range(5)]
        assert order(given(made)) == [one.id for one in reversed(made)]

    def test_no_topic_three_times_in_a_row(self) -> None:
        topic = new_id()
        same = [card(topic_id=topic, hot_score=9.0 - place) for place in range(4)]
        other = card(hot_score=-5, topic_id=new_id())
        assert order(given([*same, other]))[:3] == [same[0].id, same[1].id, other.id]

    def test_one_of_eight_is_sponsored_at_the_most(self) -> None:
        paid = [card(is_sponsored=True, hot_score=50.0 + place) for place in range(10)]
        plain = [card(hot_score=float(-place)) for place in range(30)]
        found = order(given([*paid, *plain]))
        places = [place for place, one in enumerate(found) if one in {made.id for made in paid}]
        assert places[0] == 0 and all(later - sooner >= 8 for sooner, later in pairwise(places))
        assert len(places) == 5 and {one.id for one in plain} <= set(found)

    def test_a_feed_is_bounded_and_shows_nothing_twice(self) -> None:
        found = order(given([card(hot_score=float(place)) for place in range(700)]))
        assert len(found) == len(set(found)) == 500


class TestFirstAudience:
    def test_every_eighth_place_is_for_a_note_that_few_know(self) -> None:
        loved = [card(hot_score=20.0 - place / 100) for place in range(60)]
        new = [card(hours=1, loved=0, hot_score=-50.0 - place) for place in range(40)]
        candidates = given([*loved, *new])
        fresh = {one.id for one in new}
        first = [order(candidates, session)[:16] for session in (new_id() for _ in range(60))]
        assert all([place for place, one in enumerate(found) if one in fresh] == [7, 15] for found in first)
        # Chance gives each of them its share: 120 places for 40 notes.
        assert len({one for found in first for one in found if one in fresh}) > 30

    def test_a_session_is_ranked_the_same_again(self) -> None:
        candidates, session = given([card(hours=1, loved=0) for _ in range(40)]), new_id()
        assert order(candidates, session) == order(candidates, session)
