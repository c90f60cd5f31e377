"""The languages in which people are told things: English, and Chinese in the characters that its reader writes."""

from zhconv_rs import zhconv

ENGLISH = "en"
CHINESE = "zh"
TRADITIONAL = "zh-Hant"
# Where Chinese is written so, unless the tag says otherwise.
_TRADITIONAL_IN = {"hant", "tw", "hk", "mo"}


def of_tag(tag: str) -> str | None:
    """The language for a tag as browsers send it, in lower case ("zh-tw"); None for one that nothing is told in."""
    first, *rest = tag.split("-")
    if first == ENGLISH:
        return ENGLISH
    if first != CHINESE:
        return None
    return TRADITIONAL if "hans" not in rest and _TRADITIONAL_IN & set(rest) else CHINESE


def told(language: str, *, zh: str, en: str) -> str:
    """A sentence for a reader, of its two forms."""
    if language == ENGLISH:
        return en
    return zhconv(zh, "zh-hant") if language == TRADITIONAL else zh
