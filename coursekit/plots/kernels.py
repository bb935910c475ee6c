"""Pictures of kernels: signed colours, numbers, and the height of the surface."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from mpl_toolkits.mplot3d import Axes3D
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.images import draw_signed_bar, outline
from coursekit.plots.layout import Titles, break_rows, equal_sizes, make_panels, titles_for
from coursekit.plots.numerals import cell_texts, fitting_points, short
from coursekit.plots.palette import BLUE, INK, LINE, SIGNED, signed_norm, style, text_colour
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import as_matrices

#: Kernels up to this size have their values written into the cells.
WRITTEN_SIZE = 7
_CELL = 0.42


def show_kernels(
    kernels: ArrayLike | Sequence[ArrayLike],
    titles: Titles | None = None,
    *,
    alt: str,
    columns: int | None = None,
    caption: str | None = None,
    limit: float | None = None,
) -> Picture:
    """Show kernels in colours around zero: blue negative, white zero, vermillion positive.

    ``kernels`` is a list of (kH, kW) arrays, an array (N, kH, kW), or one kernel. Kernels up to
    7×7 have their numbers in the cells. Each kernel's colours reach to its own largest size, or
    all to ``limit``.

    Raises ValueError for another shape, values that are not finite, or titles that do not fit.
    """
    found = as_kernels(kernels)
    labels = titles_for(len(found), titles)
    written = all(max(k.shape) <= WRITTEN_SIZE for k in found)
    if not written:
        labels = [_with_limit(t, k, limit) for t, k in zip(labels, found, strict=True)]
    across = min(len(found), columns or (3 if written else 4))
    with style():
        aspects = [k.shape[0] / k.shape[1] for k in found]
        largest = _CELL * max(k.shape[1] for k in found) if written else 1.8
        sizes = equal_sizes(aspects, across, largest=largest, gap=0.2)
        panels = make_panels(
            sizes,
            labels,
            rows=break_rows(len(found), across),
            gap=0.2,
            foot=0 if written else 0.42,
            narrowest=2.6,
        )
        for ax, kernel in zip(panels.axes, found, strict=True):
            draw_kernel(ax, kernel, limit=limit)
        if not written:
            draw_signed_bar(panels.figure, limit)
        return Picture(panels.figure, alt, caption=caption)


def show_surface(
    kernel: ArrayLike, *, alt: str, title: str | None = None, caption: str | None = None
) -> Picture:
    """Show a kernel as a landscape, next to its cross-section through the middle row.

    ``kernel`` has shape (kH, kW), at least 2×2. Raises ValueError for another shape or values that
    are not finite.
    """
    (k,) = as_kernels([kernel])
    if min(k.shape) < 2:
        raise ValueError(f"a surface needs a kernel of at least 2×2, got shape {k.shape}")
    norm = signed_norm(float(np.abs(k).max()))
    with style():
        titles = [title or "", f"values along row {k.shape[0] // 2}"]
        panels = make_panels([(2.6, 1.8), (2.1, 1.8)], titles, rows=[2], gap=0.52, foot=0.45)
        figure, (place, profile) = panels.figure, panels.axes
        left, bottom, width, height = place.get_position().bounds
        surface = Axes3D(figure, (left, 0, width, bottom + height))
        figure.add_axes(surface)
        y, x = np.mgrid[: k.shape[0], : k.shape[1]]
        surface.plot_surface(
            x, y, k, cmap=SIGNED, norm=norm, rstride=1, cstride=1, edgecolor=INK, linewidth=0.2
        )
        surface.set(xticks=[], yticks=[], zticks=[], xlabel="column", ylabel="row")
        surface.xaxis.labelpad = surface.yaxis.labelpad = -14
        surface.view_init(elev=28, azim=-60)
        surface.set_box_aspect((k.shape[1], k.shape[0], 0.62 * max(k.shape)), zoom=1.15)
        draw_profile(profile, k)
        return Picture(figure, alt, caption=caption)


def as_kernels(kernels: ArrayLike | Sequence[ArrayLike]) -> list[NDArray]:
    """A list of (kH, kW) arrays. Raises what `as_matrices` raises, and ValueError for NaN."""
    found = as_matrices(kernels, "kernel")
    for k in found:
        if not np.isfinite(k).all():
            raise ValueError(f"a kernel holds finite numbers, this one does not:\n{k}")
    return found


def draw_kernel(ax: Axes, kernel: NDArray, *, limit: float | None = None) -> None:
    """One kernel in one panel, with numbers up to 7×7."""
    norm = signed_norm(float(np.abs(kernel).max()) if limit is None else limit)
    ax.imshow(kernel, cmap=SIGNED, norm=norm, interpolation="nearest", aspect="auto")
    outline(ax)
    if max(kernel.shape) <= WRITTEN_SIZE:
        grounds = [[SIGNED(norm(v)) for v in row] for row in kernel]
        write_cells(ax, kernel, grounds, cell=cell_inches(ax, kernel.shape))


def write_cells(
    ax: Axes, values: NDArray, grounds: Sequence[Sequence[tuple[float, ...]]], *, cell: float
) -> None:
    """Numbers into the cells of a matrix, with lines between the cells.

    ``grounds`` are the colours of the cells, ``cell`` is their smaller side in inches.
    """
    rows, columns = values.shape
    texts = cell_texts(values)
    points = fitting_points(texts, cell)
    ax.hlines(np.arange(1, rows) - 0.5, -0.5, columns - 0.5, color=LINE, linewidth=0.6)
    ax.vlines(np.arange(1, columns) - 0.5, -0.5, rows - 0.5, color=LINE, linewidth=0.6)
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            colour = text_colour(grounds[i][j])
            ax.text(j, i, text, ha="center", va="center", fontsize=points, color=colour)


def cell_inches(ax: Axes, shape: tuple[int, ...]) -> float:
    """The smaller side of a cell, for a matrix of this shape that fills the axes."""
    return min(ax.bbox.width / shape[1], ax.bbox.height / shape[0]) / ax.figure.dpi


def draw_profile(ax: Axes, kernel: NDArray) -> None:
    """The values along the middle row, as a line with points."""
    middle = kernel.shape[0] // 2
    ax.set_axis_on()
    ax.axhline(0, color=LINE, linewidth=0.8)
    points = "o" if kernel.shape[1] <= 31 else None
    ax.plot(np.arange(kernel.shape[1]), kernel[middle], color=BLUE, marker=points, markersize=4)
    ax.set(xlabel="column")
    ax.locator_params(axis="x", integer=True, nbins=5)
    ax.locator_params(axis="y", nbins=4)
    ax.tick_params(labelsize=9)


def _with_limit(title: str, kernel: NDArray, limit: float | None) -> str:
    """Large kernels carry no numbers; the title says how far the colours reach."""
    if limit is not None:
        return title
    reach = f"±{short(float(np.abs(kernel).max()))}"
    return f"{title}\n{reach}" if title else reach
