"""The order of DISCOVER and its reasons: pure decisions over candidates."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import msgspec

from content.feed.ranking import Candidates, Common, Taste, rank, suiting
from content.feed.spreading import spread
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
    return Candidates(Common(cards), (), taste, frozenset(followed), frozenset(topics), frozenset(engaged))


def reasons(candidates: Candidates) -> list[tuple[UUID, str]]:
    found = rank(candidates, new_id(), NOW)
    return [(found.note_id(place), found.reason(place)) for place in spread(found, 1000)]


def order(candidates: Candidates, session_id: UUID | None = None, most: int = 1000) -> list[UUID]:
    found = rank(candidates, session_id or new_id(), NOW)
    return [found.note_id(place) for place in spread(found, most)]


class TestReasons:
    def test_all_five_occur(self) -> None:
        author, topic = new_id(), new_id()
        by, alike, about = card(author_id=author, hot_score=-9), card(hot_score=-9), card(topic_id=topic, hot_score=-9)
        loved, new = card(), card(hours=1, loved=2)
        found = given([by, alike, about, loved, new], similar={alike.id: 0.7}, followed=[author], topics=[topic])
        assert dict(reasons(found)) == {
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
        found = reasons(given([other, one, both], followed=[author], topics=[topic]))
        assert found[0] == (both.id, "FOLLOWED_AUTHOR")

    def test_whose_candidate_it_is_makes_no_difference(self) -> None:
        author, topic = new_id(), new_id()
        made = [
            card(author_id=author if place % 3 else None, topic_id=topic if place % 4 else None, hot_score=-place)
            for place in range(40)
        ]
        common = given(made, similar={made[7].id: 0.5}, followed=[author], topics=[topic], engaged=[made[9].id])
        for most in (1, 20, 39):  # The first is the hottest, by which love is measured.
            apart = msgspec.structs.replace(common, common=Common(made[:most]), cards=made[most:])
            assert reasons(apart) == reasons(common)

    def test_what_became_hotter_than_the_hottest_is_worth_as_much(self) -> None:
        hottest, hotter = card(hot_score=1), card(hot_score=9)
        found = msgspec.structs.replace(given([hottest]), cards=[hotter])
        assert set(order(found)) == {hottest.id, hotter.id}

    def test_what_is_hidden_or_came_later_is_left_out(self) -> None:
        author, one, session, later = new_id(), card(), new_id(), card()
        found = given([one, card(author_id=author), later], followed=[author])
        assert order(msgspec.structs.replace(found, hidden={author}), session) == [one.id]


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

    def test_however_far_it_is_read_the_beginning_is_the_same(self) -> None:
        authors, topics = [new_id() for _ in range(5)], [new_id() for _ in range(3)]
        made = [
            card(
                author_id=authors[place * place % 5],
                topic_id=topics[place % 7 % 3],
                hours=place % 5 * 12,
                loved=place % 13,
                is_sponsored=place % 4 == 0,
                hot_score=-place / 10,
            )
            for place in range(200)
        ]
        candidates, session = given(made), new_id()
        whole = order(candidates, session)
        assert len(whole) > 150
        assert all(order(candidates, session, most) == whole[:most] for most in range(len(whole)))

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
