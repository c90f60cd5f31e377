"""Composes the notes from each specialty's phrases: each reads as written by a person, and no two are equal.

Pure: the same chance gives the same notes. A remark is said of its product once or twice in all, a guide once.
"""

from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Literal

import msgspec

from demo import texts
from demo.texts import ProductText, Specialty

_ABOUT_PRODUCTS = 20
# The first so many products of each specialty have a film in demo/data.
_FILMED = 2
_MARKS = ("①", "②", "③", "④", "⑤", "⑥")


# What a note is at heart, which decides what people say of it.
Genre = Literal["PRODUCT", "GUIDE", "STORY"]


class Sketch(msgspec.Struct, frozen=True):
    """A note to be published: its author by handle, its pictures by name, the first product on the first picture."""

    author: str
    specialty: str
    kind: str
    genre: Genre
    title: str
    body: str
    pictures: list[str]
    film: str | None
    products: list[str]
    topics: list[str]
    is_sponsored: bool


class _Pile:
    """Draws from a list in random order, and starts anew only when all were drawn."""

    def __init__(self, chance: Random, items: list[str]) -> None:
        shuffled = chance.sample(items, len(items))
        self._next = cycle(shuffled)

    def draw(self) -> str:
        return next(self._next)


class _Voice:
    """How a specialty's people talk, and who they are."""

    def __init__(self, chance: Random, specialty: Specialty) -> None:
        shared = texts.phrases()
        self.chance = chance
        self.specialty = specialty
        self.openings = _Pile(chance, specialty.openings + chance.sample(shared.openings, 6))
        self.scenes = _Pile(chance, specialty.scenes)
        self.titles = _Pile(chance, specialty.titles)
        self.closings = _Pile(chance, shared.closings)
        self.caveats = _Pile(chance, shared.caveats)
        self.pictures = iter(range(1, 1000))
        people = [
            person for person in texts.cast().people if specialty.slug in person.interests and not _is_store(person)
        ]
        self.kol = next(person for person in people if person.specialty == specialty.slug)
        self.others = [person for person in people if person is not self.kol]

    def author(self) -> texts.Person:
        """The specialty's KOL half of the time."""
        return self.kol if self.chance.random() < 0.5 else self.chance.choice(self.others)

    def topics(self) -> list[str]:
        return self.chance.sample(self.specialty.topics, self.chance.randint(1, 3))


def _is_store(person: texts.Person) -> bool:
    """Whether it is a shop's account rather than a person's."""
    return person.shop is not None and person.specialty is None


def compose(chance: Random) -> list[Sketch]:
    """All notes, mixed as they would appear over some weeks."""
    notes = [note for specialty in texts.specialties().values() for note in _of(chance, specialty)]
    chance.shuffle(notes)
    return notes


def _of(chance: Random, specialty: Specialty) -> Iterator[Sketch]:
    voice = _Voice(chance, specialty)
    titles: set[str] = set()
    for number in range(_ABOUT_PRODUCTS):
        product = specialty.products[number % len(specialty.products)]
        yield _about(voice, product, number // len(specialty.products), titles)
    for article in specialty.articles:
        yield _guide(voice, article)
    for essay in specialty.essays:
        yield _essay(voice, essay)


def _about(voice: _Voice, product: ProductText, round_: int, titles: set[str]) -> Sketch:
    """The `round_`th note about a product, from 0: each round says other things of it."""
    chance, author = voice.chance, voice.author()
    owns = author.shop == voice.specialty.shop
    is_sponsored = owns or (author is voice.kol and chance.random() < 0.25)
    filmed = product in voice.specialty.products[:_FILMED] and chance.random() < 0.6
    kind = "VIDEO" if filmed else "IMAGE"
    paragraphs = _paragraphs(voice, product, round_)
    if kind == "VIDEO":
        paragraphs.insert(1, chance.choice(texts.phrases().video_leads))
    if is_sponsored:
        paragraphs.append(chance.choice(texts.phrases().own_shop if owns else texts.phrases().sponsored))
    return Sketch(
        author=author.handle,
        specialty=voice.specialty.slug,
        kind=kind,
        genre="PRODUCT",
        title=_title(voice, product, titles),
        body="\n".join(paragraphs),
        pictures=_pictures(voice, product),
        film=product.slug if kind == "VIDEO" else None,
        products=[product.slug, *_beside(voice, product)],
        topics=voice.topics(),
        is_sponsored=is_sponsored,
    )


def _paragraphs(voice: _Voice, product: ProductText, round_: int) -> list[str]:
    opening = voice.openings.draw().format(name=product.name, brand=product.brand)
    remarks = [product.remarks[(2 * round_ + step) % len(product.remarks)] for step in range(3 if round_ == 1 else 2)]
    caveat = voice.caveats.draw() + product.caveat
    closing = voice.closings.draw()
    shape = voice.chance.randrange(4)
    if shape == 0:
        return [opening + voice.scenes.draw(), "".join(remarks), caveat + closing]
    if shape == 1:
        return [voice.scenes.draw(), opening, *(f"✔ {remark}" for remark in remarks), caveat, closing]
    if shape == 2:
        numbered = (f"{mark} {remark}" for mark, remark in zip(_MARKS, remarks, strict=False))
        return [opening + voice.scenes.draw(), *numbered, caveat, closing]
    return [opening + remarks[0], voice.scenes.draw() + "".join(remarks[1:]), caveat, closing]


def _title(voice: _Voice, product: ProductText, taken: set[str]) -> str:
    """A title that no other note of the specialty has."""
    while True:
        title = voice.titles.draw().format(name=product.name)
        if title not in taken:
            taken.add(title)
            return title


def _pictures(voice: _Voice, product: ProductText) -> list[str]:
    """One to three pictures of the product, and perhaps one of the place."""
    numbers = [next(voice.pictures) for _ in range(voice.chance.randint(1, 3))]
    pictures = [f"{product.slug}-{number}" for number in numbers]
    if voice.chance.random() < 0.6:
        pictures.append(f"{voice.specialty.slug}-{numbers[0]}")
    return pictures


def _beside(voice: _Voice, product: ProductText) -> list[str]:
    """Now and then another product is in it too."""
    if voice.chance.random() > 0.3:
        return []
    return [voice.chance.choice([other.slug for other in voice.specialty.products if other is not product])]


def _guide(voice: _Voice, article: texts.Article) -> Sketch:
    tips = [f"{mark} {voice.specialty.tips[tip - 1]}" for mark, tip in zip(_MARKS, article.tips, strict=False)]
    return Sketch(
        author=voice.kol.handle,
        specialty=voice.specialty.slug,
        kind="ARTICLE",
        genre="GUIDE",
        title=article.title,
        body="\n".join([article.intro, *tips, voice.chance.choice(texts.phrases().after_tips)]),
        pictures=[f"{voice.specialty.slug}-{next(voice.pictures)}" for _ in range(2)],
        film=None,
        products=[],
        topics=voice.topics(),
        is_sponsored=False,
    )


def _essay(voice: _Voice, essay: texts.Essay) -> Sketch:
    return Sketch(
        author=essay.author or voice.kol.handle,
        specialty=voice.specialty.slug,
        kind="ARTICLE" if voice.chance.random() < 0.5 else "IMAGE",
        genre="STORY",
        title=essay.title,
        body=essay.body,
        pictures=[f"{voice.specialty.slug}-{next(voice.pictures)}"],
        film=None,
        products=[],
        topics=voice.topics(),
        is_sponsored=False,
    )
