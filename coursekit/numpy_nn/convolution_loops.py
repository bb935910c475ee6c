"""The convolution layer by its definition, in seven loops: slow, and here to be read."""

import itertools

import numpy as np
import numpy.typing as npt

from coursekit.arguments import pair
from coursekit.filters.sizes import conv_output_size
from coursekit.numpy_nn.layout import Array, floats

Size = int | tuple[int, int]


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
    x, w, b = floats(x, "x", 4), floats(w, "w", 4), floats(b, "b", 1)
    (sh, sw), (ph, pw), (dh, dw) = (
        pair(stride, "s", 1),
        pair(padding, "p", 0),
        pair(dilation, "d", 1),
    )
    n, _, height, width = x.shape
    filters, channels, fh, fw = w.shape
    h_out, w_out = conv_output_size(height, fh, sh, ph, dh), conv_output_size(width, fw, sw, pw, dw)
    y = np.zeros((n, filters, h_out, w_out), x.dtype)
    for m, f, i, j in np.ndindex(y.shape):
        first = f // (filters // groups) * channels  # the first channel of this kernel's group
        for c, u, v in itertools.product(range(channels), range(fh), range(fw)):
            row, column = sh * i + dh * u - ph, sw * j + dw * v - pw
            if 0 <= row < height and 0 <= column < width:
                y[m, f, i, j] += w[f, c, u, v] * x[m, first + c, row, column]
        y[m, f, i, j] += b[f]
    return y


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
    dout, x, w = floats(dout, "dout", 4), floats(x, "x", 4), floats(w, "w", 4)
    (sh, sw), (ph, pw), (dh, dv) = (
        pair(stride, "s", 1),
        pair(padding, "p", 0),
        pair(dilation, "d", 1),
    )
    height, width = x.shape[2:]
    filters, channels, fh, fw = w.shape
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(filters, x.dtype)
    for m, f, i, j in np.ndindex(dout.shape):
        first = f // (filters // groups) * channels
        for c, u, v in itertools.product(range(channels), range(fh), range(fw)):
            row, column = sh * i + dh * u - ph, sw * j + dv * v - pw
            if 0 <= row < height and 0 <= column < width:
                dx[m, first + c, row, column] += w[f, c, u, v] * dout[m, f, i, j]
                dw[f, c, u, v] += x[m, first + c, row, column] * dout[m, f, i, j]
        db[f] += dout[m, f, i, j]
    return dx, dw, db
