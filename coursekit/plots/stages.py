"""The maps of one picture on its way through a network, stage by stage."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from coursekit.plots.images import draw_image
from coursekit.plots.layout import break_rows
from coursekit.plots.palette import WIDTH, style
from coursekit.plots.picture import Picture

_MARGIN, _GAP, _HEAD = 0.06, 0.08, 0.3  # inches


def show_stages(
    stages: Mapping[str, ArrayLike], *, alt: str, columns: int = 8, caption: str | None = None
) -> Picture:
    """Show the maps of each stage in rows under the stage's name and shape.

    ``stages`` maps names to arrays (C, H, W) of one picture; at most ``columns`` maps stand in a
    row, and all maps are drawn equally wide, so that pixels grow as the maps get coarser.
    Black is the smallest value of a stage (0 where no value is below it), white the largest.

    Raises ValueError for no stage, or arrays of another shape or with values that are not finite.
    """
    found = {name: np.asarray(maps, np.float64) for name, maps in stages.items()}
    if not found:
        raise ValueError("there is no stage to show: stages is empty")
    for name, maps in found.items():
        if maps.ndim != 3 or maps.size == 0 or not np.isfinite(maps).all():
            raise ValueError(f"stage {name!r} must be finite and (C, H, W), got {maps.shape}")
    side = (WIDTH - 2 * _MARGIN - _GAP * (columns - 1)) / columns
    blocks = [len(break_rows(len(m), columns)) for m in found.values()]
    panels = [side * m.shape[1] / m.shape[2] for m in found.values()]
    height = sum(_HEAD + n * (p + _GAP) for n, p in zip(blocks, panels, strict=True)) + _MARGIN
    with style():
        figure = Figure(figsize=(WIDTH, height))
        top = height
        for (name, maps), panel in zip(found.items(), panels, strict=True):
            shape = " × ".join(map(str, maps.shape))
            place = (_MARGIN / WIDTH, (top - _HEAD + 0.07) / height)
            figure.text(*place, f"{name}: {shape}", ha="left", va="bottom", fontsize=11)
            top -= _HEAD
            limits = min(0.0, float(maps.min())), float(maps.max())
            for i, x in enumerate(maps):
                row, column = divmod(i, columns)
                left, bottom = _MARGIN + column * (side + _GAP), top - row * (panel + _GAP) - panel
                box = (left / WIDTH, bottom / height, side / WIDTH, panel / height)
                draw_image(figure.add_axes(box), x, limits)
            top -= (row + 1) * (panel + _GAP)
        return Picture(figure, alt, caption=caption)
