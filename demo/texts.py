"""What demo/data holds, read once and checked: specialties with their products and phrases, people, and shops."""

import functools
import tomllib
from importlib import resources
from typing import Final, TypeVar

import msgspec

SPECIALTIES: Final = (
    "camping",
    "skincare",
    "home",
    "coffee",
    "parenting",
    "fashion",
    "running",
    "digital",
    "baking",
    "pets",
    "travel",
    "reading",
)

Shape = TypeVar("Shape")


class ProductText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product and what can truthfully be said of it. A variant is "name|price in CNY|units"."""

    slug: str
    brand: str
    name: str
    title: str
    description: str
    glyph: str
    colors: tuple[str, str]
    variants: list[str]
    remarks: list[str]
    caveat: str


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A guide: an introduction, and which of its specialty's tips follow, counted from 1."""

    title: str
    intro: str
    tips: list[int]


class Essay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note written as a whole, by the specialty's KOL unless it says by whom."""

    title: str
    body: str
    author: str | None = None


class Specialty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What KOLs are known for: its shop, its products and its way of talking."""

    slug: str
    name: str
    shop: str
    topics: list[str]
    captions: list[str]
    openings: list[str]
    scenes: list[str]
    titles: list[str]
    tips: list[str]
    comments: list[str]
    articles: list[Article]
    essays: list[Essay]
    products: list[ProductText]


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people of every specialty say."""

    openings: list[str]
    caveats: list[str]
    closings: list[str]
    video_leads: list[str]
    sponsored: list[str]
    own_shop: list[str]
    after_tips: list[str]
    comments: list[str]
    story_comments: list[str]
    guide_comments: list[str]
    replies: list[str]
    thanks: list[str]
    chat: list[str]
    host_chat: list[str]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the cast; a KOL has a specialty, a shop's owner the key of the shop."""

    handle: str
    name: str
    bio: str
    interests: list[str]
    look: str = "long"
    specialty: str | None = None
    shop: str | None = None


class ShopText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop by its key."""

    key: str
    name: str


class Cast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everybody, those whom others follow most in front."""

    people: list[Person]
    shops: list[ShopText]


def _read(name: str, shape: type[Shape]) -> Shape:
    text = resources.files("demo").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), shape)


@functools.cache
def specialties() -> dict[str, Specialty]:
    """Every specialty by its slug."""
    return {slug: _read(slug, Specialty) for slug in SPECIALTIES}


@functools.cache
def products() -> dict[str, tuple[Specialty, ProductText]]:
    """Every product, with its specialty, by its slug."""
    return {
        product.slug: (specialty, product) for specialty in specialties().values() for product in specialty.products
    }


@functools.cache
def phrases() -> Phrases:
    """The phrases of everybody."""
    return _read("phrases", Phrases)


@functools.cache
def cast() -> Cast:
    """Everybody and their shops."""
    return _read("people", Cast)


@functools.cache
def glyphs() -> dict[str, str]:
    """Drawings by name: SVG in a box of 200 by 200, with places for colours."""
    return _read("glyphs", dict[str, str])
