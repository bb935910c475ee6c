"""Bars with their values, and histograms."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.charts import CHART_HEIGHT, make_chart
from coursekit.plots.numerals import aligned, fitting_points
from coursekit.plots.palette import LINE, WIDTH, series_style, style
from coursekit.plots.picture import Picture

Heights = Mapping[str, float] | Mapping[str, Mapping[str, float]]


def bar_chart(
    heights: Heights,
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    title: str | None = None,
    caption: str | None = None,
    horizontal: bool = False,
    number: Callable[[float], str] | None = None,
) -> Picture:
    """Draw bars with their values written on them.

    ``heights`` maps labels to values; or names of series to such mappings, all with the same
    labels, for groups of bars with a legend. ``number`` turns a value into its text. With
    ``horizontal`` the bars lie, which suits long labels: then ``ylabel`` names the labels.

    Raises ValueError for no bars, labels that differ, or values that are not finite.
    """
    labels, groups = _groups(heights)
    places = np.arange(len(labels), dtype=np.float64)
    thick = 0.8 / len(groups)
    tall = 1.1 + max(0.3 * len(groups), 0.36) * len(labels) if horizontal else CHART_HEIGHT
    with style():
        figure, ax = make_chart(xlabel, ylabel, title, height=tall)
        for i, (name, values) in enumerate(groups.items()):
            look = series_style(i)
            at = places + (i - (len(groups) - 1) / 2) * thick
            draw = ax.barh if horizontal else ax.bar
            bars = draw(at, values, thick * 0.94, color=look.colour, label=name)
            for bar in bars:
                bar.set(hatch=look.hatch, edgecolor="white", linewidth=0.6)
            texts = [number(float(v)) for v in values] if number else aligned(values.tolist())
            room = WIDTH if horizontal else 0.86 * WIDTH * thick / len(labels)
            points = fitting_points([texts], room, largest=9.5)
            ax.bar_label(bars, texts, padding=2, fontsize=points)
        if horizontal:
            ax.set_yticks(places, labels)
            ax.invert_yaxis()
            ax.margins(x=0.16)
            ax.axvline(0, color=LINE, linewidth=0.8)
        else:
            ax.set_xticks(places, labels)
            ax.margins(y=0.14)
            ax.axhline(0, color=LINE, linewidth=0.8)
        ax.tick_params(axis="y" if horizontal else "x", length=0)
        if len(groups) > 1:
            figure.legend(loc="outside upper center", ncols=min(3, len(groups)))
        return Picture(figure, alt, caption=caption)


def histogram(
    values: ArrayLike | Mapping[str, ArrayLike],
    *,
    bins: int | ArrayLike = 30,
    xlabel: str,
    ylabel: str = "count",
    alt: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Draw how often values fall into equal bins, as outlines when there are several sets.

    ``values`` is an array of any shape, or maps names to arrays. All sets share the bins: their
    number, or their edges. Raises ValueError for no values or values that are not finite.
    """
    sets = values if isinstance(values, Mapping) else {"": values}
    data = {name: np.asarray(v, dtype=np.float64).ravel() for name, v in sets.items()}
    if not data or any(v.size == 0 for v in data.values()):
        raise ValueError("there are no values to count")
    if not all(np.isfinite(v).all() for v in data.values()):
        raise ValueError("a histogram counts finite values; remove NaN and infinities first")
    edges = np.histogram_bin_edges(np.concatenate(list(data.values())), bins)
    with style():
        figure, ax = make_chart(xlabel, ylabel, title)
        ax.grid(axis="y")
        for i, (name, v) in enumerate(data.items()):
            look = series_style(i)
            counts, _ = np.histogram(v, edges)
            filled = look.colour if len(data) == 1 else "none"
            ax.stairs(
                counts,
                edges,
                fill=len(data) == 1,
                facecolor=filled,
                edgecolor=look.colour,
                linestyle=look.linestyle,
                linewidth=2,
                label=name,
            )
        if len(data) > 1:
            figure.legend(loc="outside upper center", ncols=min(3, len(data)))
        return Picture(figure, alt, caption=caption)


def _groups(heights: Heights) -> tuple[list[str], dict[str, NDArray[np.float64]]]:
    """Labels, and the values of each series in the order of the labels."""
    nested = {
        str(name): value if isinstance(value, Mapping) else None for name, value in heights.items()
    }
    if not nested:
        raise ValueError("there is no bar to draw: heights is empty")
    series: dict[str, Mapping] = {k: v for k, v in nested.items() if v is not None}
    if not series:
        series = {"": heights}
    elif len(series) < len(nested):
        raise ValueError("heights mixes single values and groups: give one kind")
    labels = list(next(iter(series.values())))
    for name, values in series.items():
        if set(values) != set(labels) or not labels:
            raise ValueError(f"series {name!r} has the labels {list(values)}, not {labels}")
    found = {n: np.array([v[label] for label in labels], dtype=float) for n, v in series.items()}
    for name, v in found.items():
        if not np.isfinite(v).all():
            raise ValueError(f"bars need finite values, series {name!r} has {v}")
    return [str(label) for label in labels], found
