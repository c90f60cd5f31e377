"""What a topic may be called: what its key's column can't hold is refused before it gets there."""

import pytest

from content.notes import rules
from core.errors import Invalid


class TestTopicName:
    @pytest.mark.parametrize("name", ["露营", "ﷺ" * 30, "👨‍👩‍👧‍👦" * 30])
    def test_has_a_key_that_its_column_holds(self, name: str) -> None:
        assert len(rules.topic_key(rules.topic_name(f"#{name}", "topics", 0))) <= 600

    @pytest.mark.parametrize(
        "name", ["露" * 31, "ﷺ\u0300\u0301\u0302\u0303" * 30, "👨‍👩‍👧‍👦" * 31, "a\u0315\u0300" * 2**20]
    )
    def test_of_too_many_characters_is_refused(self, name: str) -> None:
        with pytest.raises(Invalid) as refused:
            rules.topic_name(name, "topics", 0)
        assert refused.value.field == ("topics", 0)
