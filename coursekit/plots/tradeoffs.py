"""Networks as named points: how good each is, against what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from coursekit.plots.layout import text_width
from coursekit.plots.palette import WIDTH, series_style, style
from coursekit.plots.picture import Picture

_POINTS, _PANEL = 10.0, 2.15
_Box = tuple[float, float, float, float]


def show_tradeoff(
    costs: Mapping[str, Mapping[str, float]],
    quality: Mapping[str, float],
    *,
    ylabel: str,
    alt: str,
    caption: str | None = None,
) -> Picture:
    """Draw one panel for each kind of cost, with a named point for each network.

    ``costs`` maps a kind of cost ("parameters") to a number above 0 for each network, on a
    logarithmic axis; ``quality`` says how good (or bad) each is, on the vertical axis, which all
    panels share. Names stand beside their points where there is room.

    Raises ValueError for no cost or network, names that differ, or costs that are not above 0.
    """
    if not costs or not quality:
        raise ValueError("show_tradeoff needs at least one kind of cost and one network")
    for kind, values in costs.items():
        if set(values) != set(quality):
            raise ValueError(f"{kind} is given for {sorted(values)}, not for {sorted(quality)}")
        if not all(np.isfinite(v) and v > 0 for v in values.values()):
            raise ValueError(f"{kind} must be above 0 for a logarithmic axis, got {dict(values)}")
    with style():
        figure = Figure(
            figsize=(WIDTH, _PANEL * len(costs) + 0.25),
            layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06),
        )
        axes = np.atleast_1d(figure.subplots(len(costs), 1, sharey=True))
        for ax, (kind, values) in zip(axes, costs.items(), strict=True):
            _draw_panel(ax, kind, [values[n] for n in quality], list(quality.values()))
        figure.supylabel(ylabel, fontsize=11)
        figure.draw_without_rendering()  # the layout must be known before names find a place
        for ax, values in zip(axes, costs.values(), strict=True):
            _write_names(ax, list(quality), [values[n] for n in quality], list(quality.values()))
        return Picture(figure, alt, caption=caption)


def _draw_panel(ax: Axes, kind: str, x: Sequence[float], y: Sequence[float]) -> None:
    look = series_style(0)
    ax.plot(x, y, linestyle="none", marker=look.marker, color=look.colour, markersize=7)
    ax.set(xscale="log", xlabel=kind, xlim=(min(x) / 1.6, max(x) * 1.9))
    room = max(max(y) - min(y), 1e-9)
    ax.set_ylim(min(y) - 0.14 * room, max(y) + 0.12 * room)
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _tick(v)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="y")


def _tick(value: float) -> str:
    """200 M, 5 G: few digits, as ticks are round numbers."""
    for factor, prefix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= factor:
            return f"{value / factor:g}{prefix}"
    return f"{value:g}"


def _write_names(ax: Axes, names: Sequence[str], x: Sequence[float], y: Sequence[float]) -> None:
    """Each name on the first side of its point where it touches nothing that is drawn."""
    dpi = ax.figure.dpi
    points = ax.transData.transform(np.column_stack([x, y])) / dpi  # inches
    taken: list[_Box] = [(px - 0.06, py - 0.06, px + 0.06, py + 0.06) for px, py in points]
    frame = ax.get_window_extent()
    inside = (frame.x0 / dpi, frame.y0 / dpi, frame.x1 / dpi, frame.y1 / dpi)
    for i, (name, (px, py)) in enumerate(zip(names, points, strict=True)):
        w, h = text_width(name, _POINTS), 0.15
        sides = (
            (0.1, -h / 2),
            (-0.1 - w, -h / 2),
            (-w / 2, 0.09),
            (-w / 2, -0.09 - h),
            (0.07, 0.05),
            (0.07, -0.05 - h),
            (-0.07 - w, -0.05 - h),
        )
        boxes = [(px + dx, py + dy, px + dx + w, py + dy + h) for dx, dy in sides]
        free = [b for b in boxes if _within(b, inside) and not any(_meet(b, t) for t in taken)]
        box = free[0] if free else boxes[0]
        taken.append(box)
        at = ((box[0] - px) * 72, ((box[1] + box[3]) / 2 - py) * 72)
        ax.annotate(
            name,
            (x[i], y[i]),
            at,
            textcoords="offset points",
            va="center",
            fontsize=_POINTS,
        )


def _meet(a: _Box, b: _Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def _within(box: _Box, frame: _Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
