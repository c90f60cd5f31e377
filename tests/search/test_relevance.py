"""How well documents answer, whichever engine finds them."""

import pytest

from search import relevance
from search.engine import LOOSE, Answer, Found, Query
from search.relevance import Texts
from search.synonyms import own
from tests.factories.search import document


def score(query: str, title: str, **given: object) -> float:
    return relevance.judged(query, Texts(title, **given)).score  # type: ignore[arg-type]


class TestParts:
    def test_are_characters_pairs_and_other_words(self) -> None:
        assert [part.gram for part in relevance.parts("露营 nfc")] == ["露", "露营", "营", "nfc", "~nf", "~fc"]

    def test_weigh_little_across_two_words(self) -> None:
        weights = {part.letters: part.weight for part in relevance.parts("露营什么意思")}
        assert weights["露营"] > weights["什么"] and weights["露营"] > weights["么意"]

    def test_are_none_of_what_is_no_word(self) -> None:
        assert not relevance.parts("！？ “”") and not relevance.has_parts("露营") and relevance.has_parts("露营椅")


class TestJudged:
    @pytest.mark.parametrize(
        ("text", "better", "worse"),
        [
            ("露营帐篷", "露营帐篷", "帐篷"),
            ("露营帐篷", "露营帐篷", "露营用的大号帐篷"),
            ("露营", "露营", "露营" + "好看的装备清单" * 5),
            ("露营", "露营露营椅子推荐好用", "露营椅子推荐好用又轻"),
            ("iphone手机壳", "iphone手机壳", "安卓手机壳"),
            ("sunscren", "sunscreen", "suncare"),
            ("露营什么意思", "露营百科", "什么心思"),
        ],
    )
    def test_prefers(self, text: str, better: str, worse: str) -> None:
        assert score(text, better) > score(text, worse)

    def test_prefers_titles_to_synonyms_to_names_to_sounds_to_texts(self) -> None:
        told = [
            score("luying", "luying"),
            score("luying", "周末", also="luying"),
            score("luying", "周末", names="luying"),
            score("luying", "周末", sounds=" luying ly"),
            score("luying", "周末", text="luying"),
            score("luying", "周末"),
        ]
        assert told == sorted(told, reverse=True) and len(set(told)) == 6 and told[-1] == 0

    def test_prefers_the_loved_and_puts_the_sold_out_last(self) -> None:
        assert score("露营", "露营", popular=10**6) == pytest.approx(1.3 * score("露营", "露营"))
        assert score("露营帐篷", "露营帐篷", sold_out=True) < score("露营帐篷", "好看的帐篷推荐")

    @pytest.mark.parametrize(
        ("text", "title", "covered"),
        [("露萤帐篷", "露营帐篷", True), ("手机克", "手机壳", True), ("量子力学", "学子用力量", False)],
    )
    def test_takes_a_wrong_character_for_what_it_is_and_scattered_ones_for_nothing(
        self, text: str, title: str, covered: bool
    ) -> None:
        assert (relevance.judged(text, Texts(title)).covered >= relevance.LEAST_COVERED) == covered


class TestPage:
    def test_orders_its_candidates_and_leaves_out_what_has_too_little(self) -> None:
        documents = [document(title) for title in ("口红", "帐篷", "露营帐篷")]
        things = [each.thing for each in documents]
        given = (Answer([], 3, {}), things, [relevance.texts(each, own()) for each in documents], 0, 9)
        found = relevance.page(Query("露营帐篷", ["露营", "帐篷"], loose=LOOSE), *given, partly=things[:2])
        assert [hit.thing for hit in found.hits] == [things[2], things[1]] and found.total == 2
        found = relevance.page(Query("露营帐篷", ["露营", "帐篷"]), *given)
        assert [hit.thing for hit in found.hits] == [things[2], things[1], things[0]] and found.total == 3

    def test_adds_what_meaning_is_worth_to_what_words_are(self) -> None:
        documents = [document(title) for title in ("过夜小屋", "帐篷", "林间木屋", "口红")]
        one, worded, other, _ = things = [each.thing for each in documents]
        texts = [relevance.texts(each, own()) for each in documents]
        asked = Query("露营帐篷", ["露营", "帐篷"], loose=LOOSE)
        found = relevance.page(
            asked, Answer([], 4, {}), things, texts, 0, 9, {one: 0.5, other: 1.0, worded: 0.5}, things
        )
        ranks = {hit.thing: hit.position.rank for hit in found.hits}
        assert list(ranks) == [worded, other, one] and found.total == 3
        assert ranks[other] == pytest.approx(2 * ranks[one])
        assert ranks[worded] == pytest.approx(score("露营帐篷", "帐篷") + ranks[one])

    @pytest.mark.parametrize("title", ["露营帐篷", "三季露营用的大号帐篷", "帐篷", "周末露营去"])
    def test_puts_no_likeness_before_a_good_match_in_words(self, title: str) -> None:
        good, alike = document(title), document("过夜小屋", popular=10**6)
        things, texts = zip(*((each.thing, relevance.texts(each, own())) for each in (good, alike)), strict=True)
        asked = Query("露营帐篷", ["露营", "帐篷"], loose=LOOSE)
        found = relevance.page(asked, Answer([], 2, {}), things, texts, 0, 9, {alike.thing: 1.0}, [alike.thing])
        assert [hit.thing for hit in found.hits] == [good.thing, alike.thing]

    def test_keeps_the_engines_order_beyond_its_window(self) -> None:
        documents = [document(title) for title in ("帐篷", "露营帐篷")]
        beyond: list[Found] = [document("露营帐篷").thing for _ in range(3)]
        things = [*(each.thing for each in documents), *beyond]
        texts = [relevance.texts(each, own()) for each in documents]
        found = relevance.page(Query("露营帐篷", ["露营", "帐篷"]), Answer([], 5, {}), things, texts, 1, 3)
        assert [hit.thing for hit in found.hits] == [things[0], *beyond[:2]]
