"""Pooling: each map is summarised window by window, by its maximum or its mean.

A window's maximum is the maximum over its rows' maxima, so both kinds work along the columns
first, then along the rows, comparing or adding whole shifted maps.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Size, float_array, pair
from coursekit.filters.sizes import conv_output_size
from coursekit.numpy_nn.layer import Layer, by
from coursekit.numpy_nn.layout import Array, nchw, rows_first

_output_size = lru_cache(maxsize=256)(conv_output_size)
ROWS, COLUMNS = 0, 2  # axes of (H, C, W, N)


def max_pool2d_forward(
    x: npt.ArrayLike, size: Size = 2, stride: Size | None = None
) -> tuple[Array, Any]:
    """Return (y, cache): the largest value of each window.

    x is (N, C, H, W), y (N, C, H_out, W_out) by ``conv_output_size``. ``size`` and ``stride`` are
    an integer or (rows, columns); the stride is the size unless given, and may be smaller, so that
    windows overlap (AlexNet, 2012). Pixels beyond the last whole window are not used.

    Raises ValueError for windows that do not fit.
    """
    maps, (sizes, strides) = rows_first(float_array(x, "x (N, C, H, W)", 4)), _windows(size, stride)
    middle, across = _max_along(maps, COLUMNS, sizes[1], strides[1])
    y, down = _max_along(middle, ROWS, sizes[0], strides[0])
    return nchw(y), (across, down, maps.shape, middle.shape, strides)


def max_pool2d_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx: each window's gradient goes to its winner, on a tie to the first in reading order.

    dout has the shape of y; a pixel that wins several overlapping windows gets the sum.
    """
    across, down, shape, middle, strides = cache
    d = rows_first(float_array(dout, "dout (N, C, H_out, W_out)", 4))
    d = _max_along_backward(d, down, ROWS, strides[0], middle)
    return nchw(_max_along_backward(d, across, COLUMNS, strides[1], shape))


def average_pool2d_forward(
    x: npt.ArrayLike, size: Size = 2, stride: Size | None = None
) -> tuple[Array, Any]:
    """Return (y, cache): the mean of each window. Arguments are those of max pooling."""
    maps, (sizes, strides) = rows_first(float_array(x, "x (N, C, H, W)", 4)), _windows(size, stride)
    middle = _sum_along(maps, COLUMNS, sizes[1], strides[1])
    y = _sum_along(middle, ROWS, sizes[0], strides[0]) / (sizes[0] * sizes[1])
    return nchw(y), (maps.shape, middle.shape, sizes, strides)


def average_pool2d_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx: each window's gradient is shared equally by its pixels."""
    shape, middle, sizes, strides = cache
    d = rows_first(float_array(dout, "dout (N, C, H_out, W_out)", 4)) / (sizes[0] * sizes[1])
    d = _sum_along_backward(d, ROWS, sizes[0], strides[0], middle)
    return nchw(_sum_along_backward(d, COLUMNS, sizes[1], strides[1], shape))


def _windows(size: Size, stride: Size | None) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (sizes, strides) as pairs; the stride is the size unless given."""
    return pair(size, "size", 1), pair(size if stride is None else stride, "stride", 1)


def _max_along(x: Array, axis: int, size: int, stride: int) -> tuple[Array, list[Any]]:
    """The running maximum of the taps, and for each tap after the first, where it took the lead."""
    first, *others = _taps(x, axis, size, stride)
    y, leads = first, []
    for tap in others:
        leads.append(tap > y)
        y = np.maximum(y, tap)
    return y, leads


def _max_along_backward(
    d: Array, leads: list[Any], axis: int, stride: int, shape: tuple[int, ...]
) -> Array:
    """The last tap to take the lead gets d, so go back through them and hand on what is left."""
    size, overlap = len(leads) + 1, stride <= len(leads)
    tiled = stride == size and shape[axis] % size == 0
    dx = np.empty(shape, d.dtype) if tiled else np.zeros(shape, d.dtype)
    taps = _taps(dx, axis, size, stride)
    shares = [np.empty_like(tap) for tap in taps] if overlap else taps
    rest = d
    for u in range(size - 1, 0, -1):
        np.multiply(rest, ~leads[u - 1], out=shares[u - 1])
        np.subtract(rest, shares[u - 1], out=shares[u])
        rest = shares[u - 1]
    if size == 1:
        shares[0][...] = d
    if overlap:
        for tap, share in zip(taps, shares, strict=True):
            tap += share
    return dx


def _sum_along(x: Array, axis: int, size: int, stride: int) -> Array:
    first, *others = _taps(x, axis, size, stride)
    y = first.copy()
    for tap in others:
        y += tap
    return y


def _sum_along_backward(
    d: Array, axis: int, size: int, stride: int, shape: tuple[int, ...]
) -> Array:
    dx = np.zeros(shape, d.dtype)
    for tap in _taps(dx, axis, size, stride):
        tap += d
    return dx


def _taps(x: Array, axis: int, size: int, stride: int) -> list[Array]:
    """Views of x: the first element of every window along the axis, the second, and so on."""
    count = _output_size(x.shape[axis], size, stride)
    lead = (slice(None),) * axis
    return [x[(*lead, slice(u, u + stride * (count - 1) + 1, stride))] for u in range(size)]


class Pool2d(Layer):
    """What all pooling layers share: windows of ``size``, ``stride`` apart."""

    def __init__(self, size: Size = 2, stride: Size | None = None) -> None:
        super().__init__()
        self.size, self.stride = _windows(size, stride)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(C, H, W) → (C, H_out, W_out)."""
        if len(shape) != 3:
            raise ValueError(f"{self} needs (C, H, W), got {shape}")
        sizes = zip(shape[1:], self.size, self.stride, strict=True)
        return (shape[0], *(conv_output_size(*axis) for axis in sizes))

    def describe(self) -> str:
        """For example ``3×3, stride 2``."""
        s = self.stride
        step = "" if s == self.size else f", stride {s[0] if s[0] == s[1] else by(s)}"
        return by(self.size) + step


class MaxPool2d(Pool2d):
    """The largest value of each window; arguments are those of ``max_pool2d_forward``."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, C, H_out, W_out) for x (N, C, H, W)."""
        y, self.cache = max_pool2d_forward(x, self.size, self.stride)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, C, H, W): the winners get dout."""
        return max_pool2d_backward(dout, self.cache)


class AveragePool2d(Pool2d):
    """The mean of each window; arguments are those of ``average_pool2d_forward``."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, C, H_out, W_out) for x (N, C, H, W)."""
        y, self.cache = average_pool2d_forward(x, self.size, self.stride)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, C, H, W): dout shared equally."""
        return average_pool2d_backward(dout, self.cache)
