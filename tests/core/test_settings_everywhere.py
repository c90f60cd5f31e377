"""Whatever the settings read is in the manual, the image and the installation of many, with the same default."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from core import settings
from core.settings import Settings, SettingsError

ROOT = Path(__file__).parents[2]
PRODUCTION = {"ZHONGCAO_DEBUG": "0"}
# What the image and the installation of many set on purpose: as they stand there.
IMAGE = {"ZHONGCAO_DATA": "/data", "ZHONGCAO_DEBUG": "0"}
TOGETHER = {
    "DATABASE_URL": "postgresql://zhongcao:${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD (letters and digits)}"
    "@postgres:5432/zhongcao",
    "REDIS_URL": "redis://redis:6379/0",
    "MEILI_URL": "http://meilisearch:7700",
    "MEILI_KEY": "${MEILI_MASTER_KEY:?set MEILI_MASTER_KEY (16 bytes or more)}",
    "PUBLIC_URL": "${PUBLIC_URL:?set PUBLIC_URL, where clients reach the API}",
    "ZHONGCAO_DATA": "/data",
}


class _Reads(dict[str, str]):
    """An environment that knows what it was asked for."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def _read() -> list[str]:
    environment = _Reads(PRODUCTION)
    Settings.from_environment(environment)
    return sorted(environment.names)


VARIABLES = _read()


def manual() -> dict[str, str]:
    """Defaults as text; empty for those in words."""
    found = {}
    for line in (ROOT / "docs/operations.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        for name in re.findall(r"`([A-Z_]+)`", cells[1]) if len(cells) > 3 else ():
            default = re.match(r"`([^`]*)`", cells[2])
            found[name] = default[1].replace("PORT", "8000") if default else ""
    return found


def image() -> dict[str, str]:
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    pairs = [pair for line in re.findall(r"^ENV (.*)", text, re.M) for pair in line.split()]
    return dict(pair.split("=", 1) for pair in pairs)


def together() -> dict[str, str]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    found: dict[str, str] = compose["x-zhongcao"]["environment"]
    return found


def is_default(name: str, text: str, others: dict[str, str]) -> bool:
    """Whether a text says what holds without it."""
    return Settings.from_environment({**others, name: text}) == Settings.from_environment(others)


def test_what_is_read_is_known() -> None:
    """Nothing is read behind a condition, or from elsewhere: each name in the source was asked for."""
    source = ast.parse(Path(settings.__file__).read_text("utf-8"))
    texts = {node.value for node in ast.walk(source) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {
        text for text in texts if re.fullmatch(r"(ZHONGCAO|STRIPE|MEILI|DATABASE|REDIS|PUBLIC)_[A-Z_]*[A-Z]", text)
    }
    assert named <= set(VARIABLES) and len(VARIABLES) >= 30


@pytest.mark.parametrize("name", VARIABLES)
class TestEachVariable:
    def test_is_in_the_manual(self, name: str) -> None:
        assert is_default(name, manual()[name], {})

    def test_is_in_the_image(self, name: str) -> None:
        text = image()[name]
        assert text == IMAGE[name] if name in IMAGE else is_default(name, text, PRODUCTION)

    def test_is_in_the_installation_of_many(self, name: str) -> None:
        text = together()[name]
        assert text == TOGETHER.get(name, f"${{{name}:-{image()[name]}}}")

    def test_is_none_when_it_is_empty(self, name: str) -> None:
        assert is_default(name, "", {}) and is_default(name, "", {} if name in PRODUCTION else PRODUCTION)


def test_production_takes_no_money_that_is_none() -> None:
    assert not Settings.from_environment(PRODUCTION).sandbox_payments
    assert Settings.from_environment({**PRODUCTION, "ZHONGCAO_SANDBOX_PAYMENTS": "1"}).sandbox_payments
    assert Settings.from_environment({}).sandbox_payments


@pytest.mark.parametrize("text", ["-1", "nan", "many", "inf"])
def test_the_grace_may_be_none_and_nothing_else(text: str) -> None:
    assert Settings.from_environment({"ZHONGCAO_REFRESH_GRACE": "0"}).refresh_grace == 0
    with pytest.raises(SettingsError, match="ZHONGCAO_REFRESH_GRACE must be a number from 0 on"):
        Settings.from_environment({"ZHONGCAO_REFRESH_GRACE": text})
