"""Which picture a path names, and how each kind is put together."""

import hashlib
import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from random import Random

from demo import texts
from demo.pictures import svg
from demo.pictures.portraits import portrait
from demo.pictures.scenes import HEIGHT, SCENES, WIDTH

NOTE_SIZE = (WIDTH, HEIGHT)
FILM_SIZE = (450, 600)
_PATH = re.compile(r"/?(?:media/demo/)?(product|note|cover|avatar)/([a-z0-9_-]{1,60})\.svg")
_FILM = re.compile(r"/?(?:media/demo/)?video/([a-z0-9-]{1,60})\.mp4")
_FILMS = Path(__file__).parents[1] / "data"
_NUMBERED = re.compile(r"([a-z-]+[a-z])-([0-9]{1,4})")
_PRODUCT_SIZE = 900


def address(public_url: str, kind: str, name: str) -> str:
    """The absolute URL of a picture, or of kind "video" of a film, under the server's public URL."""
    suffix = "mp4" if kind == "video" else "svg"
    return f"{public_url}/media/demo/{kind}/{name}.{suffix}"


@lru_cache(maxsize=512)
def render(path: str) -> bytes | None:
    """The SVG at "/media/demo/KIND/NAME.svg" (or "KIND/NAME.svg"); None when there is no such picture."""
    found = _PATH.fullmatch(path)
    return _KINDS[found[1]](found[2]) if found else None


def film(path: str) -> Path | None:
    """The file at "/media/demo/video/NAME.mp4" (or "video/NAME.mp4"): seconds of a product, without sound; or None."""
    found = _FILM.fullmatch(path)
    file = _FILMS / f"{found[1]}.mp4" if found else None
    return file if file is not None and file.is_file() else None


def spot(name: str) -> tuple[float, float]:
    """Where on a note's picture its product stands: 0 to 1 from the left and from the top."""
    x, y, _ = _stand(_chance(name))
    return round(x / WIDTH, 3), round(y / HEIGHT, 3)


def _chance(name: str) -> Random:
    """Chance that falls the same way for the same name, in every process."""
    return Random(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))


def _stand(chance: Random) -> tuple[float, float, float]:
    """Centre and size, in pixels, of the product on a note's picture."""
    size = chance.uniform(430, 560)
    return chance.uniform(330, 570), 945 - size * 0.44, size


def _glyph(product: texts.ProductText, swap: bool = False) -> str:
    """The product in its colours, or with the two exchanged where that can still be seen on any ground."""
    first, second = product.colors
    if swap and svg.lightness(second) < 0.72:
        first, second = second, first
    drawing = texts.glyphs()[product.glyph]
    return drawing.format(a=first, b=second, d=svg.shade(first, -0.3), l=svg.shade(first, 0.35))


def _numbered(name: str) -> tuple[str, int]:
    found = _NUMBERED.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, 0)


def _product(name: str) -> bytes | None:
    """The product on a plain ground; its numbered pictures show other sides of it."""
    slug, number = _numbered(name)
    known = texts.products().get(slug)
    if known is None or number > 9:
        return None
    _, product = known
    chance, (first, second) = _chance(name), product.colors
    side = _PRODUCT_SIZE
    light = svg.shade(second, 0.55)
    grounds = svg.gradient(
        "ground", svg.shade(light, 0.6), svg.shade(svg.shade(first, 0.62), 0.1), slope=_slope(chance)
    )
    halo = (
        f'<circle cx="{chance.uniform(330, 570):.0f}" cy="400" r="{chance.uniform(280, 340):.0f}" fill="#fff"'
        ' opacity=".45"/>'
        f'<circle cx="{chance.uniform(80, 820):.0f}" cy="{chance.uniform(60, 300):.0f}" r="90" fill="{second}"'
        ' opacity=".25"/>'
        f'<circle cx="{chance.uniform(80, 820):.0f}" cy="{chance.uniform(560, 700):.0f}" r="60" fill="{first}"'
        ' opacity=".15"/>'
    )
    shadow = '<ellipse cx="450" cy="668" rx="210" ry="26" fill="#000" opacity=".12"/>'
    size, turn = (520, 0.0) if number == 0 else (600, chance.uniform(-14, 14))
    body = svg.placed(_glyph(product, swap=number % 2 == 1), 450, 410, size, turn=turn)
    label = svg.text(product.name, 450, 790, 60, "#3b3530") + svg.text(product.brand, 450, 846, 32, "#8a8178")
    return svg.frame(side, side, product.title, grounds, _ground(side, side), halo, shadow, body, label)


def _slope(chance: Random) -> str:
    return chance.choice(['x1="0" y1="0" x2="1" y2="1"', 'x1="1" y1="0" x2="0" y2="1"', 'x1="0" y1="0" x2="0" y2="1"'])


def _ground(width: int, height: int) -> str:
    return f'<rect width="{width}" height="{height}" fill="url(#ground)"/>'


def _note(name: str) -> bytes | None:
    """A product where it is used ("PRODUCT-NUMBER"), or a place alone with a caption ("SPECIALTY-NUMBER")."""
    slug, number = _numbered(name)
    chance = _chance(name)
    if known := texts.products().get(slug):
        specialty, product = known
        x, y, size = _stand(chance)
        shadow = (
            f'<ellipse cx="{x:.0f}" cy="{y + size * 0.43:.0f}" rx="{size * 0.4:.0f}" ry="22" fill="#000" opacity=".2"/>'
        )
        things = [shadow, svg.placed(_glyph(product, swap=number % 3 == 2), x, y, size)]
        caption = product.name if number % 2 else chance.choice(specialty.captions)
    elif specialty_found := texts.specialties().get(slug):
        specialty, things = specialty_found, []
        caption = specialty.captions[number % len(specialty.captions)]
    else:
        return None
    definitions, background = SCENES[specialty.slug](chance)
    words = _caption(chance, caption, f"#{specialty.topics[number % len(specialty.topics)]}")
    return svg.frame(WIDTH, HEIGHT, caption, definitions, background, *things, words)


def _caption(chance: Random, words: str, topic: str, top: float = 160) -> str:
    """The words on a note's picture, as people put them there: on a sticker, or large and outlined."""
    if chance.random() < 0.5:
        width = 88 * len(words) + 80
        sticker = (
            f'<g transform="rotate({chance.uniform(-4, 2):.1f} 300 {top:.0f})"><rect x="52" y="{top - 72:.0f}"'
            f' width="{width}"'
            ' height="134" rx="36" fill="#fffdf8"'
            f' opacity=".96"/>{svg.text(words, 52 + width / 2, top + 27, 82, "#3b3530")}</g>'
        )
    else:
        sticker = svg.outlined(words, 60, top + 30, 104, "#fffdf8", "#3b3530")
    return sticker + svg.pill(topic, 60, top + 116, 34, "#fffdf8", "#2d2925", opacity=0.5)


def _cover(name: str) -> bytes | None:
    """A live room's cover: a place, its host, a few of the products."""
    slug, number = _numbered(name)
    specialty = texts.specialties().get(slug)
    host = next((person for person in texts.cast().people if person.specialty == slug), None)
    if specialty is None or host is None:
        return None
    chance = _chance(name)
    definitions, background = SCENES[slug](chance)
    shown = chance.sample(specialty.products, 3)
    table = "".join(
        f'<circle cx="{x}" cy="1000" r="118" fill="#fffdf8" opacity=".92"/>{svg.placed(_glyph(product), x, 1000, 170)}'
        for x, product in zip((190, 450, 710), shown, strict=True)
    )
    face = (
        '<circle cx="450" cy="600" r="222"'
        f' fill="#fffdf8"/>{svg.placed(portrait(host.handle, host.look), 450, 600, 420, box=240)}'
    )
    badge = svg.pill("LIVE 直播", 60, 100, 38, "#ffffff", "#e5484d")
    words = _caption(chance, specialty.captions[number % len(specialty.captions)], host.name, top=230)
    return svg.frame(
        WIDTH, HEIGHT, f"{host.name}的直播间", definitions, background, face, table, badge, words
    )  # fmt: skip


@cache
def _people() -> dict[str, texts.Person]:
    return {person.handle: person for person in texts.cast().people}


def _avatar(handle: str) -> bytes | None:
    person = _people().get(handle)
    if person is None:
        return None
    return svg.frame(240, 240, person.name, "", portrait(handle, person.look))


_KINDS: dict[str, Callable[[str], bytes | None]] = {
    "product": _product,
    "note": _note,
    "cover": _cover,
    "avatar": _avatar,
}
