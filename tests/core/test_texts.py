"""What of a text can be seen and how long it is, in time that grows with the text and no faster."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import texts

FAMILY = "👨‍👩‍👧‍👦"


class TestVisible:
    @pytest.mark.parametrize(
        "kept",
        [
            *(FAMILY, "👩🏻‍❤️‍💋‍👩🏼", "❤️‍🔥", "🏳️‍🌈", "1️⃣", "#️⃣", "🇨🇳", "☺️"),
            *("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "می‌خواهم", "क्‍ष"),
            *("种草", "Łódź", "プー", "한국", "一\n二\t三", "à"),
        ],
    )
    def test_keeps_what_changes_what_is_seen(self, kept: str) -> None:
        assert texts.visible(f"{kept} {kept}") == unicodedata.normalize("NFC", f"{kept} {kept}")

    @pytest.mark.parametrize(
        "nothing",
        [
            *("\u034f", "\u3164", "\uffa0", "\u115f", "\u2800", "\ufe0f", "\u200b", "\u200d", "\u200e", "\u00ad"),
            *("\u202a", "\u202e", "\u2066", "\u2069", "\u061c", "\ufeff", "\U000e0041", "\U000e0100", "\x00", "\x07"),
        ],
    )
    def test_drops_what_cannot_be_seen(self, nothing: str) -> None:
        assert texts.visible(nothing * 3) == ""
        assert texts.visible(f"{nothing}de{nothing}mo{nothing}") == "demo"

    def test_drops_every_default_ignorable_that_stands_alone(self) -> None:
        ignorable = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
        left = {char for char in ignorable if texts.visible(char)}
        # Signs of Arabic, Kaithi and hieroglyphs that are drawn.
        assert all(unicodedata.name(char).startswith(("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN")) for char in left)

    def test_leaves_no_more_marks_than_any_script_writes(self) -> None:
        assert texts.visible("z" + "\u0300\u0315" * 500) == unicodedata.normalize("NFC", "z" + "\u0300\u0315" * 5)
        assert texts.visible("z" + "\u0300\u200d" * 500) == unicodedata.normalize("NFC", "z" + "\u0300" * 10)

    @given(st.text())
    def test_is_visible_already(self, text: str) -> None:
        assert texts.visible(texts.visible(text)) == texts.visible(text)


class TestScripts:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "demo_1",
            "Łukasz",
            "дима",
            "小鹿abc",
            "プーさんx",
            "한국abc韓",
            "ㄅㄆab注音",
            "αβγ_1",
            "e\u0301",
            "ไทย",
            "𐌰𐌱",
        ],
    )
    def test_that_are_written_together_are_one(self, text: str) -> None:
        assert texts.is_of_one_script(text)

    @pytest.mark.parametrize("text", ["аdmin", "оfficial", "Αdmin", "小鹿д", "プ한", "ㄅ한", "абв한"])
    def test_that_look_alike_are_not_mixed(self, text: str) -> None:
        assert not texts.is_of_one_script(text)


class TestCharacters:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            *(("", 0), ("abc", 3), ("种草", 2), (FAMILY * 6, 6), ("🇨🇳🇯🇵🇰", 3), ("🇨🇳\u0301🇨🇳", 2)),
            *(("e\u0301", 1), ("1️⃣2️⃣", 2), ("한국", 2), ("👩🏻‍❤️‍💋‍👩🏼", 1)),
        ],
    )
    def test_are_those_that_a_person_counts(self, text: str, count: int) -> None:
        assert texts.characters(text) == count


class TestTime:
    @pytest.mark.parametrize(
        "unit",
        [
            *("a", "a\u0315\u0300", "\u0300", "\u0315\u0300", "🇨", "🇨🇳", FAMILY, "👨‍", "\u200d", "\u202e", " ", "\r\n"),
            *("\u1100", "क्", "ب\u200c", "\U0001f3f4", "\U0001f3f4\U000e0067", "1\ufe0f", "ﷺ", "\u094d\u200c", "\u0000"),
        ],
    )
    def test_grows_with_the_text(self, unit: str) -> None:
        """The longest text that a field takes, of what is slowest to work on: squares take seconds."""
        text = (unit * 40_600)[: texts.most_code_points(10_000)]
        began = time.process_time()
        texts.characters(texts.visible(text))
        texts.is_seen(" " * len(text))
        assert time.process_time() - began < 0.2
