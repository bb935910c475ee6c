"""Where a network's parameters, work and memory lie: one bar per network, cut into stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from coursekit.analysis.stages import Stage, stages
from coursekit.analysis.tables import count
from coursekit.plots.layout import text_width
from coursekit.plots.palette import COUNTS, INK, VERMILLION, WIDTH, style, text_colour
from coursekit.plots.picture import Picture

if TYPE_CHECKING:
    from coursekit.analysis import Summary

_PANELS = {"parameters": "parameters", "macs": "multiply-adds", "activation_bytes": "activations"}
_THICK, _POINTS = 0.72, 9.0


def show_budget(
    summaries: Mapping[str, Summary], *, alt: str, caption: str | None = None
) -> Picture:
    """Draw what share of its parameters, multiply-adds and activations each network has where.

    ``summaries`` maps names to summaries. In each of three panels a network is one bar, cut into
    its stages (see `coursekit.analysis.stages`), from large maps on the left to the fully connected
    layers ("dense", hatched) on the right. A segment says how wide its maps are where there is
    room; at the end of a bar stands the total.

    Raises ValueError when there is no network.
    """
    if not summaries:
        raise ValueError("there is no network to draw: summaries is empty")
    found = {name: stages(s) for name, s in summaries.items()}
    with style():
        height = len(_PANELS) * (0.42 + 0.29 * len(found)) + 0.4
        figure = Figure(figsize=(WIDTH, height), layout=ConstrainedLayoutEngine(h_pad=0.04))
        axes = figure.subplots(len(_PANELS), 1, sharex=True)
        for ax, (key, title) in zip(axes, _PANELS.items(), strict=True):
            ax.set_title(title, loc="left")
            for place, (name, cut) in enumerate(found.items()):
                total = summaries[name].totals[key]
                _draw_bar(ax, place, cut, key, total)
                unit = "B" if key == "activation_bytes" else ""
                ax.text(1.015, place, count(total, unit), va="center", fontsize=_POINTS)
            ax.set(xlim=(0, 1.2), ylim=(len(found) - 0.5, -0.5))
            ax.set_yticks(range(len(found)), list(found))
            ax.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
            ax.spines[:].set_visible(False)
            ax.tick_params(length=0)
        axes[-1].set_xlabel("share of the network's total, from large maps to small")
        return Picture(figure, alt, caption=caption)


def _draw_bar(ax: Axes, place: int, cut: tuple[Stage, ...], key: str, total: int) -> None:
    left = 0.0
    for i, stage in enumerate(cut):
        share = getattr(stage, key) / total
        dense = stage.name == "dense"
        colour = VERMILLION if dense else COUNTS(0.12 + 0.8 * i / max(len(cut) - 1, 1))
        (bar,) = ax.barh(place, share, _THICK, left=left, color=colour)
        bar.set(edgecolor="white", linewidth=0.8, hatch="///" if dense else "")
        text = "dense" if dense else str(stage.size[1])
        if share * 0.62 * WIDTH > text_width(text, _POINTS) + 0.08:
            ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.5} if dense else None
            ax.text(
                left + share / 2,
                place,
                text,
                ha="center",
                va="center",
                fontsize=_POINTS,
                color=INK if dense else text_colour(colour),
                bbox=ground,
            )
        left += share
