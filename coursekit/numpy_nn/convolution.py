"""The convolution layer.

The kernel slides over the image. All windows of one output row stand side by side as the columns
of a matrix, and the row is one product, kernels × windows. The matrix costs less memory than it
seems: the image is copied f_w times, once per kernel column, each copy shifted by one pixel; the
f_h rows under the kernel are then a view into the copies, since rows come first in memory (see
``layout``). The backward pass runs the same steps in reverse.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.arguments import Size, float_array, integer, pair
from coursekit.filters.sizes import conv_output_size, kernel_span
from coursekit.numpy_nn.initialization import Init, initial
from coursekit.numpy_nn.layer import Layer, by, float_type
from coursekit.numpy_nn.layout import Array, nchw, padded, rows_first
from coursekit.numpy_nn.products import product

Pair = tuple[int, int]


def conv2d_forward(
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    b: npt.ArrayLike,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> tuple[Array, Any]:
    """Return (y, cache): each output is the dot product of a kernel with the window under it.

    y[n, f, i, j] = b[f] + Σ_c Σ_u Σ_v w[f, c, u, v] · x[n, c, s·i + d·u − p, s·j + d·v − p]

    Shapes: x (N, C, H, W); w (F, C / groups, f_h, f_w); b (F,); y (N, F, H_out, W_out) by
    ``conv_output_size``. ``stride`` s, ``padding`` p (zeros on each side) and ``dilation`` d are an
    integer or (rows, columns). With groups, F / groups kernels see each group of C / groups
    channels (AlexNet, 2012). y has the dtype of x, w and b are cast to it.

    Raises ValueError for shapes that do not fit, TypeError for what is not a number.
    """
    x, w = float_array(x, "x (N, C, H, W)", 4), float_array(w, "w (F, C, f_h, f_w)", 4)
    b = float_array(b, "b", 1)
    _check_shapes(x.shape, w.shape, b.shape, groups)
    w, b = w.astype(x.dtype, copy=False), b.astype(x.dtype, copy=False)
    sizes = pair(stride, "stride", 1), pair(padding, "padding", 0), pair(dilation, "dilation", 1)
    if groups == 1:
        y, cache = _forward(x, w, b, *sizes)
        return y, [cache]
    each = zip(np.split(x, groups, 1), np.split(w, groups), np.split(b, groups), strict=True)
    parts = [_forward(*part, *sizes) for part in each]
    return np.concatenate([y for y, _ in parts], axis=1), [cache for _, cache in parts]


def conv2d_backward(
    dout: npt.ArrayLike, cache: Any, input_gradient: bool = True
) -> tuple[Array, Array, Array]:
    """Return (dx, dw, db), shaped as x, w, b, from dout of the shape of y and forward's cache.

    Without ``input_gradient``, dx is not computed and comes back empty.
    """
    d = float_array(dout, "dout (N, F, H_out, W_out)", 4)
    if len(cache) == 1:
        return _backward(d, cache[0], input_gradient)
    parts = [
        _backward(part, one, input_gradient)
        for part, one in zip(np.split(d, len(cache), 1), cache, strict=True)
    ]
    dx, dw, db = zip(*parts, strict=True)
    return np.concatenate(dx, axis=1), np.concatenate(dw), np.concatenate(db)


def _forward(x: Array, w: Array, b: Array, s: Pair, p: Pair, d: Pair) -> tuple[Array, Any]:
    (f, c, fh, fw), (h_out, w_out) = w.shape, _output_size(x.shape[2:], w.shape[2:], s, p, d)
    image = padded(rows_first(x), p)  # (H, C, W, N)
    h, n = len(image), len(x)
    shifted = np.empty((h, fw, c, w_out, n), x.dtype)
    for v in range(fw):
        shifted[:, v] = image[:, :, d[1] * v :][:, :, : s[1] * w_out : s[1]]
    windows = _rows_under(shifted.reshape(h, fw * c, w_out * n), fh, s[0], d[0])
    y = product(w.transpose(0, 2, 3, 1).reshape(f, -1), windows)
    y += b[:, np.newaxis]
    return nchw(y.reshape(h_out, f, w_out, n)), (windows, image.shape, w, s, p, d)


def _backward(dout: Array, cache: Any, input_gradient: bool) -> tuple[Array, Array, Array]:
    windows, shape, w, *sizes = cache
    f, c, fh, fw = w.shape
    dy = rows_first(dout).reshape(len(windows), f, -1)
    db = np.einsum("hfm->f", dy)
    dw = product(dy, windows.swapaxes(1, 2)).sum(0).reshape(f, fh, fw, c).transpose(0, 3, 1, 2)
    dx = image_gradient(dy, w, shape, *sizes) if input_gradient else np.empty((0,) * 4, w.dtype)
    return dx, dw, db


def image_gradient(dy: Array, w: Array, shape: tuple[int, ...], s: Pair, p: Pair, d: Pair) -> Array:
    """Return dx (N, C, H, W) from dy (H_out, F, W_out·N); ``shape`` is the padded (H, C, W, N)."""
    (f, c, fh, fw), (h, _, width, n), (h_out, _, columns) = w.shape, shape, dy.shape
    kernel = w[:, :, ::-1].transpose(3, 1, 2, 0).reshape(fw * c, fh, f)
    dshifted = np.zeros((h, fw * c, columns), w.dtype)
    for i, outputs, taps in _rows_above(h, h_out, fh, s[0], d[0]):
        seen = kernel[:, taps].reshape(fw * c, -1), dy[outputs].reshape(-1, columns)
        product(*seen, out=dshifted[i])
    dimage, w_out = np.zeros(shape, w.dtype), columns // n
    for v, shift in enumerate(dshifted.reshape(h, fw, c, w_out, n).swapaxes(0, 1)):
        dimage[:, :, d[1] * v :][:, :, : s[1] * w_out : s[1]] += shift
    return nchw(dimage[p[0] : h - p[0], :, p[1] : width - p[1]])


def _rows_under(rows: Array, fh: int, s: int, d: int) -> Array:
    """(H, R, M) → (H_out, fh·R, M): for each output row, the fh rows under the kernel.

    Rows overlap in memory, nothing is copied, as long as the taps are not dilated.
    """
    stacks = sliding_window_view(rows, kernel_span(fh, d), axis=0)[::s, ..., ::d]
    return stacks.transpose(0, 3, 1, 2).reshape(len(stacks), -1, rows.shape[2])


@lru_cache(maxsize=256)
def _rows_above(
    h: int, h_out: int, fh: int, s: int, d: int
) -> tuple[tuple[int, slice, slice], ...]:
    """For each image row: the output rows that see it, and through which kernel rows, upside down.

    Output row o sees image row i through kernel row u where s·o + d·u = i. As o goes down, u goes
    up; counted from the bottom of the kernel, both go one way.
    """
    found, common = [], math.gcd(s, d)
    for i in range(h):
        seen = [o for o in range(h_out) if 0 <= i - s * o <= d * (fh - 1) and (i - s * o) % d == 0]
        if seen:
            taps = [fh - 1 - (i - s * o) // d for o in (seen[0], seen[-1])]
            outputs = slice(seen[0], seen[-1] + 1, d // common)
            found.append((i, outputs, slice(taps[0], taps[1] + 1, s // common)))
    return tuple(found)


@lru_cache(maxsize=256)
def _output_size(size: tuple[int, ...], f: tuple[int, ...], s: Pair, p: Pair, d: Pair) -> Pair:
    h, w = (conv_output_size(*axis) for axis in zip(size, f, s, p, d, strict=True))
    return h, w


def _check_shapes(x: tuple[int, ...], w: tuple[int, ...], b: tuple[int, ...], groups: int) -> None:
    if w[0] % integer(groups, "groups", 1) or x[1] != w[1] * groups or b != w[:1]:
        raise ValueError(
            f"x {x}, w {w}, b {b} and groups={groups} do not fit: expected "
            "x (N, C, H, W), w (F, C / groups, f_h, f_w) with F divisible by groups, and b (F,)"
        )


class Conv2d(Layer):
    """A layer of ``out_channels`` kernels, each with a bias, sliding over ``in_channels`` maps.

    params: w (out_channels, in_channels / groups, f_h, f_w), b (out_channels,). The arguments are
    those of ``conv2d_forward``; ``init`` says how w is drawn (see ``initialization``), b starts
    at 0; ``rng`` is a generator or a seed.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        *,
        stride: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        groups: int = 1,
        init: Init = "he",
        rng: np.random.Generator | int | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        c, f = integer(in_channels, "in_channels", 1), integer(out_channels, "out_channels", 1)
        self.groups = integer(groups, "groups", 1)
        if c % groups or f % groups:
            raise ValueError(f"groups={groups} must divide in_channels={c} and out_channels={f}")
        self.in_channels, self.kernel_size = c, pair(kernel_size, "kernel_size", 1)
        self.stride, self.padding = pair(stride, "stride", 1), pair(padding, "padding", 0)
        self.dilation, kind = pair(dilation, "dilation", 1), float_type(dtype)
        w = initial((f, c // groups, *self.kernel_size), init, np.random.default_rng(rng), kind)
        self.params = {"w": w, "b": np.zeros(f, kind)}

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, out_channels, H_out, W_out) for x (N, in_channels, H, W)."""
        w, b = self.params["w"], self.params["b"]
        y, self.cache = conv2d_forward(
            self._input(x), w, b, self.stride, self.padding, self.dilation, self.groups
        )
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, in_channels, H, W)."""
        dx, self.grads["w"], self.grads["b"] = conv2d_backward(self._input(dout), self.cache)
        return dx

    def gradients(self, dout: npt.ArrayLike) -> None:
        """Fill ``grads`` without the work for dx."""
        _, self.grads["w"], self.grads["b"] = conv2d_backward(
            self._input(dout), self.cache, input_gradient=False
        )

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(in_channels, H, W) → (out_channels, H_out, W_out)."""
        if len(shape) != 3 or shape[0] != self.in_channels:
            raise ValueError(f"{self} needs ({self.in_channels}, H, W), got {shape}")
        sizes = self.kernel_size, self.stride, self.padding, self.dilation
        return (len(self.params["b"]), *_output_size(shape[1:], *sizes))

    def describe(self) -> str:
        """For example ``1 → 6, 5×5, padding 2``."""
        parts = [f"{self.in_channels} → {len(self.params['b'])}", by(self.kernel_size)]
        for name, plain in (("stride", (1, 1)), ("padding", (0, 0)), ("dilation", (1, 1))):
            if (value := getattr(self, name)) != plain:
                parts.append(f"{name} {value[0] if value[0] == value[1] else by(value)}")
        return ", ".join(parts + [f"groups {self.groups}"] * (self.groups > 1))
