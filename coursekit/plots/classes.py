"""Charts of classes: points with markers, decision regions, confusion matrices."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.charts import make_chart
from coursekit.plots.kernels import write_cells
from coursekit.plots.layout import Titles, text_width, titles_for
from coursekit.plots.palette import COUNTS, INK, WIDTH, rgb, series_style, style
from coursekit.plots.picture import Picture

#: Takes points (M, 2), gives their labels (M,).
Predict = Callable[[NDArray[np.float64]], ArrayLike]

_RASTER = 201


def scatter_chart(
    points: ArrayLike,
    labels: ArrayLike,
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    class_names: Titles | None = None,
    regions: Predict | None = None,
    line: tuple[ArrayLike, float] | None = None,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Draw points of the plane, each class with its own colour and marker.

    ``points`` has shape (N, 2), ``labels`` (N,) holds whole numbers 0…C−1. ``regions`` predicts
    labels of points; the plane is tinted by it. ``line`` is (w, b): the points with w·x + b = 0.
    Raises ValueError for shapes or labels that do not fit, or w = 0.
    """
    x, y = np.asarray(points, dtype=np.float64), np.asarray(labels)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) == 0 or not np.isfinite(x).all():
        raise ValueError(f"points must be finite numbers of shape (N, 2), got shape {x.shape}")
    if y.shape != (len(x),) or y.dtype.kind not in "bui" or y.min() < 0:
        raise ValueError(f"labels must be whole numbers ≥ 0 of shape ({len(x)},), got {y!r}")
    count = max(int(y.max()) + 1, 0 if class_names is None else len(class_names))
    names = titles_for(count, range(count) if class_names is None else class_names, "class_names")
    with style():
        figure, ax = make_chart(xlabel, ylabel, title, height=0.8 * WIDTH)
        for c, name in enumerate(names):
            look = series_style(c)
            mine = x[y == c]
            ax.scatter(
                mine[:, 0],
                mine[:, 1],
                marker=look.marker,
                color=look.colour,
                edgecolor="white",
                linewidth=0.7,
                s=42,
                label=name,
                zorder=3,
            )
        ax.margins(0.08)
        ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
        if regions is not None:
            _draw_regions(ax, regions, count)
        if line is not None:
            _draw_line(ax, *line)
        figure.legend(loc="outside upper center", ncols=min(count, 5), handletextpad=0.2)
        return Picture(figure, alt, caption=caption)


def confusion_chart(
    matrix: ArrayLike,
    labels: Titles | None = None,
    *,
    alt: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Draw a confusion matrix: row = true class, column = predicted class, counts in the cells.

    ``matrix`` is (C, C) of whole numbers ≥ 0. A cell is the darker the larger its share of its row;
    the diagonal (right answers) is framed. Raises ValueError for another shape or values, or
    labels that do not fit.
    """
    m = np.asarray(matrix)
    if m.ndim != 2 or m.shape[0] != m.shape[1] or m.size == 0:
        raise ValueError(f"a confusion matrix has shape (C, C), got shape {m.shape}")
    if m.dtype.kind not in "biuf" or (m < 0).any() or (m != np.rint(m)).any():
        raise ValueError("a confusion matrix holds counts: whole numbers ≥ 0")
    m = m.astype(np.int64)
    count = len(m)
    names = titles_for(count, range(count) if labels is None else labels, "labels")
    share = m / np.maximum(1, m.sum(axis=1, keepdims=True))
    with style():
        side = min(4.2, max(2.0, 0.46 * count))
        figure, ax = make_chart("predicted class", "true class", title, height=side + 0.9)
        ax.imshow(share, cmap=COUNTS, vmin=0, vmax=1, aspect="equal")
        write_cells(ax, m, [[COUNTS(v) for v in row] for row in share], cell=side / count)
        for c in range(count):
            frame = Rectangle((c - 0.5, c - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=1.4)
            ax.add_patch(frame)
        ax.set_xticks(range(count), names, rotation=0 if _fits(names, side / count) else 40)
        ax.set_yticks(range(count), names)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return Picture(figure, alt, caption=caption)


def _draw_regions(ax: Axes, predict: Predict, count: int) -> None:
    """Tint the plane by predicted class and draw the borders between classes."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    across, up = np.linspace(left, right, _RASTER), np.linspace(bottom, top, _RASTER)
    plane = np.stack(np.meshgrid(across, up), axis=-1)
    z = np.asarray(predict(plane.reshape(-1, 2)))
    if z.size != _RASTER**2:
        raise ValueError(f"regions must give one label per point, {_RASTER**2}, got {z.shape}")
    z = z.reshape(_RASTER, _RASTER)
    tints = ListedColormap([_tint(series_style(c).colour) for c in range(count)])
    ax.pcolormesh(across, up, z, cmap=tints, vmin=-0.5, vmax=count - 0.5, rasterized=True)
    for c in np.unique(z)[1:]:
        ax.contour(across, up, z >= c, levels=[0.5], colors=INK, linewidths=0.8)


def _draw_line(ax: Axes, w: ArrayLike, b: float) -> None:
    """The points with w·x + b = 0."""
    normal = np.asarray(w, dtype=np.float64)
    if normal.shape != (2,) or not normal.any():
        raise ValueError(f"line is (w, b) with w of shape (2,) and not zero, got w = {w!r}")
    across, up = (float(v) for v in normal)
    x, y = (-b * v / (across**2 + up**2) for v in (across, up))
    ax.axline((x, y), (x - up, y + across), color=INK, linewidth=1.8)


def _tint(colour: str) -> tuple[float, ...]:
    return tuple(1 - 0.24 * (1 - channel) for channel in rgb(colour))


def _fits(names: Sequence[str], cell: float) -> bool:
    return max(text_width(name, 10) for name in names) < 0.95 * cell
