"""One step of a sliding filter: the window, the kernel, the products and their sum."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.grids import write_signs
from coursekit.plots.images import SIGNED_BAR, draw_image, draw_signed_bar, outline
from coursekit.plots.kernels import WRITTEN_SIZE, as_kernels, cell_inches, draw_kernel, write_cells
from coursekit.plots.layout import make_panels
from coursekit.plots.numerals import short
from coursekit.plots.palette import EMPTY, SIGNED, VERMILLION, signed_norm, style
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import as_image, value_limits


class Step(NamedTuple):
    """A kernel laid over an image, centre on one pixel; outside the image lie zeros.

    ``window`` and ``product`` have the kernel's shape; ``total`` is the sum of the products, the
    cross-correlation at this pixel.
    """

    window: NDArray[np.float64]
    product: NDArray[np.float64]
    total: float


def step_at(image: ArrayLike, kernel: ArrayLike, row: int, column: int) -> Step:
    """The sliding dot product at one pixel of an (H, W) image, with an odd-sized (kH, kW) kernel.

    Raises ValueError for other shapes and for a pixel outside the image.
    """
    x, k = _checked(image, kernel)
    if not (0 <= row < x.shape[0] and 0 <= column < x.shape[1]):
        raise ValueError(f"({row}, {column}) lies outside an image of shape {x.shape}")
    window = _padded(x, k)[row : row + k.shape[0], column : column + k.shape[1]].copy()
    product = window * k
    return Step(window, product, float(product.sum()))


def full_response(image: ArrayLike, kernel: ArrayLike) -> NDArray[np.float64]:
    """`step_at` for every pixel: the (H, W) cross-correlation with "same" zero padding."""
    x, k = _checked(image, kernel)
    padded = _padded(x, k)
    out = np.zeros(x.shape)
    for i, j in np.ndindex(k.shape):
        out += k[i, j] * padded[i : i + x.shape[0], j : j + x.shape[1]]
    return out


def show_window(
    image: ArrayLike,
    kernel: ArrayLike,
    row: int,
    column: int,
    *,
    name: str = "",
    response: ArrayLike | None = None,
    reveal: bool = False,
    alt: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Show one step of a filter sliding over an (H, W) image, centred on (row, column).

    Above: the image with the window marked, and the response. Below: window × kernel = products,
    with their sum, and a bar that says which colours are negative. ``response`` saves computing
    `full_response` again; with ``reveal`` the response is shown only as far as the kernel has
    come, row by row. ``name`` is the kernel's.
    Without ``alt`` the description is made of the place, the sum and the response's extremes.

    Raises ValueError for a kernel with an even side or larger than the image, another shape, or a
    pixel outside the image.
    """
    x, k = _checked(image, kernel)
    step = step_at(x, k, row, column)
    out = full_response(x, k) if response is None else np.asarray(response, dtype=np.float64)
    if out.shape != x.shape:
        raise ValueError(f"response must have the image's shape {x.shape}, got {out.shape}")
    total = short(step.total)
    text = f"The kernel {name} lies on row {row}, column {column}: its products add up to {total}."
    if not reveal and np.isfinite(out).all():
        text += f" Where it lies inside the image, {_extremes(out, k.shape)}."
    wide, small = 2.46, min(1.4, 1.4 * k.shape[1] / k.shape[0])
    sizes = [(wide, wide * x.shape[0] / x.shape[1])] * 2
    sizes += [(small, small * k.shape[0] / k.shape[1])] * 3
    titles = ["image", "response", "window", name or "kernel", f"products, sum {total}"]
    natural = x.dtype == np.uint8 or (x.dtype.kind == "f" and x.min() >= 0 and x.max() <= 1)
    (limits,) = value_limits([x], None if natural else "shared")
    with style():
        panels = make_panels(sizes, titles, rows=[2, 3], gap=0.36, foot=SIGNED_BAR)
        above, right, window, weights, products = panels.axes
        draw_image(above, x, limits)
        _draw_response(right, out, row, column, reveal=reveal)
        _frame(above, row, column, k.shape)
        _point_out(right, row, column, x.shape)
        if cell_inches(above, x.shape) * max(k.shape) < 0.12:
            _point_out(above, row, column, x.shape)
        draw_image(window, step.window, limits)
        _write_window(window, step.window, limits)
        draw_kernel(weights, k)
        draw_kernel(products, step.product)
        write_signs(panels.figure, [window, weights, products], ["×", "="])
        draw_signed_bar(panels.figure, None, steps=17)
        return Picture(panels.figure, text if alt is None else alt, caption=caption)


def _checked(image: ArrayLike, kernel: ArrayLike) -> tuple[NDArray, NDArray]:
    x = as_image(image)
    (k,) = as_kernels([kernel])
    if x.ndim != 2:
        raise ValueError(f"a filter slides over an (H, W) image, got shape {x.shape}: make it grey")
    if k.shape[0] % 2 == 0 or k.shape[1] % 2 == 0:
        raise ValueError(f"the kernel needs a centre, so odd sides; got shape {k.shape}")
    if k.shape[0] > x.shape[0] or k.shape[1] > x.shape[1]:
        raise ValueError(f"a kernel of shape {k.shape} is larger than the image, {x.shape}")
    return x, k


def _padded(x: NDArray, k: NDArray) -> NDArray[np.float64]:
    """The image with zeros around it, so that the kernel's centre can reach every pixel."""
    down, across = k.shape[0] // 2, k.shape[1] // 2
    return np.pad(x.astype(np.float64), ((down, down), (across, across)))


def _draw_response(ax: Axes, out: NDArray, row: int, column: int, *, reveal: bool) -> None:
    shown = np.ma.masked_invalid(out)
    if reveal:
        order = np.arange(out.size).reshape(out.shape)
        shown = np.ma.masked_where(order > row * out.shape[1] + column, out)
    norm = signed_norm(float(np.abs(out).max()))
    ax.imshow(shown, cmap=SIGNED, norm=norm, interpolation="nearest", aspect="auto")
    ax.set_facecolor(EMPTY)
    outline(ax)


def _extremes(out: NDArray[np.float64], shape: tuple[int, ...]) -> str:
    """The largest and the smallest response, where no zeros from outside come in."""
    down, across = shape[0] // 2, shape[1] // 2
    inside = out[down : out.shape[0] - down, across : out.shape[1] - across]
    found = []
    for word, place in (("largest", np.argmax(inside)), ("smallest", np.argmin(inside))):
        i, j = np.unravel_index(place, inside.shape)
        total = short(float(inside[i, j]))
        found.append(f"the {word} sum is {total}, at row {i + down}, column {j + across}")
    return " and ".join(found)


def _frame(ax: Axes, row: int, column: int, shape: tuple[int, ...]) -> None:
    """Frame pixels around a centre; the white rim keeps the frame visible on any ground."""
    corner = (column - shape[1] // 2 - 0.5, row - shape[0] // 2 - 0.5)
    for colour, width in (("white", 3.6), (VERMILLION, 1.8)):
        frame = Rectangle(corner, shape[1], shape[0], fill=False, edgecolor=colour, linewidth=width)
        ax.add_patch(frame)


def _point_out(ax: Axes, row: int, column: int, shape: tuple[int, ...]) -> None:
    """Frame one pixel, or put a ring around it when it is too small to see."""
    if cell_inches(ax, shape) >= 0.08:
        _frame(ax, row, column, (1, 1))
        return
    for colour, line in (("white", 4.0), (VERMILLION, 1.8)):
        ax.plot(column, row, "o", markersize=11, color=colour, fillstyle="none", mew=line)


def _write_window(ax: Axes, values: NDArray, limits: tuple[float, float]) -> None:
    if max(values.shape) <= WRITTEN_SIZE:
        low, high = limits
        grey = ((values - low) / ((high - low) or 1.0)).clip(0, 1)
        grounds = [[(float(g),) * 3 for g in row] for row in grey]
        write_cells(ax, values, grounds, cell=cell_inches(ax, values.shape))
