"""How taste is weighed: pure arithmetic over who engaged with what."""

import random

import pytest

from content.feed import rules


def people(*numbers: int) -> rules.Bits:
    return sum(1 << number for number in set(numbers))


class TestStrength:
    @pytest.mark.parametrize(
        ("engaged", "expected"),
        [((False, False, False), 0), ((True, False, False), 0.6), ((False, True, True), 0.8), ((True, True, True), 1)],
    )
    def test_grows_with_the_kinds(self, engaged: tuple[bool, bool, bool], expected: float) -> None:
        assert rules.strength(*engaged) == pytest.approx(expected)


class TestNearest:
    def test_prefers_the_alike_to_the_merely_loved(self) -> None:
        assert rules.nearest({1: 10, 2: 12}, [20, 15, 2000], 0) == [1, 2]

    def test_takes_a_bounded_number(self) -> None:
        assert len(rules.nearest(dict.fromkeys(range(1, 200), 1), [5] * 200, 0)) == rules.MOST_NEIGHBOURS


class TestWeights:
    def test_solve_the_regression(self) -> None:
        chance = random.Random(7)
        target, *sources = [people(*(n for n in range(300) if chance.random() < 0.3)) for _ in range(9)]
        found = rules.weights(target, sources)
        modest = target.bit_count() ** -rules.MODESTY
        for one in sources:
            own = one.bit_count()
            # Each neighbour's equation: what all explain of the overlap, and its own penalty, give the overlap.
            explained = sum((one & other).bit_count() * weight for other, weight in zip(sources, found, strict=True))
            explained += (rules.RIDGE + rules.HIDDEN * own) * found[sources.index(one)]
            assert explained / modest == pytest.approx((one & target).bit_count(), rel=0.02)

    def test_two_that_say_the_same_share_what_they_say(self) -> None:
        target, same = people(*range(40)), people(*range(10, 60))
        [alone] = rules.weights(target, [same])
        one, other = rules.weights(target, [same, same])
        assert one == pytest.approx(other) and alone > one > alone / 2

    def test_chance_says_less_than_habit(self) -> None:
        [chance] = rules.weights(people(1), [people(1)])
        [habit] = rules.weights(people(*range(100)), [people(*range(100))])
        assert 0 < chance < habit * 100**rules.MODESTY

    def test_nobody_says_nothing(self) -> None:
        assert rules.weights(people(), [people(1)]) == [0]
