"""What a note, its media, its product tags, its topics and its comments may be."""

import math
import unicodedata
from collections.abc import Sequence

from content.notes.records import Media, NewTag
from core import texts, validation
from core.errors import Invalid

KINDS = ("IMAGE", "VIDEO", "ARTICLE")
MOST_MEDIA = 18
MOST_TAGS = 20
MOST_TOPICS = 10
_MOST_PIXELS = 100_000
_MOST_NAME = 30
# As `topics.name_key` holds.
_MOST_KEY = 600


def kind(value: str) -> str:
    """IMAGE, VIDEO or ARTICLE. Raises Invalid."""
    if value not in KINDS:
        raise Invalid("kind", zh="笔记类型无效", en="No such kind of note")
    return value


def title(value: str) -> str:
    """The title, 1 to 100 characters. Raises Invalid."""
    return validation.text(value, "title", most=100)


def body(value: str) -> str:
    """The body, up to 10,000 characters. Raises Invalid."""
    return validation.text(value, "body", least=0, most=10_000)


def comment(value: str) -> str:
    """A comment, 1 to 1,000 characters. Raises Invalid."""
    return validation.text(value, "body", most=1_000)


def media(items: Sequence[Media]) -> list[Media]:
    """A note's media, at most 18, each with an address, a size above 0 and up to 500 characters for who cannot see."""
    validation.at_most(items, MOST_MEDIA, "media")
    return [_one_media(item, index) for index, item in enumerate(items)]


def _one_media(item: Media, index: int) -> Media:
    for side in ("width", "height"):
        pixels = getattr(item, side)
        if pixels is not None:
            validation.between(pixels, "media", index, side, least=1, most=_MOST_PIXELS)
    url = validation.url(item.url, "media", index, "url")
    alt = None if item.alt is None else validation.text(item.alt, "media", index, "alt", least=0, most=500)
    return Media(item.kind, url, item.width, item.height, alt or None)


def tags(items: Sequence[NewTag], media_count: int) -> Sequence[NewTag]:
    """A note's product tags, at most 20, each on one of its media at a place within it. Raises Invalid."""
    validation.at_most(items, MOST_TAGS, "product_tags")
    for index, item in enumerate(items):
        if item.media_index is not None and not 0 <= item.media_index < media_count:
            raise Invalid(
                "product_tags",
                index,
                "media_index",
                zh=f"该笔记只有 {media_count} 张图片或视频",
                en=f"The note has {media_count} media, counted from 0",
            )
        for axis in ("x", "y"):
            _place(getattr(item, axis), index, axis)
    return items


def _place(value: float | None, index: int, axis: str) -> None:
    if value is not None and not (math.isfinite(value) and 0 <= value <= 1):
        raise Invalid("product_tags", index, axis, zh="位置必须在 0 到 1 之间", en="A place is between 0 and 1")


def topic_name(value: str, *field: str | int) -> str:
    """A topic's name without its leading #, 1 to 30 characters on one line. Raises Invalid."""
    if len(value) > texts.most_code_points(_MOST_NAME):
        raise _too_long(*field)
    name = validation.text(" ".join(value.split()).lstrip("#＃ "), *field, most=_MOST_NAME)
    # Single characters of a person may be many of a key: ﷺ is 18.
    if len(topic_key(name)) > _MOST_KEY:
        raise _too_long(*field)
    return name


def _too_long(*field: str | int) -> Invalid:
    return Invalid(*field, zh=f"最多 {_MOST_NAME} 个字", en=f"It may have {_MOST_NAME} characters at the most")


def topic_key(name: str) -> str:
    """What makes two topic names the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def topics(names: Sequence[str]) -> dict[str, str]:
    """A note's topics, at most 10, by key in their order; the first of several spellings stands. Raises Invalid."""
    validation.at_most(names, MOST_TOPICS, "topics")
    found: dict[str, str] = {}
    for index, value in enumerate(names):
        name = topic_name(value, "topics", index)
        found.setdefault(topic_key(name), name)
    return found
