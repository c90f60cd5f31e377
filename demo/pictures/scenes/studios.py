"""Places that are only light and colour."""

import math
from random import Random

from demo.pictures.scenes.shapes import SKY, WIDTH, blobs, circle
from demo.pictures.svg import gradient, hue, shade


def skincare(chance: Random) -> tuple[str, str]:
    """Soft light, bubbles and a plinth."""
    base = chance.choice([145, 20, 205, 340, 48])
    drops = "".join(
        circle(
            x := chance.uniform(0, WIDTH), y := chance.uniform(40, 800), r := chance.uniform(10, 46), "#ffffff", 0.35
        )
        + circle(x - r * 0.3, y - r * 0.3, r * 0.25, "#ffffff", 0.8)
        for _ in range(16)
    )
    plinth = (
        f'<ellipse cx="450" cy="990" rx="330" ry="70" fill="{hue(base, 0.3, 0.72)}"/>'
        f'<path d="M120 900v90h660v-90z" fill="{hue(base, 0.3, 0.78)}"/><ellipse cx="450" cy="900" rx="330" ry="70"'
        f' fill="{hue(base, 0.4, 0.92)}"/>'
    )
    lights = blobs(chance, (hue(base + 40, 0.6, 0.85), hue(base - 30, 0.5, 0.88)), 6, 0.55)
    return gradient("sky", hue(base, 0.5, 0.93), hue(base + 25, 0.45, 0.82)), SKY + lights + drops + plinth


def parenting(chance: Random) -> tuple[str, str]:
    """Pastel clouds, a rainbow and bunting."""
    top, bottom = chance.choice(
        [("#fde3d2", "#fff7ec"), ("#d8ecf5", "#fff6e8"), ("#e6def3", "#fff2ef"), ("#dff0e2", "#fffbe9")]
    )
    cx = chance.choice([230, 670])
    rainbow = "".join(
        (
            f'<path d="M{cx - r} 620a{r} {r} 0 0 1 {2 * r} 0" fill="none" stroke="{color}" stroke-width="34"'
            ' opacity=".75"/>'
        )
        for r, color in ((300, "#f2a58e"), (262, "#f6cf8a"), (224, "#b9d9b0"), (186, "#a7cbe0"))
    )
    clouds = "".join(
        circle(x - 60, y, 52, "#ffffff", 0.9)
        + circle(x, y - 26, 66, "#ffffff", 0.9)
        + circle(x + 66, y, 50, "#ffffff", 0.9)
        for x, y in ((160, chance.randint(250, 330)), (720, chance.randint(360, 470)))
    )
    flags = "".join(
        f'<path d="M{x} {60 + 46 * math.sin(x / WIDTH * 3.14):.0f}h70l-35 76z" fill="{hue(x * 0.5 + 10, 0.6, 0.76)}"/>'
        for x in range(20, 860, 105)
    )
    floor = f'<ellipse cx="450" cy="1180" rx="640" ry="270" fill="{shade(top, -0.06)}"/>'
    return gradient("sky", top, bottom), SKY + rainbow + clouds + flags + floor


def fashion(chance: Random) -> tuple[str, str]:
    """A studio: arch, curtain and a floor of another colour."""
    base = chance.choice([18, 35, 95, 210, 330])
    wall, arch, floor = hue(base, 0.25, 0.86), hue(base + 12, 0.32, 0.74), hue(base - 10, 0.22, 0.66)
    folds = "".join(
        (
            f'<path d="M{x} 0q22 500 0 1000h46q-20-500 0-1000z" fill="{shade(arch, 0.35 if index % 2 else 0.2)}"'
            ' opacity=".55"/>'
        )
        for index, x in enumerate(range(0, 190, 46) if chance.random() < 0.5 else range(720, 900, 46))
    )
    door = f'<path d="M190 1000V470a260 260 0 0 1 520 0v530z" fill="{arch}"/>'
    ground = f'<rect y="980" width="{WIDTH}" height="220" fill="{floor}"/>'
    return gradient("sky", shade(wall, 0.3), wall), SKY + folds + door + ground + circle(
        chance.uniform(560, 760), 190, 70, "#fff", 0.5
    )


def pets(chance: Random) -> tuple[str, str]:
    """Paw prints, a rug, a ball of wool."""
    base = chance.choice([28, 165, 45, 345, 200])
    wall = hue(base, 0.5, 0.86)
    paw = (
        '<ellipse cx="0" cy="16" rx="22" ry="18"/><circle cx="-24" cy="-8" r="10"/><circle cx="-8" cy="-22"'
        ' r="10"/><circle cx="10" cy="-22" r="10"/><circle cx="26" cy="-8" r="10"/>'
    )
    prints = "".join(
        f'<g transform="translate({x + chance.uniform(-30, 30):.0f} {y + chance.uniform(-30, 30):.0f})'
        f' rotate({chance.uniform(-35, 35):.0f})"'
        f' fill="{shade(wall, -0.09)}">{paw}</g>'
        for x in range(90, WIDTH, 180)
        for y in range(90, 860, 170)
    )
    rug = (
        f'<ellipse cx="450" cy="1040" rx="430" ry="150" fill="{hue(base + 30, 0.45, 0.7)}"/><ellipse cx="450"'
        ' cy="1040" rx="360" ry="118" fill="none" stroke="#fff" stroke-width="10" stroke-dasharray="30 22"'
        ' opacity=".6"/>'
    )
    x = chance.choice([130, 770])
    wool = circle(x, 1060, 70, hue(base + 180, 0.55, 0.62)) + (
        f'<path d="M{x - 60} 1040q60-40 120 10M{x - 66} 1070q70-20 130 14M{x - 20} 992q40 60 6 136"'
        ' stroke="#fff" stroke-width="6" fill="none" opacity=".55"/>'
    )
    floor = f'<rect y="900" width="{WIDTH}" height="300" fill="{shade(wall, -0.14)}"/>'
    return gradient("sky", shade(wall, 0.3), wall), SKY + prints + floor + rug + wool
