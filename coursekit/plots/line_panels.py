"""The same kind of lines in several panels, side by side, on one scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from coursekit.plots.charts import Scale
from coursekit.plots.palette import WIDTH, series_style, style
from coursekit.plots.picture import Picture

_HEIGHT, _MOST = 2.9, 3


def show_line_panels(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    first: int = 0,
    yscale: Scale = "linear",
    caption: str | None = None,
) -> Picture:
    """Draw one panel for each entry of ``panels``, with one line for each of its series.

    A panel maps names to values (N,), which stand over first, first + 1, …; NaN leaves a gap. All
    panels share the vertical axis, and a name has the same look in all; the legend stands below.

    Raises ValueError for no panel, more than three, a panel or a series without a finite value, or
    values ≤ 0 on a logarithmic axis.
    """
    if not 1 <= len(panels) <= _MOST:
        raise ValueError(f"there is room for 1 to {_MOST} panels, got {len(panels)}")
    drawn = {
        title: {n: np.asarray(v, dtype=np.float64) for n, v in series.items()}
        for title, series in panels.items()
    }
    for title, series in drawn.items():
        if not series:
            raise ValueError(f"panel {title!r} has no line")
        for name, v in series.items():
            if v.ndim != 1 or not np.isfinite(v).any():
                raise ValueError(f"{name!r} in {title!r} needs values (N,), one of them finite")
            if yscale == "log" and (v <= 0).any():
                raise ValueError(f"{name!r} in {title!r} has values ≤ 0 on a log axis")
    names = list(dict.fromkeys(n for series in drawn.values() for n in series))
    with style():
        layout = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06, wspace=0.03)
        figure = Figure(figsize=(WIDTH, _HEIGHT), layout=layout)
        axes = figure.subplots(1, len(drawn), sharey=True, squeeze=False)[0]
        handles = {}
        for ax, (title, series) in zip(axes, drawn.items(), strict=True):
            for name, v in series.items():
                look = series_style(names.index(name))
                (handles[name],) = ax.plot(
                    np.arange(first, first + len(v)),
                    v,
                    color=look.colour,
                    linestyle=look.linestyle,
                    marker=look.marker,
                    markersize=5,
                    markevery=-(-len(v) // 8),
                )
            ax.set_title(title, loc="left")
            ax.set(xlabel=xlabel, yscale=yscale)
            ax.grid(axis="y")
            ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes[0].set_ylabel(ylabel)
        figure.legend(
            [handles[n] for n in names], names, loc="outside lower center", ncols=min(4, len(names))
        )
        return Picture(figure, alt, caption=caption)
