"""What people are told is in words that people use: of every state, and of every refusal there is."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from graphql import GraphQLEnumType

import api
import commerce
import content
import people
import search
from core import languages
from core.errors import Refusal, WrongState
from schema import words
from tests.graph import built

# What a program writes and nobody says: SHIPPED, "1 characters", "a order".
CODE = re.compile(r"[A-Z]{2,}_?[A-Z]+|\b1 \w+s\b|\ba [aeio]|[{}]")


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for room in (api, commerce, content, people, search):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if module.name.endswith("errors"):
                importlib.import_module(module.name)
    known = [kind]
    while known:
        one = known.pop()
        known.extend(one.__subclasses__())
        if "code" in vars(one) and one.__module__.split(".")[0] != "tests":
            yield one


@pytest.mark.parametrize("refusal", list(refusals()), ids=lambda refusal: refusal.__name__)
def test_a_refusal_is_said_in_both_languages_without_a_word_of_code(refusal: type[Refusal]) -> None:
    spoken = re.compile(r"\{[^}]+\}")
    zh, en = (spoken.sub("2", text) for text in (refusal.zh, refusal.en))
    assert re.search("[\u4e00-\u9fff]", zh) or refusal.zh == "{zh}"
    for text in (zh, en):
        assert not CODE.search(text), text


def states() -> list[str]:
    kinds = [kind for name, kind in built()._schema.type_map.items() if name.endswith("Status")]
    return sorted({state for kind in kinds if isinstance(kind, GraphQLEnumType) for state in kind.values})


@pytest.mark.parametrize("state", states())
def test_a_state_is_said_in_words(state: str) -> None:
    assert state in words.STATES
    refusal = WrongState("order_id", state=state)
    for language in (languages.CHINESE, languages.ENGLISH, languages.TRADITIONAL):
        assert state not in words.told(refusal, language)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", "zh"),
        ("zh-cn", "zh"),
        ("zh-hans-tw", "zh"),
        ("zh-tw", "zh-Hant"),
        ("zh-hk", "zh-Hant"),
        ("zh-hant", "zh-Hant"),
        ("en-gb", "en"),
        ("fr", None),
    ],
)
def test_who_reads_which_characters(tag: str, language: str | None) -> None:
    assert languages.of_tag(tag) == language


def test_who_writes_traditional_characters_is_told_in_them() -> None:
    assert words.told(WrongState(state="SHIPPED"), languages.TRADITIONAL) == "商品已經發貨，現在不能這樣操作"
