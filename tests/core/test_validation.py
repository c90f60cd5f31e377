"""What clients may send, and what is refused with the field that offends."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import validation
from core.errors import Invalid


class TestText:
    @pytest.mark.parametrize(
        ("given", "cleaned"),
        [
            ("  你好 ", "你好"),
            ("e\u0301", "é"),
            ("一\n二\t三", "一\n二\t三"),
            ("一\r\n二\r三", "一\n二\n三"),
            ("👨‍👩‍👧", "👨‍👩‍👧"),
            ("好" * 10, "好" * 10),
            ("👨‍👩‍👧‍👦" * 10, "👨‍👩‍👧‍👦" * 10),
            ("a\x00b\u202e", "ab"),
        ],
    )
    def test_cleans(self, given: str, cleaned: str) -> None:
        assert validation.text(given, "body", most=10) == cleaned

    @pytest.mark.parametrize(
        "given", ["", "   ", "\u200b", "\u3000\u200d \u2060", "\ufeff", "好" * 11, "👨‍👩‍👧‍👦" * 11, "\ud800", "\x07"]
    )
    def test_refuses_what_is_blank_long_or_broken(self, given: str) -> None:
        with pytest.raises(Invalid) as refusal:
            validation.text(given, "lines", 0, "body", most=10)
        assert refusal.value.field == ("lines", 0, "body")

    def test_takes_as_many_characters_as_it_may(self) -> None:
        assert validation.text("好" * 10, "body", most=10) == "好" * 10

    def test_may_be_empty_where_nothing_is_needed(self) -> None:
        assert validation.text(" ", "bio", least=0, most=10) == ""

    @pytest.mark.parametrize("most", [10, 10_000])
    def test_looks_at_nothing_of_what_is_too_long(self, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(validation.texts, "visible", None)
        with pytest.raises(Invalid):
            validation.text("a\u0315\u0300" * 2**20, "body", most=most)

    @given(st.text())
    def test_what_it_returns_is_clean_already(self, given: str) -> None:
        try:
            cleaned = validation.text(given, most=50)
        except Invalid:
            return
        assert validation.text(cleaned, most=50) == cleaned


class TestUrl:
    @pytest.mark.parametrize(
        "given",
        [
            "https://cdn.example/图.jpg?x=1#y",
            "http://127.0.0.1:8000/a",
            "https://[::1]/a",
            "HTTPS://a.example",
            "https://图.example/(a)/@b",
        ],
    )
    def test_takes_absolute_addresses(self, given: str) -> None:
        assert validation.url(given, "url") == given

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "/a.jpg",
            "a.example/b",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.example",
            "https://",
            "https:///a",
            "https://a b.example",
            "https://a.example/\n",
            "https://a.example:99999/",
            "https://a.example:port/",
            "http://[::1",
            "https://a.example/\ud800",
            "http://%5Burl%5Dhttps://a.example/",
            "https://a<b>.example/",
            "https://1.2.3.4.5/",
            "https://user:pw@a.example/",
            "https://user@a.example/",
            "https://a.example\\b",
            "https:\\\\a.example/",
            'https://a.example/"b',
            "https://a.example/'b",
            "https://a.example:0/",
            "https://a.example/\u202eb",
            "https://a.example/" + "a" * 2000,
        ],
    )
    def test_refuses_others(self, given: str) -> None:
        with pytest.raises(Invalid):
            validation.url(given, "url")


class TestNumbers:
    def test_between(self) -> None:
        assert [validation.between(n, "n", least=1, most=3) for n in (1, 3)] == [1, 3]
        for n in (0, 4):
            with pytest.raises(Invalid):
                validation.between(n, "n", least=1, most=3)

    def test_at_most(self) -> None:
        assert validation.at_most([1, 2], 2, "ns") == [1, 2]
        with pytest.raises(Invalid):
            validation.at_most([1, 2, 3], 2, "ns")


class TestPrice:
    def test_is_in_minor_units(self) -> None:
        assert validation.price(Decimal("128.00"), "CNY", "price") == 12_800

    @pytest.mark.parametrize("given", ["0", "-1", "0.001", "9e999999"])
    def test_is_above_zero_and_exact(self, given: str) -> None:
        with pytest.raises(Invalid) as refusal:
            validation.price(Decimal(given), "CNY", "price")
        assert refusal.value.field == ("price",)

    def test_knows_its_currencies(self) -> None:
        assert validation.currency("CNY", "currency") == "CNY"
        with pytest.raises(Invalid):
            validation.currency("cny", "currency")
