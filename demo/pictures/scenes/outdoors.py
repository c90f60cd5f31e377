"""Places under the sky: mountains, a track by the river, the sea and the road."""

from random import Random

from demo.pictures.scenes.shapes import SKY, WIDTH, circle, hills, tree
from demo.pictures.svg import gradient, shade


def camping(chance: Random) -> tuple[str, str]:
    """Mountains: at night under stars, or in the light of morning or evening."""
    night, sky, near = chance.choice(
        [
            (True, ("#14233f", "#3b4f7a", "#d98f6f"), "#1d3330"),
            (False, ("#f7c58b", "#f9e3c0", "#dfeadb"), "#3f6650"),
            (False, ("#8fc3dc", "#d7ecef", "#f6f0dc"), "#48735a"),
        ]
    )
    orb = circle(chance.uniform(520, 760), chance.uniform(160, 280), 62, "#fff3cf", 0.95)
    stars = "".join(
        circle(
            chance.uniform(0, WIDTH), chance.uniform(0, 480), chance.uniform(1.5, 4), "#ffffff", chance.uniform(0.4, 1)
        )
        for _ in range(60 if night else 0)
    )
    far = shade(near, 0.55 if not night else 0.25)
    ridges = hills(chance, 820, 320, far) + hills(chance, 930, 200, shade(near, 0.25)) + hills(chance, 1010, 90, near)
    spots = (60, 140, 215, 700, 775, 850)
    trees = "".join(
        tree(x, 1010 + chance.uniform(-20, 40), chance.uniform(200, 330), shade(near, -0.25)) for x in spots
    )
    return gradient("sky", *sky), SKY + stars + orb + ridges + trees


def running(chance: Random) -> tuple[str, str]:
    """A track by the river, with the city behind."""
    sky, track = chance.choice(
        [(("#f8b58a", "#fbe0b8"), "#c2553f"), (("#8ec5e6", "#e3f1f3"), "#b5523f"), (("#2b3a67", "#c96f7a"), "#7d3b45")]
    )
    towers = "".join(
        (
            f'<rect x="{x}" y="{700 - (h := chance.randint(120, 380))}" width="{w}" height="{h}"'
            f' fill="{shade(sky[0], -0.3)}" opacity=".55"/>'
        )
        for x, w in (
            (20, 90),
            (120, 70),
            (205, 110),
            (330, 60),
            (410, 100),
            (525, 80),
            (620, 110),
            (745, 60),
            (815, 80),
        )
    )
    river = (
        f'<rect y="690" width="{WIDTH}" height="90" fill="{shade(sky[1], -0.15)}"/><path d="M40 730h180M330'
        ' 745h240M660 725h160" stroke="#fff" stroke-width="5" opacity=".5"/>'
    )
    lanes = "".join(
        f'<path d="M{450 + (x - 450) * 0.25:.0f} 780L{x} 1200" stroke="#fff" stroke-width="7" opacity=".75"/>'
        for x in (-500, -120, 260, 640, 1020, 1400)
    )
    ground = f'<rect y="780" width="{WIDTH}" height="420" fill="{track}"/>'
    return gradient("sky", *sky), SKY + circle(
        chance.uniform(150, 750), 300, 80, "#fff2cc", 0.9
    ) + towers + river + ground + lanes


def travel(chance: Random) -> tuple[str, str]:
    """The sea with a sail, or a road into the hills."""
    if chance.random() < 0.5:
        sky = chance.choice([("#f6a97f", "#fbe1b6"), ("#86c4e4", "#e9f4ee")])
        waves = "".join(
            f'<path d="M0 {y}q112-34 225 0t225 0 225 0 225 0V1200H0z" fill="{shade("#2f7f95", 0.45 - index * 0.14)}"/>'
            for index, y in enumerate((760, 850, 950, 1060))
        )
        x = chance.randint(140, 720)
        sail = (
            f'<path d="M{x} 560v180h-90z" fill="#fffaf0"/><path d="M{x + 10} 590v150h70z" fill="#f2b48c"/><path'
            f' d="M{x - 100} 750h200l-36 42h-128z" fill="#7a4b38"/>'
        )
        return gradient("sky", *sky), SKY + circle(chance.uniform(250, 650), 340, 96, "#fff1cc", 0.9) + sail + waves
    sky = chance.choice([("#a7d3e8", "#f4efd9"), ("#d9b3c8", "#fbe6cf")])
    ridges = hills(chance, 760, 280, "#9db79a") + hills(chance, 860, 170, "#7b9f7d")
    road = (
        '<rect y="820" width="900" height="380" fill="#5f8a66"/><path d="M420 820h60l330 380H90z"'
        ' fill="#8b8f94"/><path d="M446 830h8l24 370h-56z" fill="#f7efd2" opacity=".8"/>'
    )
    return gradient("sky", *sky), SKY + circle(chance.uniform(150, 750), 230, 70, "#fff6d6", 0.95) + ridges + road
