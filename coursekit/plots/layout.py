"""Panels in rows: figures whose parts have an exact size and leave no gap unused."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from numpy.typing import NDArray

from coursekit.plots.palette import WIDTH

#: Anything that can be written, one each: a list of str, an array of labels, a range.
Titles = Sequence[object] | NDArray

_TITLE_POINTS = 11.0
_LINE = 1.3 * _TITLE_POINTS / 72
_MARGIN = 0.06
_ROW_GAP = 0.16


class Panels(NamedTuple):
    """A figure and its panels in reading order."""

    figure: Figure
    axes: list[Axes]


def make_panels(
    sizes: Sequence[tuple[float, float]],
    titles: Sequence[str],
    *,
    rows: Sequence[int],
    gap: float = 0.14,
    top_aligned: bool = False,
    foot: float = 0.0,
    narrowest: float = 0.0,
) -> Panels:
    """Place panels of given (width, height) in inches; ``rows`` says how many stand in each row.

    Titles stand above their panels and wrap at their width (plus most of the gap). Panels of a
    row share their centre line, or their tops; rows are centred. Axes have no ticks or frame. The
    figure is as wide as its widest row, at least ``narrowest``; ``foot`` is left free below.
    """
    ends = np.cumsum(rows).tolist()
    numbers = [range(end - count, end) for end, count in zip(ends, rows, strict=True)]
    wrapped = [wrap(title, size[0] + 0.8 * gap) for title, size in zip(titles, sizes, strict=True)]
    lines = [max(wrapped[i].count("\n") + 1 if wrapped[i] else 0 for i in row) for row in numbers]
    heights = [max(sizes[i][1] for i in row) for row in numbers]
    widths = [sum(sizes[i][0] for i in row) + gap * (len(row) - 1) for row in numbers]
    width = max(*widths, narrowest) + 2 * _MARGIN
    titled = [n * _LINE + (0.06 if n else 0) for n in lines]
    height = sum(heights) + sum(titled) + _ROW_GAP * (len(rows) - 1) + 2 * _MARGIN + foot

    figure = Figure(figsize=(width, height))
    axes = []
    top = height - _MARGIN
    for row, row_width, row_height, above in zip(numbers, widths, heights, titled, strict=True):
        left = (width - row_width) / 2
        for i in row:
            w, h = sizes[i]
            bottom = top - above - (h if top_aligned else (row_height + h) / 2)
            box = (left / width, bottom / height, w / width, h / height)
            ax = figure.add_axes(box)
            ax.set_axis_off()
            if wrapped[i]:
                ax.set_title(wrapped[i], fontsize=_TITLE_POINTS, pad=4)
            axes.append(ax)
            left += w + gap
        top -= above + row_height + _ROW_GAP
    return Panels(figure, axes)


def break_rows(count: int, columns: int) -> list[int]:
    """Row lengths of ``count`` panels, ``columns`` to a row, the last row perhaps shorter."""
    return [min(columns, count - start) for start in range(0, count, columns)]


def equal_sizes(
    aspects: Sequence[float], columns: int, *, gap: float = 0.14, largest: float = 3.4
) -> list[tuple[float, float]]:
    """(width, height) of panels with the same width and the given heights per width."""
    width = min(largest, (WIDTH - 2 * _MARGIN - gap * (columns - 1)) / columns)
    return [(width, width * aspect) for aspect in aspects]


def wrap(text: str, width: float) -> str:
    """Break a title into lines of at most ``width`` inches; formulas ($…$) are left alone."""
    if "$" in text:
        return text
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, _TITLE_POINTS) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return "\n".join(lines)


def text_width(text: str, points: float) -> float:
    """Width of one line in inches, set in the figure font."""
    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans")
    return float(TextPath((0, 0), text, size=points, prop=font).get_extents().width) / 72


def titles_for(count: int, titles: Titles | None, name: str = "titles") -> list[str]:
    """One title per panel, empty by default. Raises ValueError when the counts differ."""
    if titles is None:
        return [""] * count
    if isinstance(titles, str):
        raise TypeError(f"{name} must be a list with one entry each, got the str {titles!r}")
    if len(titles) != count:
        raise ValueError(f"{name} needs {count} entries, one each, got {len(titles)}")
    return [str(title) for title in titles]
