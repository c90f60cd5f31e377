"""Scripts, words and sounds."""

import subprocess
import sys

import pytest

from search import chinese, pinyin


class TestFolded:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("露營帳篷", "露营帐篷"),
            ("ＡＢＣ１２", "abc12"),
            ("iPhone手機殼", "iphone手机壳"),
            ("皇后在後面", "皇后在后面"),
            ("", ""),
        ],
    )
    def test_is_one_form_for_all_ways_to_write(self, text: str, folded: str) -> None:
        assert chinese.folded(text) == folded

    def test_knows_where_each_character_came_from(self) -> None:
        folded, origins = chinese.folded_with_origins("ﬁ露營㌔")
        assert (folded, origins) == ("fi露营キロ", [0, 0, 1, 2, 3, 3])


class TestWords:
    def test_are_cut_at_scripts_and_punctuation(self) -> None:
        assert chinese.words("iphone手机壳，露营！pro-max") == ["iphone", "手机", "壳", "露营", "pro", "max"]

    @pytest.mark.parametrize("text", ["", " ", "！？", "“”"])
    def test_are_none_without_letters(self, text: str) -> None:
        assert chinese.words(text) == []


class TestGrams:
    def test_are_characters_neighbours_and_other_words(self) -> None:
        assert chinese.grams("露营椅 nfc") == ["露", "营", "椅", "露营", "营椅", "nfc", "~nf", "~fc"]

    def test_tell_a_short_word_from_two_letters_of_a_longer_one(self) -> None:
        assert not {"tv"} & set(chinese.grams("atv"))


class TestSounds:
    def test_begin_with_each_word_in_full_and_by_initials(self) -> None:
        assert {"luying", "ly", "luyingzhangpeng", "lyzp", "zhangpeng", "zp"} <= set(chinese.sounds("露营帐篷"))
        assert chinese.sounds("iphone") == []

    @pytest.mark.parametrize(
        ("text", "sound"),
        [("银行卡", "yinhangka"), ("重庆火锅", "chongqinghuoguo"), ("音乐节", "yinyuejie"), ("绿茶", "lvcha")],
    )
    def test_follow_the_phrase(self, text: str, sound: str) -> None:
        assert "".join(chinese.spelled(text)) == sound

    def test_agree_with_pypinyin(self) -> None:
        words = ["长沙", "行李箱", "重量", "调味料", "都市", "便宜", "发型", "露营帐篷", "快乐", "单车", "着装", "喝彩"]
        program = f"import pypinyin; print(*(''.join(pypinyin.lazy_pinyin(word)) for word in {words!r}))"
        told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert ["".join(pinyin.syllables(word)) for word in words] == told.stdout.split()


class TestBeginnings:
    def test_are_the_text_and_how_it_sounds(self) -> None:
        assert chinese.beginnings("露营 帐篷") == ["露营帐篷", "luyingzhangpeng", "lyzp"]
        assert chinese.beginnings("iphone手机壳") == ["iphone手机壳", "iphoneshoujike"]
        assert chinese.beginnings("！") == []


class TestRareness:
    def test_is_greater_for_what_is_rarely_said(self) -> None:
        told = [chinese.rareness(word) for word in ("的", "推荐", "露营", "云朵霜")]
        assert told == sorted(told) and len(set(told)) == 4 and told[0] >= 0.1 and told[-1] == 1
