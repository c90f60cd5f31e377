"""Settings come from the environment, and a wrong one says what would be right."""

import pytest

from core.settings import Settings, SettingsError


class TestExecutor:
    def test_is_ones_own_unless_told_otherwise(self) -> None:
        assert Settings.from_environment({}).executor == "breadth-first"
        assert Settings.from_environment({"ZHONGCAO_EXECUTOR": "graphql-core"}).executor == "graphql-core"

    def test_is_one_of_two(self) -> None:
        with pytest.raises(SettingsError, match="must be breadth-first or graphql-core, not 'fast'"):
            Settings.from_environment({"ZHONGCAO_EXECUTOR": "fast"})
