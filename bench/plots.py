"""Draws how the feed page compares, and where a timeline pays, for `docs/`.

`make bench` has the first drawn of what it measures; `python -m bench.plots` measures the feed page and draws it alone,
`python -m bench.plots following` the other. The only module that needs matplotlib (`make .venv/.bench` installs it).
"""

import sys
from pathlib import Path
from typing import Final

from matplotlib import pyplot
from matplotlib.axes import Axes

from bench import feed_page, wrk
from bench.discovery import fanout
from content.feed.following import FEW
from people.follows.rules import CROWD

_DOCS: Final = Path(__file__).parents[1] / "docs"
PICTURE: Final = _DOCS / "feed-page.png"
FOLLOWING: Final = _DOCS / "following.png"
_OURS: Final = "#d9415d"
_OTHERS: Final = "#b9bec7"


def draw(rates: feed_page.Rates, picture: Path = PICTURE) -> None:
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


def draw_following(found: fanout.Measured, picture: Path) -> None:
    """Pages with and without a timeline by the number of followees; what pushing costs by the number of followers."""
    figure, (reading, rates, pushing) = pyplot.subplots(1, 3, figsize=(12, 4), layout="constrained")
    followees = [read.followees for read in found.reading]
    _lines(reading, followees, [read.kept.p50 for read in found.reading], [read.alone.p50 for read in found.reading])
    reading.set_title("A page, median in ms", loc="left", fontsize=11)
    _lines(rates, followees, [read.kept_rate for read in found.reading], [read.alone_rate for read in found.reading])
    rates.set_title("Pages/s, many readers at a time", loc="left", fontsize=11)
    for axes in (reading, rates):
        axes.axvline(FEW, color=_OTHERS, linestyle=":")
        axes.set_xlabel("followees; no timeline left of the line")
    reading.legend(frameon=False)
    pushing.loglog(list(found.pushing), [took.p50 for took in found.pushing.values()], "o-", color=_OURS)
    pushing.axvline(CROWD, color=_OTHERS, linestyle=":")
    pushing.set_xlabel("followers; nothing is pushed right of the line")
    pushing.set_title("One note into all timelines, in ms", loc="left", fontsize=11)
    for axes in (reading, rates, pushing):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=144)
    pyplot.close(figure)


def _lines(axes: Axes, followees: list[int], kept: list[float], alone: list[float]) -> None:
    axes.loglog(followees, kept, "o-", color=_OURS, label="by a timeline")
    axes.loglog(followees, alone, "o-", color="#5b6270", label="by PostgreSQL alone")


def _main() -> None:
    if "following" in sys.argv:
        draw_following(fanout.measured(), FOLLOWING)
        print(FOLLOWING)
    elif wrk.missing():
        sys.exit("left out: it needs `wrk` (Debian has it)")
    else:
        draw(feed_page.executors())
        print(PICTURE)


if __name__ == "__main__":
    _main()
