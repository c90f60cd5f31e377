"""What several places have in common, in a picture of 900 by 1200."""

import math
from random import Random

from demo.pictures.svg import shade

WIDTH, HEIGHT = 900, 1200
# The background: whatever the place calls "sky".
SKY = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#sky)"/>'


def hills(chance: Random, base: float, height: float, color: str) -> str:
    """A soft ridge across the picture."""
    phase, waves = chance.uniform(0, 6.28), chance.uniform(1.2, 2.4)

    def top(x: int) -> float:
        return base - height * (0.5 + 0.35 * math.sin(phase + x / WIDTH * 6.28 * waves) + 0.15 * math.sin(x / 90))

    ridge = " ".join(f"L{x} {top(x):.0f}" for x in range(0, WIDTH + 1, 30))
    return f'<path d="M0 {HEIGHT} {ridge} L{WIDTH} {HEIGHT}z" fill="{color}"/>'


def circle(x: float, y: float, radius: float, color: str, opacity: float = 1) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{color}" opacity="{opacity:.2f}"/>'


def blobs(chance: Random, colors: tuple[str, ...], count: int, opacity: float) -> str:
    return "".join(
        circle(
            chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), chance.uniform(90, 260), chance.choice(colors), opacity
        )
        for _ in range(count)
    )


def table(top: float, color: str) -> str:
    return (
        f'<rect y="{top:.0f}" width="{WIDTH}" height="{HEIGHT - top:.0f}" fill="{color}"/>'
        f'<rect y="{top:.0f}" width="{WIDTH}" height="14" fill="{shade(color, 0.25)}"/>'
    )


def window(x: float, light: str) -> str:
    """A window, and the light that it throws on the floor."""
    return (
        f'<path d="M{x:.0f} 500L{x + 270:.0f} 500L{x + 470:.0f} 1200L{x + 60:.0f} 1200z" fill="{light}" opacity=".22"/>'
        f'<rect x="{x:.0f}" y="120" width="270" height="380" rx="10" fill="#ffffff" opacity=".85"/>'
        f'<rect x="{x + 16:.0f}" y="136" width="112" height="348" fill="{light}"/>'
        f'<rect x="{x + 142:.0f}" y="136" width="112" height="348" fill="{light}"/>'
        f'<path d="M{x + 16:.0f} 310h238" stroke="#fff" stroke-width="12"/>'
    )


def tree(x: float, base: float, height: float, color: str) -> str:
    half = height * 0.24
    layers = "".join(
        f'<path d="M{x:.0f} {base - height + step * height * 0.24:.0f}l{half * (0.6 + step * 0.25):.0f}'
        f" {height * 0.42:.0f}"
        f'h{-2 * half * (0.6 + step * 0.25):.0f}z" fill="{shade(color, step * 0.06)}"/>'
        for step in range(3)
    )
    return (
        f'<rect x="{x - 7:.0f}" y="{base - height * 0.2:.0f}" width="14" height="{height * 0.2:.0f}"'
        f' fill="#4d3b2c"/>{layers}'
    )
