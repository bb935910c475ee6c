"""A computation as a graph: values run forward along it, gradients backward."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from coursekit.plots.numerals import short
from coursekit.plots.palette import BLUE, EMPTY, INK, LINE, WIDTH, style
from coursekit.plots.picture import Picture

_RADIUS = 0.2
_ROW, _MARGIN, _FOOT = 0.86, 0.12, 0.36
_NARROWEST = 0.62  # inches from one column to the next, for a number such as −0.125
_TINT = "#FBDCC8"
#: Vermillion, dark enough for small letters on white (5.9 : 1).
_BACKWARD = "#B04500"


class Node(NamedTuple):
    """A number in a computation: an input, or an operation on other nodes.

    ``column`` and ``row`` say where it is drawn, row 0 at the top; either may lie between two whole
    numbers. ``inputs`` are the names of the nodes it is computed from. ``label`` stands in the
    circle; without one, the node's name does.
    """

    column: float
    row: float
    inputs: tuple[str, ...] = ()
    label: str = ""


def show_graph(
    nodes: Mapping[str, Node],
    *,
    alt: str,
    values: Mapping[str, float] | None = None,
    gradients: Mapping[str, float] | None = None,
    highlight: Collection[str] = (),
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Draw a computation graph, with each node's value above it and its gradient below it.

    ``nodes`` maps names to `Node`. ``values`` and ``gradients`` may leave nodes out ("not computed
    yet"); ``highlight`` names nodes to tint. The size of the figure depends on the nodes only, so
    that pictures of one graph fit into one `frame_slider`.

    Raises ValueError for no nodes, a name that no node has, two nodes at one place, nodes too close
    to be read, or an input that does not stand left of the node computed from it.
    """
    _check(nodes, [*(values or {}), *(gradients or {}), *highlight])
    columns = max(node.column for node in nodes.values())
    rows = max(node.row for node in nodes.values())
    edge = _MARGIN + 0.5 * _NARROWEST
    step = (WIDTH - 2 * edge) / max(columns, 1)
    above = 0.3 if title else 0.0
    height = rows * _ROW + _ROW + 2 * _MARGIN + _FOOT + above
    with style():
        figure = Figure(figsize=(WIDTH, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, WIDTH), ylim=(height, 0))  # inches, rows downwards
        ax.set_axis_off()
        top = _MARGIN + above + 0.5 * _ROW
        places = {n: (edge + v.column * step, top + v.row * _ROW) for n, v in nodes.items()}
        _check_room(places)
        if title:
            ax.text(_MARGIN, _MARGIN, title, va="top", fontsize=11)
        for name, node in nodes.items():
            for source in node.inputs:
                _draw_edge(ax, places[source], places[name])
        for name, node in nodes.items():
            x, y = places[name]
            ground = _TINT if name in highlight else (EMPTY if node.inputs else "white")
            circle = Circle((x, y), _RADIUS, facecolor=ground, edgecolor=INK, linewidth=1.1)
            ax.add_patch(circle)
            ax.text(x, y, node.label or name, fontsize=12, ha="center", va="center")
            if values and name in values:
                _write(ax, x, y - 0.31, values[name], color=BLUE)
            if gradients and name in gradients:
                _write(ax, x, y + 0.32, gradients[name], color=_BACKWARD, weight="bold")
        _draw_key(ax, height)
        return Picture(figure, alt, caption=caption)


def _write(
    ax: Axes, x: float, y: float, value: float, *, color: str, weight: str = "normal"
) -> None:
    """A number, with a white rim that keeps it readable where an arrow passes."""
    text = ax.text(x, y, short(value), fontsize=12, color=color, ha="center", va="center")
    text.set(weight=weight, path_effects=[withStroke(linewidth=3, foreground="white")])


def _draw_edge(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """An arrow from circle to circle."""
    look = {"arrowstyle": "-|>", "mutation_scale": 11, "color": LINE, "linewidth": 1.4}
    gap = _RADIUS * 72 + 1
    ax.annotate("", end, start, arrowprops={**look, "shrinkA": gap, "shrinkB": gap}, zorder=0)


def _draw_key(ax: Axes, height: float) -> None:
    """What stands above a node and what below it."""
    y = height - _MARGIN - 0.06
    ax.text(_MARGIN, y, "above: value, computed →", color=BLUE, fontsize=10.5, va="center")
    ax.text(
        WIDTH - _MARGIN,
        y,
        "below: gradient, computed ←",
        color=_BACKWARD,
        fontsize=10.5,
        weight="bold",
        ha="right",
        va="center",
    )


def _check(nodes: Mapping[str, Node], named: Collection[str]) -> None:
    if not nodes:
        raise ValueError("there is no graph to draw: nodes is empty")
    unknown = [name for name in named if name not in nodes]
    if unknown:
        raise ValueError(f"no node is called {unknown[0]!r}; there are {', '.join(nodes)}")
    if min(min(node.column, node.row) for node in nodes.values()) < 0:
        raise ValueError("columns and rows count from 0, at the top left")
    for name, node in nodes.items():
        for source in node.inputs:
            if source not in nodes:
                raise ValueError(f"{name!r} is computed from {source!r}, which is not a node")
            if nodes[source].column >= node.column:
                raise ValueError(f"{source!r} must stand left of {name!r}, computed from it")


def _check_room(places: Mapping[str, tuple[float, float]]) -> None:
    names = list(places)
    for i, name in enumerate(names):
        for other in names[:i]:
            across, down = (abs(a - b) for a, b in zip(places[name], places[other], strict=True))
            if across < _NARROWEST and down < 0.99 * _ROW:
                raise ValueError(
                    f"{name!r} and {other!r} stand too close to be read: use more rows, "
                    "or fewer columns"
                )
