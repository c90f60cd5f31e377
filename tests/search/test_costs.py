"""What a search of long texts costs is bounded, off the event loop, and what is remembered is bounded by its size."""

import asyncio
import functools
import importlib
import pkgutil
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

import search
from core.ids import new_id
from search import chinese, queries
from search.engine import NOTE
from search.highlights import highlight
from search.queries import Result
from search.spellings import spellings
from tests.search.test_depth import filler

# Of a page of 100 hits of 10,000 characters each, which may take 0.2 seconds of a processor, a fifth is tried.
HITS, LONG = 20, 10_000
MOST_SECONDS = 0.2 * HITS / 100
MOST_CACHED = 50 * 2**20


# What counting half a million takes on the machine that the seconds are meant for.
COUNTING_SECONDS = 0.025


def slowness() -> float:
    """How much longer than there everything takes here and now."""
    begun = time.thread_time()
    sum(number & 1 for number in range(500_000))
    return max(1.0, (time.thread_time() - begun) / COUNTING_SECONDS)


def page(text: str, bodies: Iterable[str]) -> list[Result]:
    folded = chinese.folded(text)
    anchor: Any = SimpleNamespace(kind=NOTE, id=new_id())
    return [
        Result(anchor, SimpleNamespace(title="标题", body=body), chinese.words(folded), spellings(folded))
        for body in bodies
    ]


KINDS: dict[str, Callable[[random.Random], str]] = {
    "words": lambda chance: filler(chance, LONG),
    "any characters": lambda chance: "".join(chance.choices(_HAN, k=LONG)),
    "one character": lambda chance: "露" * LONG,
    "full width": lambda chance: "ＡＢＣ，！" * (LONG // 5),
    "letters": lambda chance: " ".join(["lu", "ying", "a", "abc"] * (LONG // 14)),
    "traditional": lambda chance: "露營帳篷，裝備！" * (LONG // 8),
}
_HAN = [chr(code) for code in range(0x4E00, 0x9FA5)]


QUERIES = [
    "luying",
    "露营",
    "lyzp",
    "xi an liang pi",
    "xīān",
    "lu ying zhang peng " * 10,
    " ".join("abcdefghijklmnopqrstuvwxyz" * 3),
    "露营帐篷天幕睡袋" * 20,
    "露 营 的 一 是 不 了 在",
    "a" * 200,
    "🍓" * 100,
]


class TestHighlights:
    @pytest.mark.parametrize(
        "kind", ["words", "any characters", "one character", "full width", "letters", "traditional"]
    )
    async def test_of_a_page_of_long_texts_cost_little(self, kind: str) -> None:
        """By the processor time of the thread that does it, beside that of a yardstick: a busy machine is slower."""
        chinese._load()
        chance = random.Random(1)
        texts = [KINDS[kind](chance) for _ in range(HITS)]
        for text in QUERIES:
            results = page(text[: queries.MOST_QUERY], texts)
            _ = [result.highlight for result in page(text[: queries.MOST_QUERY], texts[:1])]
            before, begun = slowness(), time.thread_time()
            _ = [result.highlight for result in results]
            taken = time.thread_time() - begun
            assert taken < MOST_SECONDS * max(before, slowness()), text

    async def test_of_long_texts_leave_the_loop_to_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop, threads = threading.get_ident(), set[int]()

        def seen(*given: Any) -> str | None:
            threads.add(threading.get_ident())
            return highlight(*given)

        monkeypatch.setattr(queries, "highlight", seen)
        await queries.highlights(page("露营", [filler(random.Random(1), LONG)]))
        assert loop not in threads and threads
        threads.clear()
        await queries.highlights(page("露营", ["露营"]))
        assert threads == {loop}

    async def test_of_long_texts_end_with_the_time_that_is_given(self) -> None:
        asked = asyncio.create_task(queries.highlights(page("luying", [filler(random.Random(1), LONG)] * HITS)))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

    @pytest.mark.parametrize("at", [0, 79, 3_000, 9_900])
    @pytest.mark.parametrize("word", ["露营", "luying", "lu ying", "iphone", "🍓"])
    def test_are_found_wherever_they_stand(self, at: int, word: str) -> None:
        chance, folded = random.Random(at), chinese.folded(word)
        said = " iPhone " if word == "iphone" else word if not word.isascii() else "露營"
        body = f"{filler(chance, at)}{said}{filler(chance, LONG)}"[:LONG]
        shown = highlight(["标题", body], chinese.words(folded), spellings(folded))
        assert shown is not None and f"<em>{said.strip()}</em>" in shown and len(shown) < 120


def caches() -> dict[str, Any]:
    """Every function of search/ that remembers as many answers as it is told to."""
    for module in pkgutil.walk_packages(search.__path__, "search."):
        importlib.import_module(module.name)
    return {
        f"{name}.{function.__name__}": function
        for name, module in list(sys.modules.items())
        if name.split(".")[0] == "search"
        for function in vars(module).values()
        if isinstance(function, functools._lru_cache_wrapper) and function.__module__ == name
    }


def sizes(value: object, seen: set[int]) -> int:
    """The bytes of an object and of all that it alone holds."""
    if id(value) in seen or isinstance(value, type):
        return 0
    seen.add(id(value))
    held: Iterable[object] = ()
    if isinstance(value, dict):
        held = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        held = value
    elif hasattr(value, "__struct_fields__"):
        held = [getattr(value, name) for name in value.__struct_fields__]
    elif hasattr(value, "pattern"):
        # What a pattern is compiled to is some bytes a character.
        return sys.getsizeof(value) + 8 * len(value.pattern)
    return sys.getsizeof(value) + sum(sizes(each, seen) for each in held)


# What each is asked at the worst, as much as a query or a word of one may be.
_CHARS = [chr(code) for code in range(0x3400, 0x9FFF)]
WORST: dict[str, Callable[[random.Random], tuple[object, ...]]] = {
    "search.chinese._folded_char": lambda chance: (chr(chance.randrange(0x10000, 0x30000)),),
    "search.chinese.rareness": lambda chance: ("".join(chance.choices(_CHARS, k=20)),),
    "search.pinyin._kept_syllables": lambda chance: ("".join(chance.choices(_CHARS, k=10)),),
    "search.relevance.parts": lambda chance: ("".join(chance.choices("abcdefghijklmnop", k=200)),),
    "search.highlights._heard": lambda chance: (
        tuple(tuple(chance.choices(("shi", "yi", "ji", "xi"), k=20)) for _ in range(4)),
    ),
}
# These remember one answer, for ever: what is read from files once.
ONCE = {
    "search.chinese._jieba",
    "search.pinyin._syllables",
    "search.pinyin._phrases",
    "search.pinyin.readings",
    "search.synonyms.own",
}


class TestCaches:
    def test_are_all_known(self) -> None:
        assert set(caches()) == set(WORST) | ONCE

    def test_are_together_as_small_as_promised(self) -> None:
        chance, total = random.Random(1), 0
        for name, ask in WORST.items():
            cached = caches()[name]
            entries = cached.cache_parameters()["maxsize"]
            sample = min(entries, 200)
            taken = 0
            for _ in range(sample):
                given = ask(chance)
                taken += sizes(given, set()) + sizes(cached.__wrapped__(*given), set()) + 200
            total += taken * entries // sample
        assert total < MOST_CACHED // 2, total
