"""Which parts of a picture a network looks at."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from coursekit.plots.images import draw_image
from coursekit.plots.layout import Titles, break_rows, equal_sizes, make_panels, titles_for
from coursekit.plots.palette import YELLOW, style
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import as_images, value_limits

Box = tuple[int, int, int, int]
"""A part of a picture: first row, first column, rows, columns."""

_DASHES = ("-", (0, (5, 2)), (0, (2, 2)), (0, (7, 2, 1, 2)), (0, (1, 1.5)))


def show_crops(
    images: Sequence[ArrayLike],
    boxes: Sequence[Sequence[Box]],
    titles: Titles | None = None,
    *,
    alt: str,
    columns: int = 2,
    caption: str | None = None,
) -> Picture:
    """Show images, each with the outlines of its ``boxes``, whose line styles differ.

    Each outline is drawn a little farther inside than the one before, so that edges that two boxes
    share can both be seen.

    Raises ValueError for lists of different lengths, or a box that leaves its image.
    """
    found = as_images(images)
    if len(boxes) != len(found):
        raise ValueError(f"boxes needs {len(found)} lists, one per image, got {len(boxes)}")
    for image, own in zip(found, boxes, strict=True):
        for top, left, rows, across in own:
            inside = 0 <= top < top + rows <= len(image) and 0 <= left < left + across
            if not inside or left + across > image.shape[1]:
                raise ValueError(
                    f"box {(top, left, rows, across)} leaves its image of "
                    f"{len(image)}×{image.shape[1]} pixels"
                )
    labels = titles_for(len(found), titles)
    across = min(columns, len(found))
    with style():
        sizes = equal_sizes([x.shape[0] / x.shape[1] for x in found], across)
        panels = make_panels(sizes, labels, rows=break_rows(len(found), across), top_aligned=True)
        limits = value_limits(found, None)
        for ax, image, limit, own in zip(panels.axes, found, limits, boxes, strict=True):
            draw_image(ax, image, limit)
            for i, (top, left, rows, wide) in enumerate(own):
                inset = (i + 1) * 0.008 * image.shape[1]
                outline = Rectangle(
                    (left - 0.5 + inset, top - 0.5 + inset),
                    wide - 2 * inset,
                    rows - 2 * inset,
                    fill=False,
                    edgecolor=YELLOW,
                    linewidth=1.6,
                    linestyle=_DASHES[i % len(_DASHES)],
                    path_effects=[withStroke(linewidth=3.2, foreground="black", alpha=0.55)],
                )
                ax.add_patch(outline)
        return Picture(panels.figure, alt, caption=caption)
