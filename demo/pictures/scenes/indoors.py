"""Places with a roof: rooms, kitchens, desks and shelves."""

from random import Random

from demo.pictures.scenes.shapes import SKY, WIDTH, circle, table, window
from demo.pictures.svg import gradient, hue, shade


def home(chance: Random) -> tuple[str, str]:
    """A quiet room: a wall, a window and its light, a floor, a plant."""
    wall, floor = chance.choice(
        [("#e9dfcf", "#b98f66"), ("#d9e0d6", "#a98562"), ("#efe3dc", "#8f6f55"), ("#dfe3e8", "#b49a7c")]
    )
    leaf = chance.choice(["#6f8f68", "#7c9a72", "#587a5c"])
    x = chance.choice([70.0, 560.0])
    foot = 780 if x < 300 else 120
    leaves = "".join(
        f'<ellipse cx="{foot}" cy="760" rx="30" ry="120" fill="{shade(leaf, chance.uniform(-0.1, 0.2))}"'
        f' transform="rotate({turn} {foot} 880)"/>'
        for turn in (-58, -34, -12, 12, 34, 58)
    )
    pot = (
        f'<path d="M{foot - 62} 880h124l-18 130h-88z" fill="#c7795a"/><rect x="{foot - 70}" y="868"'
        ' width="140" height="30" fill="#d58a6b"/>'
    )
    room = (
        f'<rect y="960" width="{WIDTH}" height="240" fill="{floor}"/><rect y="948" width="{WIDTH}" height="16"'
        ' fill="#fffaf2"/>'
    )
    return gradient("sky", shade(wall, 0.15), wall), SKY + room + window(x, "#fff1c9") + leaves + pot


def coffee(chance: Random) -> tuple[str, str]:
    """A café's table with a board on the wall."""
    wall, wood = chance.choice(
        [("#3c2f2a", "#a4744a"), ("#5b6b60", "#b98a5a"), ("#e8d8c3", "#8a5a3a"), ("#c9a27c", "#6d452c")]
    )
    lamps = "".join(
        f'<path d="M{x} 0v{drop}" stroke="{shade(wall, -0.4)}" stroke-width="5"/><path d="M{x - 60}'
        f' {drop + 70}q60-110 120 0z"'
        f' fill="{shade(wood, -0.2)}"/><ellipse cx="{x}" cy="{drop + 74}" rx="46" ry="12" fill="#ffe9b0"/>'
        f'<path d="M{x - 46} {drop + 74}h92l130 560h-352z" fill="#fff0c0" opacity=".10"/>'
        for x, drop in ((180, chance.randint(70, 160)), (720, chance.randint(70, 160)))
    )
    scattered = "".join(
        f'<g transform="translate({chance.uniform(30, 870):.0f} {chance.uniform(1030, 1170):.0f})'
        f' rotate({chance.uniform(0, 180):.0f})">'
        '<ellipse rx="20" ry="13" fill="#4a2d1c"/><path d="M-18 0q18-8 36 0" stroke="#8a5b3b"'
        ' stroke-width="3" fill="none"/></g>'
        for _ in range(14)
    )
    return gradient("sky", shade(wall, 0.12), wall), SKY + lamps + table(900, wood) + scattered


def digital(chance: Random) -> tuple[str, str]:
    """A desk at night: a grid of lights, a glow, a clean table."""
    base = chance.choice([215, 250, 175, 285])
    dots = "".join(
        circle(x, y, 3, "#ffffff", 0.10 + 0.25 * chance.random())
        for x in range(45, WIDTH, 60)
        for y in range(45, 840, 60)
    )
    glow = "".join(circle(450, 560, r, hue(base + 20, 0.8, 0.6), 0.07) for r in (430, 340, 250, 170))
    bars = "".join(
        (
            f'<rect x="{x}" y="{860 - (h := chance.randint(30, 190))}" width="16" height="{h}" rx="8"'
            f' fill="{hue(base + x / 12, 0.6, 0.62)}" opacity=".35"/>'
        )
        for x in range(40, 880, 34)
    )
    return gradient("sky", hue(base, 0.42, 0.16), hue(base + 25, 0.45, 0.34)), SKY + dots + glow + bars + table(
        900, hue(base, 0.28, 0.22)
    )


def baking(chance: Random) -> tuple[str, str]:
    """A kitchen: tiles, a shelf, a floured table."""
    tile, wood = chance.choice(
        [("#f4e7d5", "#c79a63"), ("#e4ece4", "#b98a5e"), ("#f7dfd8", "#a9754f"), ("#e9e4f0", "#c09a72")]
    )
    tiles = "".join(
        f'<rect x="{x}" y="{y}" width="108" height="108" rx="10" fill="{shade(tile, chance.uniform(0.1, 0.5))}"/>'
        for x in range(4, WIDTH, 114)
        for y in range(6, 860, 114)
    )
    jars = "".join(
        f'<rect x="{x}" y="{262 - h}" width="74" height="{h}" rx="14" fill="{hue(chance.uniform(15, 60), 0.5, 0.66)}"/>'
        f'<rect x="{x - 4}" y="{244 - h}" width="82" height="26" rx="8" fill="#8b6b4d"/>'
        for x, h in ((90, 120), (190, 90), (290, 140), (560, 100), (660, 130), (760, 90))
    )
    flour = "".join(
        circle(chance.uniform(30, 870), chance.uniform(930, 1180), chance.uniform(4, 30), "#ffffff", 0.5)
        for _ in range(26)
    )
    return (
        gradient("sky", tile, tile),
        SKY
        + tiles
        + f'<rect x="50" y="262" width="800" height="20" rx="6" fill="{shade(wood, -0.25)}"/>'
        + jars
        + table(900, wood)
        + flour,
    )


def reading(chance: Random) -> tuple[str, str]:
    """Shelves of books, and a desk in lamplight."""
    wall, wood = chance.choice(
        [("#41503f", "#8a6242"), ("#6b4f44", "#a77b52"), ("#384a5c", "#94704f"), ("#d9cbb5", "#7c5a41")]
    )

    def row(y: int) -> str:
        books, x = [], 24.0
        while x < 850:
            width, height = chance.randint(26, 60), chance.randint(130, 196)
            color = hue(
                chance.choice([12, 28, 42, 150, 190, 210, 340]) + chance.uniform(-8, 8),
                0.35,
                chance.uniform(0.42, 0.72),
            )
            books.append(
                f'<rect x="{x:.0f}" y="{y - height}" width="{width}" height="{height}" rx="4" fill="{color}"/>'
            )
            books.append(
                f'<rect x="{x + 5:.0f}" y="{y - height + 22}" width="{width - 10}" height="8" fill="#fff"'
                ' opacity=".45"/>'
            )
            x += width + chance.choice([3, 3, 4, 30])
        return "".join(books) + f'<rect y="{y}" width="{WIDTH}" height="20" fill="{shade(wood, -0.2)}"/>'

    glow = "".join(circle(450, 640, r, "#ffdf9a", 0.09) for r in (420, 330, 240))
    return gradient("sky", shade(wall, 0.1), wall), SKY + "".join(row(y) for y in (240, 470, 700)) + glow + table(
        900, wood
    )
