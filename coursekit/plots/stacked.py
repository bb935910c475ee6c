"""Bars made of parts, one upon the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.plots.charts import CHART_HEIGHT, make_chart
from coursekit.plots.numerals import aligned
from coursekit.plots.palette import series_style, style
from coursekit.plots.picture import Picture


def stacked_bars(
    parts: Mapping[str, Mapping[str, float]],
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Draw one bar per label, made of parts, with the sum above it.

    ``parts`` maps the name of each part, the lowest first, to its value for each label.

    Raises ValueError for no bars, labels that differ, or values below 0 or not finite.
    """
    labels = list(next(iter(parts.values()), {}))
    if not labels:
        raise ValueError("there is no bar to draw: parts is empty")
    for name, values in parts.items():
        if list(values) != labels:
            raise ValueError(f"{name!r} is given for {list(values)}, not for {labels}")
    heights = np.array([[values[label] for label in labels] for values in parts.values()], float)
    if not (np.isfinite(heights) & (heights >= 0)).all():
        raise ValueError("parts of a bar must be finite and at least 0")
    places = np.arange(len(labels))
    with style():
        figure, ax = make_chart(xlabel, ylabel, title, height=CHART_HEIGHT + 0.3)
        below = np.zeros(len(labels))
        for i, (name, values) in enumerate(zip(parts, heights, strict=True)):
            look = series_style(i)
            ax.bar(
                places,
                values,
                0.76,
                bottom=below,
                color=look.colour,
                hatch=look.hatch,
                edgecolor="white",
                linewidth=0.6,
                label=name,
            )
            below = below + values
        for place, total, text in zip(places, below, aligned(below.tolist()), strict=True):
            ax.annotate(
                text,
                (place, total),
                (0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=9,
            )
        ax.set_xticks(places, labels)
        ax.margins(y=0.1)
        figure.legend(loc="outside upper center", ncols=min(len(parts), 4), handlelength=1.6)
        return Picture(figure, alt, caption=caption)
