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


class TestRateLimits:
    def test_hold_unless_they_are_lifted(self) -> None:
        assert Settings.from_environment({}).rate_limits
        assert not Settings.from_environment({"ZHONGCAO_RATE_LIMITS": "0"}).rate_limits


class TestStripe:
    def test_takes_payments_when_both_secrets_are_given(self) -> None:
        both = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}
        settings = Settings.from_environment(both)
        assert (settings.stripe_secret_key, settings.stripe_webhook_secret) == ("sk_test_1", "whsec_1")
        assert Settings.from_environment({}).stripe_secret_key is None

    def test_one_secret_alone_is_a_mistake(self) -> None:
        with pytest.raises(SettingsError, match="STRIPE_WEBHOOK_SECRET is missing"):
            Settings.from_environment({"STRIPE_SECRET_KEY": "sk_test_1"})
        with pytest.raises(SettingsError, match="STRIPE_SECRET_KEY is missing"):
            Settings.from_environment({"STRIPE_WEBHOOK_SECRET": "whsec_1"})


class TestCommission:
    def test_is_none_unless_told_otherwise(self) -> None:
        assert Settings.from_environment({}).commission_basis_points == 0
        assert Settings.from_environment({"ZHONGCAO_COMMISSION_BPS": "250"}).commission_basis_points == 250

    @pytest.mark.parametrize("text", ["-1", "10000", "2.5", "很多", "２５"])
    def test_is_a_part_of_the_whole(self, text: str) -> None:
        with pytest.raises(SettingsError, match="ZHONGCAO_COMMISSION_BPS must be 0 to 9999"):
            Settings.from_environment({"ZHONGCAO_COMMISSION_BPS": text})


EMBEDDINGS = {
    "ZHONGCAO_EMBEDDINGS_URL": "https://api.openai.com/v1",
    "ZHONGCAO_EMBEDDINGS_KEY": "sk-1",
    "ZHONGCAO_EMBEDDINGS_MODEL": "text-embedding-v4",
    "ZHONGCAO_EMBEDDINGS_DIMENSIONS": "1024",
}


class TestEmbeddings:
    def test_are_off_unless_told_otherwise(self) -> None:
        settings = Settings.from_environment({"ZHONGCAO_EMBEDDINGS_FLOOR": "0.6"})
        assert settings.embeddings_url is settings.embeddings_model is settings.embeddings_dimensions is None

    def test_are_set_together(self) -> None:
        settings = Settings.from_environment(EMBEDDINGS)
        assert (settings.embeddings_url, settings.embeddings_key) == (EMBEDDINGS["ZHONGCAO_EMBEDDINGS_URL"], "sk-1")
        assert (settings.embeddings_model, settings.embeddings_dimensions) == ("text-embedding-v4", 1024)
        assert settings.embeddings_floor == 0.5
        assert Settings.from_environment({**EMBEDDINGS, "ZHONGCAO_EMBEDDINGS_FLOOR": "0.6"}).embeddings_floor == 0.6

    @pytest.mark.parametrize("missing", EMBEDDINGS)
    def test_one_alone_that_is_missing_is_a_mistake(self, missing: str) -> None:
        with pytest.raises(SettingsError, match=f"{missing} is missing: .* are set together, or not at all"):
            Settings.from_environment({**EMBEDDINGS, missing: ""})

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("URL", "api.openai.com", "URL must be a URL that starts with http://"),
            ("DIMENSIONS", "many", "DIMENSIONS must be a number above 0, not 'many'"),
            ("DIMENSIONS", "-1", "DIMENSIONS must be a number above 0"),
            ("FLOOR", "1", "FLOOR must be a cosine below 1"),
            ("FLOOR", "-0.5", "FLOOR must be a number above 0"),
        ],
    )
    def test_a_wrong_one_says_what_would_be_right(self, name: str, text: str, message: str) -> None:
        with pytest.raises(SettingsError, match=f"ZHONGCAO_EMBEDDINGS_{message}"):
            Settings.from_environment({**EMBEDDINGS, f"ZHONGCAO_EMBEDDINGS_{name}": text})
