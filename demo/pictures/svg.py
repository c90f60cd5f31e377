"""The little of SVG that the pictures need: colours, gradients, text, and the frame around them."""

import colorsys
from xml.sax.saxutils import escape

# Whatever the reader's system has that can write Chinese, the pleasant ones first.
FONTS = "'PingFang SC','HarmonyOS Sans SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC',sans-serif"
SERIF = "'Songti SC','Noto Serif CJK SC','Source Han Serif SC',SimSun,serif"


def shade(color: str, change: float) -> str:
    """A colour made lighter (above 0) or darker (below 0), by up to 1."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    target = 255 if change > 0 else 0
    strength = abs(change)
    return "#" + "".join(f"{round(part + (target - part) * strength):02x}" for part in (red, green, blue))


def lightness(color: str) -> float:
    """How light a colour looks, 0 to 1."""
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.3 * red + 0.59 * green + 0.11 * blue


def hue(degrees: float, saturation: float, lightness: float) -> str:
    """A colour by hue (0 to 360), saturation and lightness (0 to 1)."""
    parts = colorsys.hls_to_rgb(degrees % 360 / 360, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def gradient(name: str, *stops: str, slope: str = 'x1="0" y1="0" x2="0" y2="1"') -> str:
    """A linear gradient to be filled with as url(#name)."""
    step = 1 / (len(stops) - 1)
    inner = "".join(f'<stop offset="{index * step:.2f}" stop-color="{stop}"/>' for index, stop in enumerate(stops))
    return f'<linearGradient id="{name}" {slope}>{inner}</linearGradient>'


def text(words: str, x: float, y: float, size: float, fill: str, *, anchor: str = "middle", font: str = FONTS) -> str:
    """One line of text, escaped."""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size:.0f}" font-weight="600" text-anchor="{anchor}"'
        f' fill="{fill}" font-family="{font}">{escape(words)}</text>'
    )


def outlined(words: str, x: float, y: float, size: float, fill: str, edge: str) -> str:
    """One line of large text that can be read on any ground: its edge first, then itself."""
    line = text(words, x, y, size, fill, anchor="start", font=SERIF)
    stroke = f'<g stroke="{edge}" stroke-width="{size / 7:.0f}" stroke-linejoin="round">{line}</g>'
    return stroke + line


def pill(words: str, x: float, y: float, size: float, fill: str, ground: str, *, opacity: float = 1) -> str:
    """A short line of text on a rounded ground whose left end is at `x` and whose middle is at `y`."""
    width = sum(size if ord(char) > 255 else size * 0.58 for char in words) + size * 1.1
    return (
        f'<rect x="{x:.0f}" y="{y - size * 0.8:.0f}" width="{width:.0f}" height="{size * 1.6:.0f}"'
        f' rx="{size * 0.8:.0f}"'
        f' fill="{ground}" opacity="{opacity}"/>' + text(words, x + width / 2, y + size * 0.36, size, fill)
    )


def placed(drawing: str, x: float, y: float, size: float, *, box: float = 200, turn: float = 0) -> str:
    """A drawing of a box of `box` units, centred on a point at a size in pixels, turned by degrees."""
    scale, half = size / box, box / 2
    turned = f" rotate({turn:.1f} {half:.0f} {half:.0f})" if turn else ""
    return f'<g transform="translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({scale:.3f}){turned}">{drawing}</g>'


def frame(width: int, height: int, title: str, definitions: str, *drawings: str) -> bytes:
    """The whole picture; `title` is read to those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img"><title>{escape(title)}</title><defs>{definitions}</defs>{"".join(drawings)}</svg>'
    ).encode()
