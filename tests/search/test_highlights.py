"""Passages, their marks and their escapes."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import chinese
from search.highlights import highlight


class TestHighlight:
    @pytest.mark.parametrize(
        ("passages", "words", "shown"),
        [
            (["周末露營去"], ["露营"], "周末<em>露營</em>去"),
            (["周末露营帐篷"], ["露营", "帐篷"], "周末<em>露营帐篷</em>"),
            (["<script>露营</script>"], ["露营"], "&lt;script&gt;<em>露营</em>&lt;/script&gt;"),
            (['a <em>露营</em> & "b"'], ["露营"], "a &lt;em&gt;<em>露营</em>&lt;/em&gt; &amp; &quot;b&quot;"),
            (["秋天露营"], ["luying"], "秋天<em>露营</em>"),
            (["秋天露营帐篷"], ["lyzp"], "秋天<em>露营帐篷</em>"),
            (["iPhone15 手机壳"], ["iphone"], "<em>iPhone</em>15 手机壳"),
            (["ﬁne 露营"], ["fine"], "<em>ﬁne</em> 露营"),
            (["shell ell"], ["ell"], "shell <em>ell</em>"),
            (["标题", "正文露营"], ["露营"], "正文<em>露营</em>"),
            (["露营", "露营帐篷"], ["露营", "帐篷"], "<em>露营帐篷</em>"),
            (["露营", "正文露营"], ["露营"], "<em>露营</em>"),
            (["标题"], ["露营"], None),
            ([""], ["露营"], None),
        ],
    )
    def test_marks_the_best_passage(self, passages: list[str], words: list[str], shown: str | None) -> None:
        assert highlight(passages, words) == shown

    def test_cuts_a_long_text_around_most_words(self) -> None:
        text = "露营" + "一" * 300 + "露营帐篷" + "二" * 300
        shown = highlight(["", text], ["露营", "帐篷"])
        assert shown is not None and shown.startswith("…一") and shown.endswith("二…")
        assert "<em>露营帐篷</em>" in shown and len(shown) < 100

    @given(
        st.lists(st.text(alphabet="露营帐篷ab<>&\"' ﬁ營\n，luyingp", max_size=300), max_size=3),
        st.lists(st.sampled_from(["露营", "帐", "a", "ab", "luying", "ly", "<", "营帐篷"]), max_size=4, unique=True),
    )
    def test_is_a_piece_of_the_text_with_nothing_but_marks_in_it(self, passages: list[str], words: list[str]) -> None:
        shown = highlight(passages, [word for word in words if chinese.words(word)])
        if shown is not None:
            assert "<em>" in shown and shown.count("<em>") == shown.count("</em>")
            bare = re.sub("</?em>", "", shown)
            assert "<" not in bare and '"' not in bare
            plain = html.unescape(bare)
            assert any(plain.strip("…") in passage for passage in passages)
