"""Matrices as squared paper with a number in every cell, for arithmetic done by hand."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.images import outline
from coursekit.plots.kernels import cell_inches, write_cells
from coursekit.plots.layout import Titles, break_rows, make_panels, titles_for
from coursekit.plots.palette import EMPTY, INK, LINE, VERMILLION, WIDTH, style
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import as_matrices

#: (row, column, height, width) of a window, in cells.
Window = tuple[int, int, int, int]

_LARGEST_CELL, _SMALLEST_CELL = 0.46, 0.2
_TINT = "#FBDCC8"


def show_grid(
    arrays: ArrayLike | Sequence[ArrayLike],
    titles: Titles | None = None,
    *,
    alt: str,
    highlight: Sequence[Window | None] | None = None,
    padding: Sequence[int] | None = None,
    between: Sequence[str] | None = None,
    columns: int | None = None,
    caption: str | None = None,
) -> Picture:
    """Show small matrices as grids of numbers, such as input, kernel and output.

    ``arrays`` is a list of (H, W) arrays or one array; a NaN cell stays empty ("not computed
    yet"). Per array: ``highlight`` is a window (row, column, height, width) to tint and frame, or
    None; ``padding`` is the width of the border to draw as added zeros (dotted, grey). ``between``
    are the signs between neighbours in a row, such as ("∗", "="). All cells have the same size;
    ``columns`` breaks the row.

    Raises ValueError for other shapes, windows or borders that do not fit, lists of the wrong
    length, or so many cells that the numbers could not be read.
    """
    found = as_matrices(arrays, "grid")
    count = len(found)
    labels = titles_for(count, titles)
    windows = _per_grid(highlight, count, "highlight", None)
    borders = _per_grid(padding, count, "padding", 0)
    for x, window, border in zip(found, windows, borders, strict=True):
        _check(x, window, border)
    across = min(count, columns or count)
    signs = list(between) if between is not None else []
    if signs and (len(signs) != count - 1 or across != count):
        raise ValueError(f"between puts {count - 1} signs between {count} grids in one row")
    gap = 0.42 if signs else 0.24
    widest = max(sum(x.shape[1] for x in found[i : i + across]) for i in range(0, count, across))
    cell = min(_LARGEST_CELL, (WIDTH - 0.12 - gap * (across - 1)) / widest)
    if cell < _SMALLEST_CELL:
        raise ValueError(
            f"{widest} cells in a row are too small to read: show fewer or break the row (columns=)"
        )
    with style():
        sizes = [(x.shape[1] * cell, x.shape[0] * cell) for x in found]
        panels = make_panels(sizes, labels, rows=break_rows(count, across), gap=gap)
        for ax, x, window, border in zip(panels.axes, found, windows, borders, strict=True):
            draw_grid(ax, x, window, border)
        write_signs(panels.figure, panels.axes, signs)
        return Picture(panels.figure, alt, caption=caption)


def draw_grid(ax: Axes, x: NDArray, window: Window | None = None, border: int = 0) -> None:
    """One matrix in one panel."""
    rows, columns = x.shape
    known = np.ma.masked_invalid(x.astype(np.float64))
    paper = ListedColormap(["white"]).with_extremes(bad=EMPTY)
    ax.imshow(known, cmap=paper, interpolation="nearest", aspect="auto")
    if border:
        _draw_border(ax, rows, columns, border)
    if window is not None:
        row, column, height, width = window
        corner = (column - 0.5, row - 0.5)
        ax.add_patch(Rectangle(corner, width, height, facecolor=_TINT, alpha=0.75, zorder=1))
        frame = Rectangle(corner, width, height, fill=False, edgecolor=VERMILLION, linewidth=2.6)
        frame.set(zorder=4, clip_on=False, joinstyle="miter")
        ax.add_patch(frame)
    white = [[(1.0, 1.0, 1.0)] * columns] * rows
    write_cells(ax, x, white, cell=cell_inches(ax, x.shape))
    outline(ax, INK)


def write_signs(figure: Figure, axes: Sequence[Axes], signs: Sequence[str]) -> None:
    """A sign in each gap between neighbouring panels."""
    for left, right, sign in zip(axes, axes[1:], signs, strict=False):
        a, b = left.get_position(), right.get_position()
        figure.text(
            (a.x1 + b.x0) / 2, (a.y0 + a.y1) / 2, sign, ha="center", va="center", fontsize=16
        )


def _draw_border(ax: Axes, rows: int, columns: int, border: int) -> None:
    strips = [
        (-0.5, -0.5, columns, border),
        (-0.5, rows - border - 0.5, columns, border),
        (-0.5, border - 0.5, border, rows - 2 * border),
        (columns - border - 0.5, border - 0.5, border, rows - 2 * border),
    ]
    for left, top, width, height in strips:
        strip = Rectangle((left, top), width, height, facecolor=EMPTY, edgecolor=LINE, linewidth=0)
        strip.set(hatch="....", zorder=0.5)
        ax.add_patch(strip)


def _per_grid(values: Sequence | None, count: int, name: str, default: object) -> list:
    if values is None:
        return [default] * count
    if len(values) != count:
        raise ValueError(f"{name} needs one entry per grid, {count}, got {len(values)}")
    return list(values)


def _check(x: NDArray, window: Window | None, border: int) -> None:
    if not 0 <= 2 * border < min(x.shape) + (border == 0):
        raise ValueError(f"a border of {border} does not fit into a grid of shape {x.shape}")
    if window is None:
        return
    row, column, height, width = window
    inside = row + height <= x.shape[0] and column + width <= x.shape[1]
    if min(row, column) < 0 or min(height, width) < 1 or not inside:
        raise ValueError(f"the window {window} does not lie inside a grid of shape {x.shape}")
