"""How the windows of a convolution lie in memory: copied once per kernel column, rows for free."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.images import outline
from coursekit.plots.kernels import write_cells
from coursekit.plots.layout import make_panels
from coursekit.plots.palette import BLUE, INK, VERMILLION, WIDTH, rgb, style
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import as_matrices

_CELL, _SMALLEST_CELL = 0.34, 0.2
_BRACKETS = 0.34  # inches above and below the strip
_COLOURS = (BLUE, VERMILLION)


def show_window_memory(
    image: ArrayLike, size: tuple[int, int], *, alt: str, caption: str | None = None
) -> Picture:
    """Show the memory from which a convolution layer of stride 1 reads its windows.

    ``image`` is one picture of a single channel, (f_h + 1, W) for a kernel of ``size`` (f_h, f_w),
    so that there are two output rows. Above stands the picture; below it the memory as one strip:
    row after row, each row f_w times, every time one pixel further on. Brackets say which part of
    the strip holds the windows of each output row, as one piece; below stand these pieces as
    matrices with one window per column. See `coursekit.numpy_nn.convolution`.

    Raises ValueError for a picture of another height, a kernel that does not fit, or a strip too
    long to be read.
    """
    (x,) = as_matrices([image], "picture")
    fh, fw = size
    w_out = x.shape[1] - fw + 1
    if min(fh, fw, w_out) < 1 or x.shape[0] != fh + 1:
        raise ValueError(
            f"a {fh}×{fw} kernel needs a picture of {fh + 1} rows and at least {fw} columns, "
            f"got shape {x.shape}"
        )
    rows = sliding_window_view(x, w_out, axis=1)  # (H, f_w, w_out): each row, shifted
    matrices = sliding_window_view(rows, fh, axis=0).transpose(0, 3, 1, 2)
    cell = min(_CELL, (WIDTH - 0.2) / rows.size)
    if cell < _SMALLEST_CELL:
        raise ValueError(f"{rows.size} numbers in a row are too small to read: show a smaller one")
    titles = ["picture", "in memory", "windows, row 0", "windows, row 1"]
    sizes = [(_CELL * x.shape[1], _CELL * x.shape[0])]
    sizes += [(cell * rows.size, cell + 2 * _BRACKETS)]
    sizes += [(_CELL * w_out, _CELL * fh * fw)] * 2
    with style():
        figure, axes = make_panels(sizes, titles, rows=[1, 1, 2], gap=1.0)
        _write(axes[0], x, [_tint(i) for i in range(len(x)) for _ in x[i]])
        _draw_strip(axes[1], rows, cell)
        for o, ax in enumerate(axes[2:]):
            grounds = [_tint(o + i // (fw * w_out)) for i in range(matrices[o].size)]
            _write(ax, matrices[o].reshape(fh * fw, w_out), grounds)
            outline(ax, _COLOURS[o])
            ax.spines[:].set_linewidth(2.0)
        return Picture(figure, alt, caption=caption)


def _draw_strip(ax: Axes, rows: NDArray, cell: float) -> None:
    """All numbers in the order of memory, with a bracket for each of the two output rows."""
    fh, band = len(rows) - 1, rows[0].size
    grounds = [_tint(i // band) for i in range(rows.size)]
    _write(ax, rows.reshape(1, -1), grounds, cell=cell)
    for i in range(1, len(rows)):
        ax.vlines(i * band - 0.5, -0.5, 0.5, color=INK, linewidth=1.6)
    reach = _BRACKETS / cell
    ax.set(ylim=(0.5 + reach, -0.5 - reach))
    ax.set_axis_off()
    ax.add_patch(Rectangle((-0.5, -0.5), rows.size, 1, fill=False, edgecolor=INK, linewidth=0.8))
    for o, side in enumerate((-1, 1)):
        left, right = o * band - 0.4, (o + fh) * band - 0.6
        near, far = side * 0.62, side * (0.62 + 0.2 * reach)
        bracket = [left, left, right, right], [near, far, far, near]
        ax.plot(*bracket, color=_COLOURS[o], linewidth=2)
        ax.text(
            (left + right) / 2,
            side * (0.5 + 0.68 * reach),
            f"output row {o}",
            ha="center",
            va="center",
            fontsize=10,
        )


def _write(
    ax: Axes, values: NDArray, grounds: list[tuple[float, float, float]], cell: float = _CELL
) -> None:
    """A matrix with coloured cells and its numbers; ``grounds`` in reading order."""
    rows, columns = values.shape
    ground = np.array(grounds).reshape(rows, columns, 3)
    ax.imshow(ground, interpolation="nearest", aspect="auto")
    write_cells(ax, values, [[tuple(c) for c in row] for row in ground], cell=cell)
    outline(ax)


def _tint(row: int) -> tuple[float, float, float]:
    """A light ground for each picture row: white, blue, grey, vermillion in turn."""
    colour, share = ((INK, 0.0), (BLUE, 0.22), (INK, 0.14), (VERMILLION, 0.22))[row % 4]
    red, green, blue = (1 - share * (1 - c) for c in rgb(colour))
    return red, green, blue
