"""Layers side by side: what goes in below, the branches, and their maps joined on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coursekit.plots.palette import EMPTY, INK, LINE, WIDTH, series_style, style, text_colour
from coursekit.plots.picture import Picture

Branch = Sequence[tuple[str, int]]

_BOX, _GAP, _MARGIN = 0.42, 0.26, 0.08  # inches
_POINTS = 9.5
_MOST = 5


def show_branches(
    below: int, branches: Mapping[str, Branch], *, alt: str, caption: str | None = None
) -> Picture:
    """Draw a module of parallel branches, such as GoogLeNet's, from below to above.

    ``below`` is the number of maps that all branches get. ``branches`` maps the name of each to its
    layers, the first below, as (what it does, how many maps it gives). Every box says both; the bar
    on top is cut in proportion to the maps of each branch, which are joined there.

    Raises ValueError unless there are 2 to 5 branches of 1 to 3 layers with at least one map each.
    """
    _check(below, branches)
    floors = max(len(layers) for layers in branches.values())
    height = (floors + 2) * _BOX + (floors + 1) * _GAP + 2 * _MARGIN
    with style():
        figure = Figure(figsize=(WIDTH, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, WIDTH), ylim=(0, height))  # inches
        ax.set_axis_off()
        room = (WIDTH - 2 * _MARGIN + 0.14) / len(branches)
        top = height - _MARGIN - _BOX
        _box(ax, _MARGIN, _MARGIN, WIDTH - 2 * _MARGIN, EMPTY, f"{below} maps")
        total = sum(layers[-1][1] for layers in branches.values())
        joined = _MARGIN
        for i, layers in enumerate(branches.values()):
            look = series_style(i)
            left, width = _MARGIN + i * room, room - 0.14
            middle = left + width / 2
            _line(ax, middle, _MARGIN + _BOX, middle, _MARGIN + _BOX + _GAP)
            for floor, (label, maps) in enumerate(layers):
                y = _MARGIN + (floor + 1) * (_BOX + _GAP)
                last = floor + 1 == len(layers)
                colour = look.colour if last else "white"
                _box(ax, left, y, width, colour, f"{label}\n{maps} maps")
                if not last:
                    _line(ax, middle, y + _BOX, middle, y + _BOX + _GAP)
            end = _MARGIN + len(layers) * (_BOX + _GAP) + _BOX
            share = layers[-1][1] / total * (WIDTH - 2 * _MARGIN)
            _line(ax, middle, end, middle, top - _GAP)
            _line(ax, middle, top - _GAP, joined + share / 2, top)
            text = str(layers[-1][1]) if share > 0.3 else ""
            _box(ax, joined, top, share, look.colour, text)
            joined += share
        return Picture(figure, alt, caption=caption)


def _box(ax: Axes, left: float, bottom: float, width: float, colour: str, text: str) -> None:
    ax.add_patch(
        Rectangle((left, bottom), width, _BOX, facecolor=colour, edgecolor=INK, linewidth=0.8)
    )
    ax.text(
        left + width / 2,
        bottom + _BOX / 2,
        text,
        ha="center",
        va="center",
        fontsize=_POINTS,
        color=text_colour(colour),
        linespacing=1.15,
    )


def _line(ax: Axes, x0: float, y0: float, x1: float, y1: float) -> None:
    ax.plot([x0, x1], [y0, y1], color=LINE, linewidth=1.4, zorder=0)


def _check(below: int, branches: Mapping[str, Branch]) -> None:
    if not 2 <= len(branches) <= _MOST:
        raise ValueError(f"show_branches draws 2 to {_MOST} branches, got {len(branches)}")
    for name, layers in branches.items():
        if not 1 <= len(layers) <= 3:
            raise ValueError(f"branch {name!r} must have 1 to 3 layers, got {len(layers)}")
    counts = [below, *(maps for layers in branches.values() for _, maps in layers)]
    if min(counts) < 1:
        raise ValueError(f"every layer needs at least one map, got {min(counts)}")
