"""A receptive field on a photograph: what one unit sees of it, and how much lies outside."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from coursekit.plots.images import outline
from coursekit.plots.palette import INK, VERMILLION, WIDTH, style
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import as_image, to_pixels, value_limits

_MARGIN, _TITLE = 0.06, 0.3  # inches
_PADDING = "#F9DFCF"
_DIMMED = 0.25  # what is left of the light outside the field

Ends = tuple[int, int]


def show_field(
    image: ArrayLike,
    rows: Ends,
    columns: Ends,
    *,
    margin: int,
    alt: str,
    title: str = "",
    centres: tuple[Sequence[float], Sequence[float]] | None = None,
    width: float = 3.4,
    caption: str | None = None,
) -> Picture:
    """Show an image with one receptive field on it; outside the field the image is dark.

    ``rows`` and ``columns`` are the first and the last pixel that a unit sees, both included; they
    may lie outside the image, in the padding, which is tinted. ``margin`` pixels around the image
    are shown, so that fields of several sizes can be compared. ``centres`` are the rows and the
    columns of the middles of all fields of the layer, drawn as dots. The image is (H, W) or
    (H, W, 3), as in `show_images`; ``width`` is the figure's, in inches.

    Raises ValueError for a field that ends before it begins, or reaches beyond the margin.
    """
    x = as_image(image)
    (limits,) = value_limits([x], None)
    pixels = to_pixels(x, limits)
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., np.newaxis], 3, axis=2)
    h, w = pixels.shape[:2]
    for name, (first, last), length in (("rows", rows, h), ("columns", columns, w)):
        if last < first:
            raise ValueError(f"{name} are (first, last) pixel, got {(first, last)}")
        if first < -margin or last > length - 1 + margin:
            raise ValueError(
                f"{name} {first} to {last} reach beyond a margin of {margin} pixels around "
                f"{length}: show a larger margin"
            )
    width = min(width, WIDTH)
    side = width - 2 * _MARGIN
    tall = side * (h + 2 * margin) / (w + 2 * margin)
    height = tall + 2 * _MARGIN + (_TITLE if title else 0)
    with style():
        figure = Figure(figsize=(width, height))
        ax = figure.add_axes((_MARGIN / width, _MARGIN / height, side / width, tall / height))
        corner = (columns[0] - 0.5, rows[0] - 0.5)
        size = (columns[1] - columns[0] + 1, rows[1] - rows[0] + 1)
        ax.add_patch(Rectangle(corner, *size, facecolor=_PADDING, zorder=0))
        dark = (_DIMMED * pixels).astype(np.uint8)
        top, bottom = np.clip((rows[0], rows[1] + 1), 0, h)
        left, right = np.clip((columns[0], columns[1] + 1), 0, w)
        dark[top:bottom, left:right] = pixels[top:bottom, left:right]
        ax.imshow(dark, interpolation="antialiased", aspect="auto", zorder=1)
        for colour, line in (("white", 4.0), (VERMILLION, 2.0)):
            frame = Rectangle(corner, *size, fill=False, edgecolor=colour, linewidth=line, zorder=2)
            ax.add_patch(frame)
        outline(ax)
        ax.set(xlim=(-margin - 0.5, w - 0.5 + margin), ylim=(h - 0.5 + margin, -margin - 0.5))
        if centres is not None:
            down, across = np.meshgrid(*centres, indexing="ij")
            ax.plot(
                across.ravel(),
                down.ravel(),
                "o",
                color="white",
                markeredgecolor=INK,
                markersize=3.6,
                linestyle="none",
                zorder=3,
            )
        if title:
            ax.set_title(title, pad=5)
        return Picture(figure, alt, caption=caption)
