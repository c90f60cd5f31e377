"""Draws how the feed page compares, for `docs/`: `python -m bench.plots` measures and writes the picture.

The only module that needs matplotlib (`make .venv/.bench` installs it).
"""

import sys
from pathlib import Path
from typing import Final

from matplotlib import pyplot

from bench import feed_page, wrk

PICTURE: Final = Path(__file__).parents[1] / "docs" / "feed-page.png"
_OURS: Final = "#d9415d"
_OTHERS: Final = "#b9bec7"


def draw(rates: feed_page.Rates, picture: Path) -> None:
    """Requests per second of each server, the fastest on top."""
    names = sorted(rates, key=lambda name: rates[name])
    figure, axes = pyplot.subplots(figsize=(8, 0.5 + 0.5 * len(names)), layout="constrained")
    colours = [_OURS if name == feed_page.OURS else _OTHERS for name in names]
    bars = axes.barh(names, [rates[name] for name in names], color=colours)
    axes.bar_label(bars, [f"{rates[name]:,.0f}" for name in names], padding=4)
    axes.set_title("Feed page of 20 notes: requests per second, one process", loc="left", fontsize=11)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(bottom=False, labelbottom=False, left=False)
    figure.savefig(picture, dpi=144)
    pyplot.close(figure)


if __name__ == "__main__":
    if wrk.missing():
        sys.exit("left out: it needs `wrk` (Debian has it)")
    draw(feed_page.executors(), PICTURE)
    print(PICTURE)
