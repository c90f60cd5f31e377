"""Faces for the cast: simple, friendly, and each its own."""

import hashlib
from random import Random

from demo.pictures.svg import hue, shade

_SKINS = ("#f8d9c0", "#f3cbb0", "#eebf9d", "#fbe3d0")
_HAIRS = ("#2e2622", "#4a3529", "#6b4a34", "#1f2530", "#7d5a4a", "#3a3f47")


def portrait(handle: str, look: str) -> str:
    """A face in a box of 240 by 240, always the same for the same handle; hair as of `look` (short or long)."""
    chance = Random(int.from_bytes(hashlib.sha256(f"face of {handle}".encode()).digest()[:8], "big"))
    tint = chance.uniform(0, 360)
    skin, hair = chance.choice(_SKINS), chance.choice(_HAIRS)
    clothes = hue(tint + 150, 0.4, 0.6)
    ground = f'<rect width="240" height="240" rx="120" fill="{hue(tint, 0.55, 0.84)}"/>'
    halo = f'<circle cx="{chance.uniform(60, 180):.0f}" cy="70" r="62" fill="#fff" opacity=".35"/>'
    shoulders = (
        f'<path d="M40 240q4-62 80-62t80 62z" fill="{clothes}"/><path d="M98 178q22 24 44 0v-22h-44z"'
        f' fill="{shade(skin, -0.08)}"/>'
    )
    head = f'<ellipse cx="120" cy="116" rx="50" ry="56" fill="{skin}"/>'
    ears = f'<circle cx="71" cy="120" r="10" fill="{skin}"/><circle cx="169" cy="120" r="10" fill="{skin}"/>'
    back, front = chance.choice(_SHORT if look == "short" else _LONG)
    face = _eyes(chance) + _mouth(chance) + _cheeks(chance)
    return (
        ground
        + halo
        + back.format(h=hair)
        + shoulders
        + ears
        + head
        + face
        + front.format(h=hair)
        + _extra(chance, tint, look)
    )


# Hair behind the head, and before it.
_LONG = (
    (
        '<path d="M62 130q-8-88 58-88t58 88q4 50 10 62H52q6-12 10-62z" fill="{h}"/>',
        '<path d="M70 112q0-56 50-58 50 2 50 58-14-34-42-38-36 0-58 38z" fill="{h}"/>',
    ),
    (
        '<circle cx="120" cy="42" r="26" fill="{h}"/>',
        '<path d="M68 114q-2-64 52-66 54 2 52 66-12-44-52-44t-52 44z" fill="{h}"/>',
    ),
    (
        '<path d="M66 120q-14-80 54-80t54 80q6 34-6 46H72q-12-12-6-46z" fill="{h}"/>',
        '<path d="M70 104q8-54 50-54t50 54q-50-16-100 0z" fill="{h}"/>',
    ),
    (
        '<circle cx="58" cy="136" r="22" fill="{h}"/><circle cx="182" cy="136" r="22" fill="{h}"/>',
        '<path d="M68 116q-2-68 52-70 54 2 52 70-6-32-50-52-40 14-54 52z" fill="{h}"/>',
    ),
)
_SHORT = (
    ("", '<path d="M68 112q-6-66 52-68 58 2 52 68-8-30-26-40-34 12-64 2-10 14-14 38z" fill="{h}"/>'),
    ("", '<path d="M66 100q6-58 60-58 46 4 48 58-4-8-14-12-50 6-76-10-14 8-18 22z" fill="{h}"/>'),
    ("", '<path d="M66 106q-2-64 54-64t54 64q-6-14-12-26-40 4-84 0-8 12-12 26z" fill="{h}"/>'),
)


def _eyes(chance: Random) -> str:
    kind = chance.randrange(3)
    if kind == 0:
        return '<circle cx="101" cy="120" r="5.5" fill="#35291f"/><circle cx="139" cy="120" r="5.5" fill="#35291f"/>'
    if kind == 1:
        return (
            '<path d="M92 122q9-11 18 0M130 122q9-11 18 0" stroke="#35291f" stroke-width="4.5" fill="none"'
            ' stroke-linecap="round"/>'
        )
    glasses = (
        '<g fill="none" stroke="#4a4038" stroke-width="3.5"><circle cx="100" cy="120" r="16"/><circle'
        ' cx="140" cy="120" r="16"/><path d="M116 118h8"/></g>'
    )
    return '<circle cx="100" cy="120" r="5" fill="#35291f"/><circle cx="140" cy="120" r="5" fill="#35291f"/>' + glasses


def _mouth(chance: Random) -> str:
    return chance.choice(
        (
            '<path d="M106 146q14 14 28 0" stroke="#b5574a" stroke-width="4.5" fill="none" stroke-linecap="round"/>',
            '<path d="M106 144h28q-2 18-14 18t-14-18z" fill="#b5574a"/>',
            '<path d="M111 149q9 7 18 0" stroke="#b5574a" stroke-width="4.5" fill="none" stroke-linecap="round"/>',
        )
    )


def _cheeks(chance: Random) -> str:
    opacity = chance.choice((0.25, 0.4))
    return (
        f'<g fill="#f08f7e" opacity="{opacity}"><circle cx="86" cy="140" r="9"/><circle cx="154" cy="140" r="9"/></g>'
    )


def _extra(chance: Random, tint: float, look: str) -> str:
    """What somebody wears: a hat, a flower, earrings, or nothing."""
    color = hue(tint + 200, 0.5, 0.55)
    hat = (
        f'<path d="M70 78q50-60 100 0z" fill="{color}"/><rect x="62" y="72" width="116" height="16" rx="8"'
        f' fill="{shade(color, -0.2)}"/>'
    )
    flower = (
        f'<g fill="{color}"><circle cx="166" cy="70" r="9"/><circle cx="180" cy="78" r="9"/><circle cx="172"'
        ' cy="92" r="9"/>'
        '<circle cx="158" cy="86" r="9"/></g><circle cx="169" cy="81" r="6" fill="#ffe39a"/>'
    )
    earrings = f'<circle cx="70" cy="140" r="5" fill="{color}"/><circle cx="170" cy="140" r="5" fill="{color}"/>'
    return chance.choice(("", "", hat) if look == "short" else ("", hat, flower, earrings))
