"""The convolution layer by its definition, in seven loops: slow, and here to be read."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Size, float_array, pair
from coursekit.filters.sizes import conv_output_size
from coursekit.numpy_nn.layout import Array

Place = tuple[int, int, int, int]


def conv2d_forward_loops(
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    b: npt.ArrayLike,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """Return y of ``conv2d_forward``, whose arguments these are."""
    x, w, b = float_array(x, "x", 4), float_array(w, "w", 4), float_array(b, "b", 1)
    sizes = pair(stride, "stride", 1), pair(padding, "padding", 0), pair(dilation, "dilation", 1)
    axes = zip(x.shape[2:], w.shape[2:], *sizes, strict=True)
    y = np.zeros((len(x), len(w), *(conv_output_size(*axis) for axis in axes)), x.dtype)
    for output, weight, pixel in _products(y, x, w, stride, padding, dilation, groups):
        y[output] += w[weight] * x[pixel]
    return y + b.astype(x.dtype)[:, np.newaxis, np.newaxis]


def conv2d_backward_loops(
    dout: npt.ArrayLike,
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Return (dx, dw, db): each product of the forward pass sends the gradient to both factors."""
    dout, x, w = float_array(dout, "dout", 4), float_array(x, "x", 4), float_array(w, "w", 4)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for output, weight, pixel in _products(dout, x, w, stride, padding, dilation, groups):
        dx[pixel] += w[weight] * dout[output]
        dw[weight] += x[pixel] * dout[output]
    return dx, dw, dout.sum((0, 2, 3))


def _products(
    y: Array, x: Array, w: Array, stride: Size, padding: Size, dilation: Size, groups: int
) -> Iterator[tuple[Place, Place, Place]]:
    """All products of the layer: the places of the output, the weight and the pixel of each."""
    (sh, sw), (ph, pw) = pair(stride, "stride", 1), pair(padding, "padding", 0)
    dh, dw = pair(dilation, "dilation", 1)
    filters, channels, fh, fw = w.shape
    height, width = x.shape[2:]
    for m, f, i, j in np.ndindex(*y.shape):
        first = f // (filters // groups) * channels  # the first channel of this kernel's group
        for c, u, v in product(range(channels), range(fh), range(fw)):
            row, column = sh * i + dh * u - ph, sw * j + dw * v - pw
            if 0 <= row < height and 0 <= column < width:
                yield (m, f, i, j), (f, c, u, v), (m, first + c, row, column)
