"""The texts: complete, of the right length, and about things that exist."""

from decimal import Decimal

import pytest

from demo import texts

SPECIALTIES = list(texts.specialties().values())


class TestSpecialties:
    @pytest.mark.parametrize("specialty", SPECIALTIES, ids=lambda specialty: specialty.slug)
    def test_has_a_kol_a_shop_and_others_who_care(self, specialty: texts.Specialty) -> None:
        people = texts.cast().people
        assert [person.specialty for person in people].count(specialty.slug) == 1
        assert [person.shop for person in people].count(specialty.shop) == 1
        assert specialty.shop in {shop.key for shop in texts.cast().shops}
        assert sum(specialty.slug in person.interests for person in people) >= 3

    @pytest.mark.parametrize("specialty", SPECIALTIES, ids=lambda specialty: specialty.slug)
    def test_guides_take_tips_that_there_are(self, specialty: texts.Specialty) -> None:
        for article in specialty.articles:
            assert len(set(article.tips)) == len(article.tips) >= 4
            assert all(1 <= tip <= len(specialty.tips) for tip in article.tips)

    @pytest.mark.parametrize("specialty", SPECIALTIES, ids=lambda specialty: specialty.slug)
    def test_openings_and_titles_name_the_product(self, specialty: texts.Specialty) -> None:
        assert all("{name}" in line for line in specialty.openings + specialty.titles)


class TestProducts:
    def test_have_slugs_and_titles_of_their_own(self) -> None:
        products = [product for specialty in SPECIALTIES for product in specialty.products]
        assert len(texts.products()) == len(products) == len({product.title for product in products})

    @pytest.mark.parametrize("slug", texts.products())
    def test_are_priced_stocked_drawn_and_described(self, slug: str) -> None:
        _, product = texts.products()[slug]
        assert 1 <= len(product.variants) <= 4
        for variant in product.variants:
            name, price, stock = variant.split("|")
            assert name and Decimal(price) > 0 and int(stock) > 0
        assert product.glyph in texts.glyphs()
        assert len(product.remarks) == len(set(product.remarks)) == 5 and product.caveat


class TestCast:
    def test_nobody_shares_a_handle_or_a_name(self) -> None:
        people = texts.cast().people
        assert len({person.handle for person in people}) == len({person.name for person in people}) == len(people) == 40

    def test_interests_are_specialties(self) -> None:
        assert all(set(person.interests) <= set(texts.SPECIALTIES) for person in texts.cast().people)
