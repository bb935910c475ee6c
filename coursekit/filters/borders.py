"""What lies beyond the edge of an image: the four usual answers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Border, Sides, border_name, real_array, sides


def pad2d(
    x: npt.ArrayLike,
    padding: int | tuple[int, int] | Sides,
    border: Border = "zero",
) -> npt.NDArray[Any]:
    """Return a copy of ``x`` (..., H, W) with a margin around its last two axes.

    ``padding`` is one integer, (rows, columns), or ((top, bottom), (left, right)). Seen along a
    row ``a b c d``, two pixels of each border are

    =========  =====================  ==============================================
    border     result                 also known as
    =========  =====================  ==============================================
    "zero"     ``0 0|a b c d|0 0``    zero padding, what convolution layers do
    "reflect"  ``c b|a b c d|c b``    mirror, the edge pixel not repeated
    "edge"     ``a a|a b c d|d d``    replicate, nearest
    "wrap"     ``c d|a b c d|a b``    periodic
    =========  =====================  ==============================================

    The names are numpy.pad's ("zero" is its "constant"). A margin wider than the image goes on
    reflecting or wrapping. The result keeps the dtype and has shape (..., top + H + bottom,
    left + W + right).

    Raises ValueError for an unknown border, a negative margin, an empty image or fewer than two
    axes, and TypeError for a margin that is not an integer or an ``x`` that is not real.

    >>> pad2d([[1, 2, 3]], (0, 2), "reflect")
    array([[3, 2, 1, 2, 3, 2, 1]])
    """
    image = real_array(x, "x")
    border_name(border)
    if image.ndim < 2 or 0 in image.shape[-2:]:
        raise ValueError(f"x must end in two axes (H, W) that are not empty, got {image.shape}")
    (top, bottom), (left, right) = sides(padding)
    height, width = image.shape[-2:]
    shape = (*image.shape[:-2], top + height + bottom, left + width + right)

    out = np.zeros(shape, image.dtype) if border == "zero" else np.empty(shape, image.dtype)
    out[..., top : top + height, left : left + width] = image
    if border != "zero":
        # Rows above and below first; then whole columns, which fills the corners too.
        inner = out[..., left : left + width]
        above, below = _source(height, top, bottom, border)
        inner[..., :top, :] = image[..., above, :]
        inner[..., top + height :, :] = image[..., below, :]
        before, after = _source(width, left, right, border)
        out[..., :left] = inner[..., before]
        out[..., left + width :] = inner[..., after]
    return out


def _source(n: int, before: int, after: int, border: Border) -> tuple[npt.NDArray[Any], ...]:
    """Return, for the pixels before and after an axis of ``n``, which pixel each repeats."""
    outside = np.arange(-before, 0), np.arange(n, n + after)
    if border == "edge":
        return tuple(np.clip(i, 0, n - 1) for i in outside)
    if border == "wrap":
        return tuple(i % n for i in outside)
    period = max(2 * (n - 1), 1)
    return tuple((n - 1) - np.abs(i % period - (n - 1)) for i in outside)
