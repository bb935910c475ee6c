"""The same networks, faster: convolution, pooling and ReLU as one layer.

Bias and ReLU come after the pooling, where a quarter of the numbers is left: the largest of four,
plus b, cut at 0, is the largest of the four with b added, each cut at 0; the gradient goes the same
way. And the windows are sorted by their column in the pool, first all the left ones, then all the
right ones: what the pool compares then lies in long solid blocks of memory, where in reading order
it alternates pixel by pixel. Rows and columns that no pool covers are not computed.
"""

from typing import TypeGuard

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from coursekit.arguments import float_array
from coursekit.numpy_nn.activations import ReLU
from coursekit.numpy_nn.convolution import Conv2d, image_gradient
from coursekit.numpy_nn.layer import Layer
from coursekit.numpy_nn.layout import Array, nchw, padded, rows_first
from coursekit.numpy_nn.pooling import MaxPool2d
from coursekit.numpy_nn.products import product
from coursekit.numpy_nn.sequential import Sequential


def fast(net: Sequential) -> Sequential:
    """Return a faster network with the parameters of ``net``: shared, under the same names.

    Where a Conv2d is followed by MaxPool2d and ReLU, in either order, one layer does the work of
    the three, and two that do nothing keep the numbering. Other layers, convolutions with a stride,
    dilation or groups, and pools that overlap or leave gaps stay as they are. Outputs and gradients
    are those of ``net`` up to rounding; ties have the same winner. Raises TypeError for anything
    but a Sequential.
    """
    if not isinstance(net, Sequential):
        raise TypeError(f"expected a Sequential, got {net!r}; put the layer into one")
    layers = [fast(part) if isinstance(part, Sequential) else part.replica() for part in net.layers]
    for i in range(len(layers) - 2):
        match layers[i : i + 3]:
            case [conv, MaxPool2d() as pool, ReLU()] | [conv, ReLU(), MaxPool2d() as pool]:
                if _plain(conv) and pool.stride == pool.size:
                    layers[i : i + 3] = ConvPoolReLU(conv, pool), Merged(), Merged()
    return Sequential(*layers, input_shape=net.input_shape, name=net.name)


def _plain(layer: Layer) -> TypeGuard[Conv2d]:
    """Is it a convolution without a stride, dilation, groups, or a table of connections?"""
    if type(layer) is not Conv2d:
        return False
    return (layer.stride, layer.dilation, layer.groups) == ((1, 1), (1, 1), 1)


class ConvPoolReLU(Layer):
    """y = ReLU(pool(conv(x))), with the parameters of ``conv``."""

    def __init__(self, conv: Conv2d, pool: MaxPool2d) -> None:
        super().__init__()
        self.conv, self.pool, self.params = conv, pool, conv.params

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, F, rows, columns) for x (N, C, H, W)."""
        x = float_array(self._input(x), "x (N, C, H, W)", 4)
        _, rows, columns = self.output_shape(x.shape[1:])
        w, b, (qh, qw) = self.params["w"], self.params["b"], self.pool.size
        image = padded(rows_first(x), self.conv.padding)  # (H, C, W, N)
        (f, c, fh, fw), n = w.shape, len(x)
        m = columns * n
        shifted = _shifts(image, fw, qw, columns)
        part, row, _, line, _, one = shifted.strides  # the fh rows under a kernel are one block
        windows = as_strided(shifted, (qw, qh * rows, fh * fw * c, m), (part, row, line, one))
        y = product(w.transpose(0, 2, 3, 1).reshape(f, -1), windows)
        best, *others = _taps(y, qh)
        leads = []
        for tap in others:
            leads.append(tap > best)
            best = np.maximum(best, tap)
        y = best + b[:, np.newaxis]
        np.maximum(y, np.zeros_like(y[0]), out=y)  # in float32 quicker than with the number 0
        self.cache = windows, leads, y, image.shape
        return nchw(y.reshape(rows, f, columns, n))

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, C, H, W)."""
        return self._input_gradient(*self._gradients(dout))

    def gradients(self, dout: npt.ArrayLike) -> None:
        """Fill ``grads`` without the work for dx."""
        self._gradients(dout)

    def _gradients(self, dout: npt.ArrayLike) -> tuple[Array, tuple[int, ...]]:
        """Fill ``grads``; return dy (qw, qh·rows, F, M) before the pooling, and image's shape."""
        w, (windows, leads, y, shape) = self.params["w"], self.cache
        (f, c, fh, fw), (rows, _, m), (qh, qw) = w.shape, y.shape, self.pool.size
        d = rows_first(float_array(self._input(dout), "dout", 4)).reshape(y.shape) * (y > 0)
        db, dy = np.einsum("hfm->f", d), np.empty((qw, qh * rows, f, m), w.dtype)
        first, *others = _taps(dy, qh)
        for lead, tap in zip(reversed(leads), reversed(others), strict=True):
            np.multiply(d, lead, out=tap)  # the last to take the lead gets d,
            d -= tap  # those before it what is left
        first[...] = d
        dw = product(dy, windows.swapaxes(2, 3)).sum((0, 1))
        self.grads["w"], self.grads["b"] = dw.reshape(f, fh, fw, c).transpose(0, 3, 1, 2), db
        return dy, shape

    def _input_gradient(self, dy: Array, shape: tuple[int, ...]) -> Array:
        """dx, as in ``convolution``, from dy with its columns back in reading order."""
        (_, h_out, f, m), n = dy.shape, shape[3]
        dy = dy.reshape(-1, h_out * f, m // n, n).transpose(1, 2, 0, 3).reshape(h_out, f, -1)
        return image_gradient(dy, self.params["w"], shape, (1, 1), self.conv.padding, (1, 1))

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(C, H, W) → (F, rows, columns)."""
        return self.pool.output_shape(self.conv.output_shape(shape))

    def describe(self) -> str:
        """For example ``1 → 6, 5×5; pool 2×2``."""
        return f"{self.conv.describe()}; pool {self.pool.describe()}"


class Merged(Layer):
    """Stands where a layer was whose work an earlier one has taken over."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return x."""
        return np.asarray(x)

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dout."""
        return np.asarray(dout)


def _shifts(image: Array, fw: int, qw: int, columns: int) -> Array:
    """(H, C, W, N) → (qw, H, fw, C, columns, N): pixel p + v + qw·j for the pool's column p."""
    h, c, _, n = image.shape
    row, channel, pixel, one = image.strides
    strides = pixel, row, pixel, channel, qw * pixel, one
    return as_strided(image, (qw, h, fw, c, columns, n), strides).copy()


def _taps(y: Array, qh: int) -> list[Array]:
    """Views of (qw, qh·rows, F, M) by place in the pool, in reading order: each (rows, F, M)."""
    return [part[u::qh] for u in range(qh) for part in y]
