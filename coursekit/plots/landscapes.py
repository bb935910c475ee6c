"""The loss as a landscape over two weights, with the paths that searches take through it."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.charts import make_chart
from coursekit.plots.palette import INK, WIDTH, series_style, style
from coursekit.plots.picture import Picture

#: Takes points (M, 2), gives the loss at each (M,).
Loss = Callable[[NDArray[np.float64]], ArrayLike]

_RASTER = 161
_HEIGHTS = LinearSegmentedColormap.from_list("heights", ["#FFFFFF", "#8F8F8F"])


def show_landscape(
    loss: Loss,
    *,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    xlabel: str,
    ylabel: str,
    alt: str,
    paths: Mapping[str, ArrayLike] | None = None,
    levels: ArrayLike | None = None,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Draw the loss over the plane of two weights in steps of grey, the darker the higher.

    ``loss`` takes points of shape (M, 2). ``levels`` are the heights where the grey changes,
    increasing; left out, ten are chosen, closer to each other near the lowest point. ``paths`` maps
    names to points (T, 2), in the order visited: the start has a ring, the end a large marker.
    Points outside the ranges are cut off.

    Raises ValueError for ranges or levels that do not increase, a loss that is flat, not finite or
    not one number per point, and paths of another shape.
    """
    for name, (low, high) in (("x_range", x_range), ("y_range", y_range)):
        if not low < high:
            raise ValueError(f"{name} must increase, got {(low, high)}")
    across, up = (np.linspace(*ends, _RASTER) for ends in (x_range, y_range))
    heights = _heights(loss, across, up)
    lines = _levels(heights) if levels is None else np.asarray(levels, dtype=np.float64)
    if lines.ndim != 1 or len(lines) < 2 or not (np.diff(lines) > 0).all():
        raise ValueError(f"levels must be two or more increasing heights, got {lines}")
    walks = {name: _walk(path, name) for name, path in (paths or {}).items()}
    with style():
        figure, ax = make_chart(xlabel, ylabel, title, height=0.66 * WIDTH)
        shades = _HEIGHTS(np.linspace(0, 1, len(lines) + 1))
        ax.contourf(across, up, heights, levels=lines, colors=shades, extend="both")
        for number, (name, walk) in enumerate(walks.items()):
            _draw_walk(ax, walk, name, number)
        ax.set(xlim=x_range, ylim=y_range)
        if walks:
            figure.legend(loc="outside upper center", ncols=min(len(walks), 3))
        return Picture(figure, alt, caption=caption)


def _heights(
    loss: Loss, across: NDArray[np.float64], up: NDArray[np.float64]
) -> NDArray[np.float64]:
    plane = np.stack(np.meshgrid(across, up), axis=-1)
    z = np.asarray(loss(plane.reshape(-1, 2)), dtype=np.float64)
    if z.shape != (_RASTER**2,):
        raise ValueError(f"loss must give one number per point, ({_RASTER**2},), got {z.shape}")
    if not np.isfinite(z).all() or np.ptp(z) == 0:
        raise ValueError("loss must be finite and not the same everywhere")
    return z.reshape(_RASTER, _RASTER)


def _levels(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights at squares of equal steps, so that the bottom of a valley has shades too."""
    low, high = float(heights.min()), float(heights.max())
    return low + (high - low) * (np.arange(1, 11) / 11) ** 2


def _walk(path: ArrayLike, name: str) -> NDArray[np.float64]:
    walk = np.asarray(path, dtype=np.float64)
    if walk.ndim != 2 or walk.shape[1] != 2 or len(walk) == 0 or not np.isfinite(walk).all():
        raise ValueError(f"path {name!r} must be finite, of shape (T, 2), got shape {walk.shape}")
    return walk


def _draw_walk(ax: Axes, walk: NDArray[np.float64], name: str, number: int) -> None:
    look = series_style(number)
    rim = [withStroke(linewidth=4, foreground="white")]
    x, y = walk.T
    ax.plot(x, y, color=look.colour, linewidth=1.8, zorder=3, path_effects=rim)
    ax.scatter(x, y, color=look.colour, marker=look.marker, s=14, zorder=4)
    ax.scatter(x[:1], y[:1], facecolor="none", edgecolor=INK, marker="o", s=130, zorder=5)
    ax.scatter(
        x[-1:],
        y[-1:],
        color=look.colour,
        edgecolor="white",
        marker=look.marker,
        s=80,
        zorder=6,
        label=name,
    )
