"""What keyboards write finds what is meant by it, on each engine: forms of pinyin, pictures, and wrong characters."""

import random

import pytest
from pypinyin import Style, lazy_pinyin

from demo import texts
from search import chinese, queries
from search.engine import NEWEST, RELEVANCE, Document, Engine, Found
from search.highlights import highlight
from search.lookalikes import lookalikes
from search.pinyin import is_chinese, readings, sound, sounded
from tests.factories.search import document


def shelf() -> list[Document]:
    """What the demo sells and says, and a text that has a picture and much before its last words."""
    each = list(texts.specialties().values())
    sold = [document(product.title, text=product.description) for one in each for product in one.products]
    said = [document(essay.title, text=essay.body) for one in each for essay in one.essays]
    return [*sold, *said, document("西安三日", text="绿色的城墙，凉皮🍓" + "走走停停" * 500 + "西安凉皮。蓝色帐篷")]


DOCUMENTS = shelf()


def words(seed: int, most: int) -> list[str]:
    """Words of the demo's texts, and some that are told apart by what keyboards make of them."""
    found = {
        word
        for each in DOCUMENTS
        for word in chinese.words(chinese.folded(f"{each.title}\n{each.text}"))
        if 2 <= len(word) <= 4 and all(map(is_chinese, word))
    }
    return ["西安", "西安凉皮", "绿色", "帐篷", *random.Random(seed).sample(sorted(found), most)]


def forms(word: str) -> dict[str, str]:
    """How a word may be typed by its sounds."""
    plain, toned = lazy_pinyin(word, v_to_u=True), lazy_pinyin(word, style=Style.TONE)
    ways = {
        "tones": "".join(toned),
        "tones and gaps": " ".join(toned),
        "ü": "".join(plain),
        "v": "".join(plain).replace("ü", "v"),
        "u": "".join(plain).replace("ü", "u"),
        "gaps": " ".join(plain).replace("ü", "v"),
        "apostrophes": "'".join(plain).replace("ü", "u"),
        "curled": "’".join(plain),
        "capitals": " ".join(plain).title(),
    }
    return {name: typed for name, typed in ways.items() if typed}


async def found(engine: Engine, text: str, sort: str = RELEVANCE, limit: int = 300) -> set[Found]:
    _, answer = await queries.begun(engine, queries.asked(chinese.folded(text), sort=sort), limit)
    return {hit.thing for hit in answer.hits}


async def having(engine: Engine, word: str) -> set[Found]:
    """What has all of a word, as everybody can read; and it is found by the word itself."""
    things = {each.thing for each in DOCUMENTS if word in chinese.folded(f"{each.title}\n{each.text}")}
    assert things <= await found(engine, word)
    return things


@pytest.fixture
async def filled(engine: Engine) -> Engine:
    async with engine.rebuilding() as sink:
        await sink.add(DOCUMENTS)
    return engine


class TestSounds:
    @pytest.mark.parametrize("sort", [RELEVANCE, NEWEST])
    async def test_find_what_the_word_finds_in_whatever_form(self, filled: Engine, sort: str) -> None:
        for word in words(seed=1, most=12):
            things = await having(filled, word)
            for name, typed in forms(word).items():
                assert things <= await found(filled, typed, sort), (word, name, typed)

    @pytest.mark.parametrize("typed", ["xi'an", "xi an liang pi", "xīān", "lüse", "lvse", "luse", "zhang peng"])
    async def test_find_nothing_but_that(self, filled: Engine, typed: str) -> None:
        said = "".join(map(sound, chinese.runs(chinese.folded(typed))))
        by_thing = {each.thing: each for each in DOCUMENTS}
        hits = await found(filled, typed, NEWEST)
        assert hits
        for thing in hits:
            heard = "".join(chinese.spelled(chinese.folded(f"{by_thing[thing].title}\n{by_thing[thing].text}")))
            assert said in sounded(heard)

    def test_are_no_sounds_of_other_languages(self) -> None:
        for text in ("men's shoes", "it's", "iphone", "sunscreen", "露营", "", "  '", "15"):
            assert not queries.asked(text).spelled, text


class TestPictures:
    @pytest.mark.parametrize("picture", ["🍓", "❤️", "❤", "👍🏽", "👍", "🇨🇳", "👨‍👩‍👧", "⛺", "🏕️"])
    async def test_are_found_where_they_are(self, engine: Engine, picture: str) -> None:
        documents = [document(f"好吃{picture}"), document("好吃", text=f"真的{picture}，甜"), document("好吃")]
        await engine.write(documents, [])
        assert await found(engine, picture) == {each.thing for each in documents[:2]}
        assert await found(engine, f"好吃{picture}", NEWEST) == {each.thing for each in documents[:2]}

    async def test_are_marked(self) -> None:
        assert highlight(["草莓🍓蛋糕"], ["🍓"]) == "草莓<em>🍓</em>蛋糕"


def wrong(word: str, chance: random.Random) -> list[str]:
    """A word with another character in the place of one: that sounds the same, or looks like it."""
    variants = []
    for at, char in enumerate(word):
        syllable = sounded(chinese.spelled(word)[at])
        homophones = [
            other
            for other in readings()[syllable]
            if other != char and chinese.spelled(chinese.folded(other)) == [syllable]
        ]
        others = chance.sample(homophones, min(2, len(homophones))) + list(lookalikes(char))[:2]
        variants += [word[:at] + other + word[at + 1 :] for other in others]
    heard = chinese.spelled(word)
    # Of two wrong readings of one character nobody knows which is meant.
    return [each for each in variants if chinese.spelled(each)[0] == heard[0] or each[0] in lookalikes(word[0])]


class TestWrongCharacters:
    async def test_find_what_the_right_one_finds(self, filled: Engine) -> None:
        chance, tried = random.Random(2), 0
        for word in words(seed=3, most=16):
            things = await having(filled, word)
            for typed in wrong(word, chance):
                if any(typed in chinese.folded(f"{each.title}\n{each.text}") for each in DOCUMENTS):
                    continue  # It is another word of theirs.
                tried += 1
                assert things <= await found(filled, typed), (word, typed)
        assert tried > 30

    @pytest.mark.parametrize("sort", [RELEVANCE, NEWEST])
    async def test_find_a_tent(self, filled: Engine, sort: str) -> None:
        assert await found(filled, "帐蓬", sort) == await found(filled, "帐篷", sort) != set()
