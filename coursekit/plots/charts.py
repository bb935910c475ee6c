"""The frame of every chart, with named axes, and lines."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.palette import INK, WIDTH, series_style, style
from coursekit.plots.picture import Picture

Scale = Literal["linear", "log"]

CHART_HEIGHT = 3.3
_LABEL_GAP = 0.078  # room for one label beside the axes, as a share of their height


def make_chart(
    xlabel: str, ylabel: str, title: str | None, *, height: float = CHART_HEIGHT
) -> tuple[Figure, Axes]:
    """An empty chart with named axes. Raises ValueError when a name is empty."""
    for axis, label in (("xlabel", xlabel), ("ylabel", ylabel)):
        if not label.strip():
            raise ValueError(f"{axis} is empty: say what the axis shows, with its unit")
    figure = Figure(figsize=(WIDTH, height), layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08))
    ax = figure.subplots()
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if title:
        ax.set_title(title, loc="left")
    return figure, ax


def line_chart(
    series: Mapping[str, ArrayLike],
    x: ArrayLike | None = None,
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    title: str | None = None,
    caption: str | None = None,
    xscale: Scale = "linear",
    yscale: Scale = "linear",
) -> Picture:
    """Draw one line per entry of ``series``; several lines are named at their right ends.

    Values have shape (N,), as has ``x``, which counts from 0 when left out; NaN leaves a gap.
    Raises ValueError for no series, lengths that differ, a series without a finite value, more
    series than can be told apart, or values ≤ 0 on a logarithmic axis.
    """
    lines = {name: _vector(values, f"series {name!r}") for name, values in series.items()}
    if not lines:
        raise ValueError("there is no line to draw: series is empty")
    length = len(next(iter(lines.values())))
    places = np.arange(length, dtype=np.float64) if x is None else _vector(x, "x")
    for name, values in lines.items():
        if len(values) != len(places):
            raise ValueError(f"series {name!r} has {len(values)} values for {len(places)} x")
        if yscale == "log" and (values <= 0).any():
            raise ValueError(f"series {name!r} has values ≤ 0, which a log axis cannot show")
    if xscale == "log" and (places <= 0).any():
        raise ValueError("x has values ≤ 0, which a log axis cannot show")
    with style():
        figure, ax = make_chart(xlabel, ylabel, title)
        ax.set(xscale=xscale, yscale=yscale)
        ax.grid(axis="y")
        for i, (name, values) in enumerate(lines.items()):
            look = series_style(i)
            ax.plot(
                places,
                values,
                color=look.colour,
                linestyle=look.linestyle,
                marker=look.marker,
                markevery=-(-len(places) // 12),
                label=name,
            )
        if x is None:
            ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        if len(lines) > 1:
            _name_ends(ax, places, lines)
        return Picture(figure, alt, caption=caption)


def spread(places: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Move sorted places apart until neighbours are ``gap`` away, as little as possible.

    This is isotonic regression of places − gap·index, by its min–max formula.
    """
    count = len(places)
    u = places - gap * np.arange(count)
    moved = [
        max(min(u[j : k + 1].mean() for k in range(i, count)) for j in range(i + 1))
        for i in range(count)
    ]
    return np.array(moved) + gap * np.arange(count)


def _name_ends(ax: Axes, x: NDArray[np.float64], lines: Mapping[str, NDArray[np.float64]]) -> None:
    """Names beside the axes, each joined to the last point of its line."""
    ends = []
    for i, (name, values) in enumerate(lines.items()):
        last = int(np.flatnonzero(np.isfinite(values))[-1])
        ends.append((float(x[last]), float(values[last]), name, series_style(i).colour))
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
    to_axes = ax.transData + ax.transAxes.inverted()
    heights = to_axes.transform([(px, py) for px, py, _, _ in ends])[:, 1]
    order = np.argsort(heights, kind="stable")
    places = spread(heights[order], _LABEL_GAP)
    for number, place in zip(order, places, strict=True):
        px, py, name, colour = ends[number]
        ax.annotate(
            name,
            xy=(px, py),
            xytext=(1.05, place),
            textcoords="axes fraction",
            va="center",
            color=INK,
            fontsize=10,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "shrinkA": 1, "shrinkB": 4},
        )


def _vector(values: ArrayLike, what: str) -> NDArray[np.float64]:
    v = np.asarray(values, dtype=np.float64)
    if v.ndim != 1 or not np.isfinite(v).any():
        raise ValueError(f"{what} must have shape (N,) and a finite value, got shape {v.shape}")
    return v
