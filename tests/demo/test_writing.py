"""The notes: the same for the same chance, each its own, none with a gap in it."""

from collections import Counter
from random import Random

from demo import texts, writing

NOTES = writing.compose(Random(1))


class TestCompose:
    def test_is_the_same_for_the_same_chance(self) -> None:
        assert writing.compose(Random(1)) == NOTES
        assert writing.compose(Random(2)) != NOTES

    def test_no_two_notes_are_equal(self) -> None:
        assert len({note.body for note in NOTES}) == len({note.title for note in NOTES}) == len(NOTES) == 300

    def test_bodies_have_the_length_of_notes_and_no_gap(self) -> None:
        for note in NOTES:
            assert 100 <= len(note.body) <= 400, note
            assert not any(sign in note.title + note.body for sign in ("{", "}", "。。", "，，", "None")), note

    def test_all_kinds_are_there_and_most_are_pictures(self) -> None:
        kinds = Counter(note.kind for note in NOTES)
        assert kinds["IMAGE"] > kinds["ARTICLE"] > 30 and kinds["VIDEO"] > 20

    def test_a_film_belongs_to_each_video_and_shows_its_product(self) -> None:
        assert all((note.kind == "VIDEO") == (note.film is not None) for note in NOTES)
        assert all(note.film == note.products[0] for note in NOTES if note.film)

    def test_who_sells_says_so(self) -> None:
        sellers = {person.handle: person.shop for person in texts.cast().people if person.shop}
        for note in NOTES:
            if note.products and sellers.get(note.author) == texts.specialties()[note.specialty].shop:
                assert note.is_sponsored

    def test_products_are_of_the_notes_own_specialty(self) -> None:
        for note in NOTES:
            assert all(texts.products()[slug][0].slug == note.specialty for slug in note.products)
            assert set(note.topics) <= set(texts.specialties()[note.specialty].topics)

    def test_nothing_is_said_of_a_product_too_often(self) -> None:
        said = Counter(
            remark
            for note in NOTES
            for slug in note.products[:1]
            for remark in texts.products()[slug][1].remarks
            if remark in note.body
        )
        assert max(said.values()) <= 3
