"""What a client wants to be answered in: media type and language, by RFC 9110's quality values."""

from collections.abc import Mapping, Sequence
from typing import Final

from core import languages

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
STREAM: Final = "text/event-stream"
HTML: Final = "text/html"

_MOST_RANGES: Final = 50


def _ranges(header: str) -> list[tuple[str, dict[str, str], float]]:
    """The ranges of an Accept-like header with their parameters and quality, best first, equals in their order."""
    found = []
    for part in header.split(",")[:_MOST_RANGES]:
        name, *rest = (piece.strip() for piece in part.split(";"))
        parameters = {}
        for piece in rest:
            key, _, value = piece.partition("=")
            parameters[key.strip().lower()] = value.strip().strip('"').lower()
        if name:
            found.append((name.lower(), parameters, _quality(parameters.pop("q", "1"))))
    return sorted(found, key=lambda item: -item[2])


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0
    return quality if 0 <= quality <= 1 else 0


def acceptable(header: str | None, offered: Sequence[str]) -> list[str]:
    """Those of `offered` media types that an Accept header allows, best first.

    A wildcard brings the first of `offered` only; a type refused by q=0 never comes. No header accepts all.
    """
    if not (header or "").strip():
        return list(offered[:1])
    ranges = [item for item in _ranges(header or "") if item[1].get("charset", "utf-8") in ("utf-8", "utf8")]
    refused = {name for name, _, quality in ranges if quality == 0}
    chosen: list[str] = []
    for name, _, quality in ranges:
        if quality == 0:
            continue
        matching = [kind for kind in offered if kind not in refused and _matches(name, kind)]
        chosen.extend(kind for kind in matching[:1] if kind not in chosen)
    return chosen


def _matches(wanted: str, kind: str) -> bool:
    if wanted in ("*/*", kind):
        return True
    # A wildcard never means a stream or a page.
    return wanted == "application/*" and kind.startswith("application/")


def language(header: str | None, default: str = "zh") -> str:
    """The one of `languages` that its reader prefers; for who does not say, `default`."""
    for name, _, quality in _ranges(header or ""):
        if quality == 0:
            continue
        if found := languages.of_tag(name):
            return found
        if name == "*":
            return default
    return default


def refusals_language(header: str | None) -> str:
    """The language of what is mostly read by a client's developer: Chinese for who asks for it only."""
    return language(header, default="en")


def bearer(authorization: str | None) -> str | None:
    """The token of an Authorization header of the Bearer scheme; "" when there is no token in it."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def content_type(headers: Mapping[str, str]) -> tuple[str, str]:
    """The media type of a request's body, and its charset ("utf-8" when it does not say)."""
    name, *rest = headers.get("content-type", "").split(";")
    charset = "utf-8"
    for piece in rest:
        key, _, value = piece.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return name.strip().lower(), charset
