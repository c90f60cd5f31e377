"""A word is found wherever it stands in a text, and what finds loosely finds all that is found strictly."""

import random

import pytest

from search import chinese, queries
from search.engine import LOOSE, NEWEST, NOTE, PRODUCT, RELEVANCE, Document, Engine, Found
from tests.factories.search import document, query

# The longest body of a note, and description of a product.
LONGEST = 10_000
FILLER = ["天气", "不错", "大家", "慢慢", "走着", "聊天", "，", "。", "说说", "笑笑", "一路", "风景"]
WORDS = ["露营", "睡袋", "防晒霜", "茶", "iphone", "西安凉皮", "帐篷", "🍓", "保温杯", "sunscreen"]


def filler(chance: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += chance.choice(FILLER)
    return text[:length]


def buried(word: str, at: int, chance: random.Random, kind: str) -> Document:
    """A document whose text has a word from one character on, and is as long as can be."""
    before = filler(chance, at)
    gap = "" if not word.isascii() else " "
    text = f"{before}{gap}{word}{gap}{filler(chance, LONGEST)}"[:LONGEST]
    return document("周末", kind, text=text, in_stock=True, price=100 if kind == PRODUCT else None)


async def found(engine: Engine, text: str, sort: str = RELEVANCE) -> list[Found]:
    _, answer = await queries.begun(engine, queries.asked(chinese.folded(text), sort=sort), 200)
    return [hit.thing for hit in answer.hits]


class TestPlaces:
    @pytest.mark.parametrize("seed", range(3))
    async def test_do_not_matter(self, engine: Engine, seed: int) -> None:
        chance = random.Random(seed)
        places = {word: chance.choice((0, 490, 499, 500, 501, 2_000, 4_998, 5_000, LONGEST - 20)) for word in WORDS}
        documents = {word: buried(word, at, chance, chance.choice((NOTE, PRODUCT))) for word, at in places.items()}
        await engine.write(list(documents.values()), [])
        for word, each in documents.items():
            for sort in (RELEVANCE, NEWEST):
                assert await found(engine, word, sort) == [each.thing], (word, places[word], sort)

    async def test_of_several_words_do_not_matter(self, engine: Engine) -> None:
        chance = random.Random(5)
        text = "睡袋" + filler(chance, 3_000) + "帐篷" + filler(chance, 5_000) + "，茶"
        wanted = document("周末", text=text)
        await engine.write(
            [wanted, *(document(f"帐篷 {number}", text=filler(chance, 900)) for number in range(30))], []
        )
        assert await found(engine, "睡袋 帐篷 茶", NEWEST) == [wanted.thing]
        assert wanted.thing in await found(engine, "睡袋 帐篷 茶")


class TestLoosely:
    @pytest.mark.parametrize("seed", range(4))
    async def test_finds_all_that_is_found_strictly(self, engine: Engine, seed: int) -> None:
        """Of random texts, for random queries of what they say."""
        chance = random.Random(seed)
        vocabulary = [*WORDS, *(word for word in FILLER if word.isalpha())]
        documents = [
            document(
                "".join(chance.sample(vocabulary, 2)),
                text=filler(chance, chance.choice((0, 30, 700, 6_000)))
                + " ".join(chance.sample(vocabulary, 3))
                + filler(chance, chance.choice((0, 30, 700))),
                popular=chance.choice((0, 10, 10_000)),
            )
            for _ in range(60)
        ]
        await engine.write(documents, [])
        several = 0
        for _ in range(25):
            text = " ".join(chance.sample(WORDS, chance.choice((1, 2, 3))))
            strict = {hit.thing for hit in (await engine.ranked(query(text), 0, 200)).hits}
            loose = {hit.thing for hit in (await engine.ranked(query(text, loose=LOOSE), 0, 200)).hits}
            assert strict <= loose, text
            assert strict <= set(await found(engine, text)), text
            several += len(strict) > 0
        assert several > 5
