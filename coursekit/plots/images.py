"""Pictures of images."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.layout import Titles, break_rows, equal_sizes, make_panels, titles_for
from coursekit.plots.numerals import short
from coursekit.plots.palette import LINE, SCREEN_DPI, SIGNED, signed_norm, style
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import ValueRange, as_images, to_pixels, value_limits

#: Inches at the foot of a figure for `draw_signed_bar`.
SIGNED_BAR = 0.42


def show_images(
    images: ArrayLike | Sequence[ArrayLike],
    titles: Titles | None = None,
    *,
    alt: str,
    columns: int | None = None,
    caption: str | None = None,
    value_range: ValueRange | None = None,
) -> Picture:
    """Show one or several images in rows.

    ``images`` is a list of (H, W) or (H, W, 3) arrays, a batch such as (N, H, W) or (N, 1, H, W),
    or one image. uint8 goes from black 0 to white 255, floats from 0 to 1; for other values say
    ``value_range``: (black, white), ``"each"``, ``"shared"`` or ``"signed"`` (blue below zero,
    white at zero, vermillion above, with a colour bar).

    ``alt`` describes the whole picture. Raises ValueError for images, ranges, titles or a
    description that do not fit; nothing is guessed.
    """
    found = as_images(images)
    limits = value_limits(found, value_range)
    labels = titles_for(len(found), titles)
    across = default_columns(found) if columns is None else min(columns, len(found))
    if across < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    signed = value_range == "signed"
    with style():
        sizes = equal_sizes([x.shape[0] / x.shape[1] for x in found], across)
        panels = make_panels(
            sizes,
            labels,
            rows=break_rows(len(found), across),
            top_aligned=True,
            foot=SIGNED_BAR if signed else 0.0,
        )
        for ax, x, limit in zip(panels.axes, found, limits, strict=True):
            draw_image(ax, x, limit, signed=signed)
        if signed:
            draw_signed_bar(panels.figure, limits[0][1])
        return Picture(panels.figure, alt, caption=caption)


def draw_image(ax: Axes, x: NDArray, limits: tuple[float, float], *, signed: bool = False) -> None:
    """Put one image into a panel, pixels as squares when there is room for them."""
    room = ax.bbox.width / ax.figure.dpi * SCREEN_DPI
    sampling = "nearest" if x.shape[1] <= room else "antialiased"
    if x.ndim == 3:
        natural = x.dtype == np.uint8 and limits == (0.0, 255.0)
        ax.imshow(x if natural else to_pixels(x, limits), interpolation=sampling, aspect="auto")
    elif signed:
        norm = signed_norm(limits[1])
        ax.imshow(x, cmap=SIGNED, norm=norm, interpolation=sampling, aspect="auto")
    else:
        low, high = limits
        ax.imshow(x, cmap="gray", vmin=low, vmax=high, interpolation=sampling, aspect="auto")
    outline(ax)


def outline(ax: Axes, colour: str = LINE) -> None:
    """A thin frame, so that white borders of an image can be seen on white."""
    ax.set_axis_on()
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=colour, linewidth=0.8)


def draw_signed_bar(figure: Figure, limit: float | None, *, steps: int = 257) -> None:
    """The scale of `SIGNED` at the foot of the figure; ``None``: each panel has its own limit.

    ``steps`` is an odd number of colours: few of them keep the file of a picture small.
    """
    width, height = figure.get_size_inches()
    across = min(2.4, 0.6 * width)
    ax = figure.add_axes((0.5 - across / 2 / width, 0.24 / height, across / width, 0.09 / height))
    ax.imshow(np.linspace(-1, 1, steps)[np.newaxis], cmap=SIGNED, aspect="auto")
    ends = ("most negative", "most positive") if limit is None else (short(-limit), short(limit))
    ax.set(xticks=[0, steps // 2, steps - 1], xticklabels=[ends[0], "0", ends[1]], yticks=[])
    ax.tick_params(length=0, pad=2, labelsize=9)
    ax.spines[:].set(visible=True, color=LINE, linewidth=0.6)


def default_columns(images: Sequence[NDArray]) -> int:
    """How many images stand side by side: fewer when they are wide or large."""
    count = len(images)
    widest = max(x.shape[1] / x.shape[0] for x in images)
    most = 10 if max(x.shape[1] for x in images) <= 40 else 4
    if widest > 1.25:
        most = min(most, 3)
    if count <= most:
        return count
    rows = -(-count // most)
    return -(-count // rows)
